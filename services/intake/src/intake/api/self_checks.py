"""/api/v1/self-checks: the questionnaire on weak signals, without a token and without a case."""

from __future__ import annotations

from typing import Annotated

from annotated_types import MaxLen
from pydantic import BaseModel, ConfigDict, Field

from intake.domain import self_check
from shared.web.http import JsonBody
from shared.web.requests import case_router

router = case_router("/self-checks", "prevention")


class Answers(BaseModel):
    """By the code of a question: true, false, or null when the answer is not known."""

    model_config = ConfigDict(extra="forbid", strict=True)

    answers: dict[Annotated[str, MaxLen(40)], bool | None] = Field(max_length=len(self_check.QUESTIONS))


@router.get("/questions", summary="Get the questionnaire")
def get_questions() -> list[self_check.SelfCheckQuestion]:
    """The questions of the self-check. No token is needed."""
    return list(self_check.QUESTIONS)


@router.post("", summary="Review answers")
def review_answers(body: Annotated[Answers, JsonBody()]) -> self_check.SelfCheckReview:
    """Weak signals and advice. No token is needed, no case is opened and nothing is stored."""
    return self_check.review(body.answers)
