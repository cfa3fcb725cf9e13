"""Reactions of followup to the integration events of other services."""

from datetime import timedelta
from uuid import UUID

import pytest
from pydantic import ValidationError
from tests.support.servers.integration import integration_header, listed

from followup.domain.follow_up import decider
from followup.domain.opening import BaselineCorrectionReplicated, FollowUpOpened
from followup.domain.parcours_update import ParcoursUpdateRequested, ParcoursUpdateWithdrawn
from followup.domain.reviews.reporting import ReviewRecorded
from followup.domain.reviews.review import Report
from followup.projections import follow_ups
from followup.reactions import (
    drop_abandoned_update,
    drop_parcours_update,
    open_follow_up,
    replicate_baseline_correction,
)
from followup.settings import FollowUpSettings
from shared.contracts.diagnostic import BaselineCorrected
from shared.contracts.parcours import ParcoursAbandoned, ParcoursCompleted, ParcoursUpdateAbandoned
from shared.kernel import Role
from shared.projections import Projection, Row
from shared.testing.scenarios import CASE, NOW, Scenarios, text

TODAY = NOW.date()


HELD = Report(
    TODAY,
    {},
    not_measured=(),
    appropriation=4,
    appropriation_notes=None,
    satisfaction=None,
    summary=text("Les nouveaux outils sont en place."),
)


IN_SIX_MONTHS, IN_EIGHTEEN_MONTHS = TODAY.replace(month=9), TODAY.replace(year=2027, month=9)


HEADER = integration_header("parcours", "parcours-completed", effective_at=NOW - timedelta(days=3))


OPENED = FollowUpOpened(
    UUID(int=7),
    UUID(int=8),
    unit="unit-35",
    adviser="adviser-1",
    baseline={"fte": 11.5},
    definitions={"members": "Adhésions à jour"},
    reviews={"M0": TODAY, "M6": IN_SIX_MONTHS, "M18": IN_EIGHTEEN_MONTHS},
)


def test_a_completed_parcours_is_followed_up_from_the_moment_it_was_recorded() -> None:
    payload = ParcoursCompleted(
        structure=UUID(int=8),
        unit="unit-35",
        adviser="adviser-1",
        actions_done=3,
        actions_abandoned=0,
        baseline={"fte": 11.5},
        definitions={"members": "Adhésions à jour"},
    )
    dispatch = open_follow_up(payload, HEADER)
    assert (dispatch.decider, dispatch.stream, dispatch.case) == (decider, CASE, None)
    Scenarios(decider)().when(dispatch.command, by=Role.SERVICE).then(OPENED)


def test_a_baseline_that_diagnostic_corrects_is_heard_with_the_day_it_was_recorded() -> None:
    payload = BaselineCorrected(code="fte", value=9.5, effective_on=TODAY)
    dispatch = replicate_baseline_correction(payload, HEADER)
    assert (dispatch.decider, dispatch.stream, dispatch.case) == (decider, CASE, None)
    replicated = BaselineCorrectionReplicated("fte", 9.5, effective_on=TODAY, corrected_at=NOW)
    Scenarios(decider)(OPENED).when(dispatch.command, by=Role.SERVICE).then(replicated)
    assert row(OPENED, replicated)["baseline"] == {"fte": 9.5}
    assert row(replicated) == {}


def test_an_abandoned_parcours_is_not_waited_for_any_more() -> None:
    dispatch = drop_parcours_update(ParcoursAbandoned(), HEADER)
    requested = ParcoursUpdateRequested("M0", text("Outils non repris."))
    Scenarios(decider)(OPENED, requested).when(dispatch.command, by=Role.SERVICE).then(ParcoursUpdateWithdrawn())
    Scenarios(decider)(OPENED).when(dispatch.command, by=Role.SERVICE).then()
    Scenarios(decider)().when(dispatch.command, by=Role.SERVICE).then()


def test_an_update_that_is_abandoned_is_not_waited_for_any_more_and_the_follow_up_goes_on() -> None:
    dispatch = drop_abandoned_update(ParcoursUpdateAbandoned(), HEADER)
    requested = ParcoursUpdateRequested("M0", text("Outils non repris."))
    open_before = Scenarios(decider)(OPENED, ReviewRecorded("M0", HELD), requested)
    open_before.when(dispatch.command, by=Role.SERVICE).then(ParcoursUpdateWithdrawn())
    after = Scenarios(decider)(*open_before.events, ParcoursUpdateWithdrawn()).state
    assert (after.status, after.update, after.pending_reviews) == ("open", None, ("M6", "M18"))
    Scenarios(decider)(OPENED).when(dispatch.command, by=Role.SERVICE).then()


def test_a_deployment_sets_when_reviews_are_due(monkeypatch: pytest.MonkeyPatch) -> None:
    assert FollowUpSettings().reviews == {"M0": 0, "M6": 6, "M18": 18}
    monkeypatch.setenv("DLA_FOLLOWUP_REVIEWS", '{"M3": 3, "M12": 12}')
    assert FollowUpSettings().reviews == {"M3": 3, "M12": 12}
    for wrong in ('{"M3": -3}', '{"M3": 61}', '{"M3-2": 3}', '{"": 3}', "{}", "tous les ans"):
        monkeypatch.setenv("DLA_FOLLOWUP_REVIEWS", wrong)
        with pytest.raises(ValidationError):
            FollowUpSettings()


def row(*events: object, of: Projection = follow_ups) -> Row:
    return listed(of, *events)
