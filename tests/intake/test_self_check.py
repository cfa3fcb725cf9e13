"""Prevention: weak signals and advice, without a case, without a token, and with nothing kept."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.served_service import Serve, Served

from intake.domain.self_check import QUESTIONS, review
from intake.main import service

WELL = {question.code: not question.alarming for question in QUESTIONS}


def test_a_structure_that_does_well_has_no_signal() -> None:
    found = review(WELL)
    assert (found.signals, found.pressing) == ((), False)
    assert found.advice.startswith("Aucun signal")


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.code)
def test_each_alarming_answer_is_a_signal_with_its_advice(question: Any) -> None:
    (signal,) = review(WELL | {question.code: question.alarming}).signals
    assert (signal.code, signal.advice) == (question.code, question.advice)


def test_unpaid_wages_call_for_help_at_once() -> None:
    assert review({"wages": False}).pressing
    assert not review({"single_funder": True}).pressing


def test_what_nobody_knows_alarms_nobody() -> None:
    assert review({}).signals == review(dict.fromkeys(WELL)).signals == ()


@pytest.fixture
def intake(serve: Serve) -> Served:
    return serve(service)


def test_anybody_may_ask_and_nothing_is_kept(intake: Served) -> None:
    anybody = intake.anonymous()
    asked = anybody.get("/api/v1/self-checks/questions").json()
    answer = anybody.post("/api/v1/self-checks", {"answers": {asked[0]["code"]: asked[0]["alarming"]}})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["pressing"], len(answer.json()["signals"])) == (True, 1)
    assert anybody.post("/api/v1/self-checks", {"name": "Maëlle"}).status_code == 422
    application: Any = intake.http.app.state.application  # type: ignore[attr-defined]
    for table in ("{events}", "{schema}.handled_commands", "{schema}.data_keys"):
        assert application.recorder.fetch(f"SELECT count(*) AS n FROM {table}")[0]["n"] == 0
