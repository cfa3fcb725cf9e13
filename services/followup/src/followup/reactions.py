"""What followup does when the other services tell something."""

from __future__ import annotations

from typing import Annotated

from annotated_types import Ge, Le, Len
from pydantic import StringConstraints
from pydantic_settings import BaseSettings, SettingsConfigDict

from followup.domain import commands, follow_up
from followup.domain.reviews import REVIEWS
from shared.access import follow_case_access, follow_register
from shared.contracts.diagnostic import BaselineCorrected
from shared.contracts.parcours import ParcoursAbandoned, ParcoursCompleted, ParcoursUpdateAbandoned
from shared.erasure.reactions import follow_erasures
from shared.messaging import CommandDispatch, Header, Reactions

reactions = Reactions("followup")
follow_register(reactions)
follow_erasures(reactions)
follow_case_access(reactions)


Code = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{0,9}$")]
Months = Annotated[int, Ge(0), Le(60)]


class ReviewSettings(BaseSettings):
    """Settings of follow-up."""

    model_config = SettingsConfigDict(use_attribute_docstrings=True, env_prefix="DLA_FOLLOWUP_", frozen=True)

    reviews: Annotated[dict[Code, Months], Len(1, 10)] = REVIEWS
    """Months after the end of a parcours at which each review is due, as JSON by code; a code is letters and digits."""


settings = ReviewSettings()


@reactions.on(ParcoursCompleted)
def open_follow_up(event: ParcoursCompleted, header: Header) -> CommandDispatch:
    """The parcours is over: its follow-up begins, or goes on when it had begun before an update of the parcours."""
    command = commands.OpenFollowUp(
        header.id,
        header.recorded_at,
        structure=event.structure,
        unit=event.unit,
        adviser=event.adviser,
        baseline=event.baseline,
        definitions=event.definitions,
        reviews=settings.reviews,
    )
    return CommandDispatch(follow_up.decider, header.case, command=command)


@reactions.on(BaselineCorrected)
def compare_with_what_is_corrected(event: BaselineCorrected, header: Header) -> CommandDispatch:
    """The diagnosis was wrong on a figure: reviews, those held included, are set beside what it is now known to be."""
    command = commands.HearBaselineCorrection(
        event.code, event.value, effective_on=event.effective_on, corrected_at=header.recorded_at
    )
    return CommandDispatch(follow_up.decider, header.case, command=command)


@reactions.on(ParcoursAbandoned)
def drop_parcours_update(_: ParcoursAbandoned, header: Header) -> CommandDispatch:
    """The parcours was abandoned: follow-up does not wait any more for its update."""
    return CommandDispatch(follow_up.decider, header.case, command=commands.DropParcoursUpdate())


@reactions.on(ParcoursUpdateAbandoned)
def go_on_without_update(_: ParcoursUpdateAbandoned, header: Header) -> CommandDispatch:
    """Only the update was given up: the follow-up goes on with the reviews it had, and may be concluded."""
    return CommandDispatch(follow_up.decider, header.case, command=commands.DropParcoursUpdate())
