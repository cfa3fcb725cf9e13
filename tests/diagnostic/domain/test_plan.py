"""The plan, agreed from a validated diagnosis, and the corrections of its baseline."""

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import pytest
from tests.support.histories.diagnosis_history import (
    AGREED,
    COMPLETE,
    CONTESTED,
    INDICATOR_RECORDED,
    PLAN,
    PLAN_AGREED,
    SCHEME_LISTED,
    SUBMITTED,
    VALIDATED,
    VERSION,
    given,
)

from diagnostic.domain.content.indicators import Indicator, IndicatorRecorded
from diagnostic.domain.lifecycle import ValidationVoided
from diagnostic.domain.plan import BaselineCorrected, CorrectBaseline
from shared.kernel import Axis
from shared.testing.scenarios import NOW, text


def test_a_plan_is_agreed_from_the_validated_diagnosis() -> None:
    given(*COMPLETE, SUBMITTED, VALIDATED).when(PLAN).then(PLAN_AGREED)


def test_the_plan_carries_employment_and_every_indicator_as_the_baseline() -> None:
    members = IndicatorRecorded("members", Indicator(120, "Adhésions à jour"))
    complete = (*COMPLETE, INDICATOR_RECORDED, members)
    validated = (replace(SUBMITTED, version=VERSION + 2), replace(VALIDATED, version=VERSION + 2))
    (agreed,) = given(*complete, *validated).when(PLAN).events
    assert agreed.baseline == {"cdi": 9, "cdd": 3, "aided": 2, "fte": 10.5, "own_income": 34.5, "members": 120}
    assert agreed.definitions == {
        "own_income": "Part des ventes dans les produits, en %",
        "members": "Adhésions à jour",
    }


@pytest.mark.parametrize(
    "history",
    [(), (SUBMITTED,), (SUBMITTED, CONTESTED), (SUBMITTED, VALIDATED, SCHEME_LISTED, ValidationVoided(VERSION))],
    ids=["open", "submitted", "contested", "voided"],
)
def test_there_is_no_plan_without_a_validation_that_holds(history: tuple[Any, ...]) -> None:
    given(*COMPLETE, *history).when(PLAN).refused("diagnosis-not-validated")


def test_an_axis_has_one_place_in_the_plan() -> None:
    twice = replace(PLAN, axes=(Axis.BUSINESS_MODEL, Axis.BUSINESS_MODEL))
    given(*COMPLETE, SUBMITTED, VALIDATED).when(twice).refused("repeated-axis")


def test_the_plan_names_only_axes_that_the_diagnosis_has_assessed() -> None:
    plan = replace(PLAN, axes=(Axis.BUSINESS_MODEL, Axis.DIGITAL))
    refused = given(*COMPLETE, SUBMITTED, VALIDATED).when(plan).refused("axis-not-assessed")
    assert refused.extra == {"axes": [Axis.DIGITAL]}
    assert "Numérique" in refused.detail


def test_after_the_plan_a_figure_is_corrected_beside_what_leaders_validated_which_stays_as_it_was() -> None:
    correction = CorrectBaseline("cdi", 8, effective_on=NOW.date(), reason="Un départ oublié.")
    corrected = BaselineCorrected("cdi", 9, value=8, effective_on=NOW.date(), reason=text("Un départ oublié."))
    given(*AGREED).when(correction).then(corrected)
    before, after = given(*AGREED).state, given(*AGREED, corrected).state
    assert (after.content, after.content_version, after.submission) == (
        before.content,
        before.content_version,
        before.submission,
    )
    assert [asdict(each) for each in after.baseline_corrections] == [asdict(corrected)]
    again = CorrectBaseline("cdi", 7, effective_on=NOW.date(), reason="Un autre départ.")
    given(*AGREED, corrected).when(again).then(
        BaselineCorrected("cdi", 8, value=7, effective_on=NOW.date(), reason=text("Un autre départ."))
    )
    given(*AGREED, corrected).when(correction).then()


@pytest.mark.parametrize(
    ("correction", "slug"),
    [
        (CorrectBaseline("nothing", 8, effective_on=NOW.date(), reason="Erreur."), "nothing-to-correct"),
        (CorrectBaseline("cdi", 8, effective_on=NOW.date() + timedelta(days=9), reason="Erreur."), "absurd-date"),
        (CorrectBaseline("cdi", 8.5, effective_on=NOW.date(), reason="Erreur."), "impossible-employment"),
        (CorrectBaseline("cdi", -1, effective_on=NOW.date(), reason="Erreur."), "impossible-employment"),
        (CorrectBaseline("aided", 30, effective_on=NOW.date(), reason="Erreur."), "impossible-employment"),
        (CorrectBaseline("fte", 90, effective_on=NOW.date(), reason="Erreur."), "impossible-employment"),
    ],
)
def test_a_correction_after_the_plan_is_of_a_known_figure_and_makes_sense(correction: Any, slug: str) -> None:
    given(*AGREED).when(correction).refused(slug)


def test_before_the_plan_a_figure_is_corrected_in_the_diagnosis_itself() -> None:
    correction = CorrectBaseline("cdi", 8, effective_on=NOW.date(), reason="Un départ oublié.")
    given(*COMPLETE, SUBMITTED, VALIDATED).when(correction).refused("plan-not-agreed")
