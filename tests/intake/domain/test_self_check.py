"""The self-check: weak signals and advice."""

from __future__ import annotations

from typing import Any

import pytest

from intake.domain.self_check import QUESTIONS, review

WELL = {question.code: not question.alarming for question in QUESTIONS}


def test_a_structure_that_does_well_has_no_signal() -> None:
    result = review(WELL)
    assert (result.signals, result.pressing) == ((), False)
    assert result.advice.startswith("Aucun signal")


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.code)
def test_each_alarming_answer_is_a_signal_with_its_advice(question: Any) -> None:
    (signal,) = review(WELL | {question.code: question.alarming}).signals
    assert (signal.code, signal.advice) == (question.code, question.advice)


def test_unpaid_wages_call_for_help_at_once() -> None:
    assert review({"wages": False}).pressing
    assert not review({"single_funder": True}).pressing


def test_what_nobody_knows_alarms_nobody() -> None:
    assert review({}).signals == review(dict.fromkeys(WELL)).signals == ()
