"""Reactions, integration events and the list of parcours."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from tests.support.servers.integration import entry, integration_header, listed, recorded

from parcours.domain.assignment.selection import OF_A_TENDER, RecordAward
from parcours.domain.building.edits import ActionAdded, ActionRemoved, AxesRanked
from parcours.domain.building.validation import (
    ParcoursAdjusted,
    ParcoursContested,
    ParcoursShared,
    ParcoursValidated,
    ReopenParcours,
    SharedVersionVoided,
)
from parcours.domain.collective.standing import FollowOperation
from parcours.domain.coordination import ActionAbandoned, ActionCarriedOver, ActionFinished, ActionStarted
from parcours.domain.corrections import DebriefCorrected, ParcoursEndingCorrected
from parcours.domain.ending import AbandonUpdate, ParcoursAbandoned, ParcoursCompleted, UpdateAbandoned
from parcours.domain.funding.payments import FundsCommitted, PaymentAuthorised
from parcours.domain.lifecycle import OpenParcours, ParcoursOpened
from parcours.domain.parcours import decider
from parcours.domain.state import ActionKind, Period, PlannedAction, ReceivedPlan
from parcours.integration_events import to_integration_event
from parcours.main import service
from parcours.projections import parcours_list
from parcours.reactions import abandon_update, abandon_update_after_closure, open_parcours, reopen_parcours
from shared.contracts import parcours as contracts
from shared.contracts.base import PublicEvent
from shared.contracts.diagnostic import PlanAgreed
from shared.contracts.followup import FollowUpClosed, ParcoursUpdateRequested, ParcoursUpdateWithdrawn
from shared.kernel import Ending, EndingKind, PersonalData, Role
from shared.messaging import CommandDispatch
from shared.projections import Row
from shared.testing.scenarios import CASE, Scenarios, text
from shared.web.requests import command_endpoints

PLAN = ReceivedPlan(
    UUID(int=8),
    "unit-35",
    adviser="adviser-1",
    admitted_at=datetime(2025, 12, 2, 9, tzinfo=UTC),
    axes=("strategy", "finance"),
    baseline={"fte": 11.5},
    definitions={"fte": "ETP au 31 décembre"},
)
OWN, CONSULTING, DROPPED = UUID(int=11), UUID(int=12), UUID(int=13)
SHARED = ParcoursShared(4, "ab" * 32, salt=text("00"), period=Period(date(2026, 3, 9), date(2026, 9, 30)))
VALIDATED = ParcoursValidated(4, "ab" * 32, actions={"own_action": 1, "consulting": 1}, leader="some-leader")
COMPLETED = ParcoursCompleted(
    PLAN, {"done": 1, "abandoned": 1}, debrief=text("Un vrai élan"), held_on=date(2026, 9, 30)
)


def added(action: UUID, kind: ActionKind) -> ActionAdded:
    planned = PlannedAction(
        kind,
        "finance",
        title=text("Titre"),
        who=PersonalData(CASE, "Qui"),
        starts_on=date(2026, 4, 1),
        ends_on=date(2026, 6, 30),
    )
    return ActionAdded(action, planned)


def test_an_update_that_a_review_asks_for_reopens_a_completed_parcours_and_no_other() -> None:
    command = reopen_parcours(
        ParcoursUpdateRequested(review="M6"), integration_header("followup", "parcours-update-requested")
    ).command
    ended = Scenarios(decider)(ParcoursOpened(PLAN), COMPLETED)
    reopened = ParcoursAdjusted(1, text("Mise à jour demandée au bilan M6"))
    ended.when(command, by=Role.SERVICE).then(reopened)
    Scenarios(decider)(ParcoursOpened(PLAN), COMPLETED, reopened).when(command, by=Role.SERVICE).then()


def closed(kind: str) -> CommandDispatch | None:
    return abandon_update_after_closure(
        FollowUpClosed(kind=kind, on=date(2026, 3, 2)), integration_header("followup", "follow-up-closed")
    )


def test_an_update_that_follow_up_withdraws_is_given_up_unless_something_is_under_way_in_it() -> None:
    withdrawn = abandon_update(
        ParcoursUpdateWithdrawn(), integration_header("followup", "parcours-update-withdrawn")
    ).command
    reason = text("Mise à jour levée au suivi")
    reopened = (ParcoursOpened(PLAN), COMPLETED, ParcoursAdjusted(1, text("Un départ")))
    added_since = (*reopened, added(OWN, ActionKind.OWN_ACTION))
    removed = ActionRemoved(OWN, reason, kind=ActionKind.OWN_ACTION)
    Scenarios(decider)(*reopened).when(withdrawn, by=Role.SERVICE).then(UpdateAbandoned(reason))
    Scenarios(decider)(*added_since).when(withdrawn, by=Role.SERVICE).then(removed, UpdateAbandoned(reason))
    for otherwise in ((*added_since, SHARED, VALIDATED), reopened[:2], reopened[:1], ()):
        Scenarios(decider)(*otherwise).when(withdrawn, by=Role.SERVICE).then()


def test_the_update_of_a_structure_that_closed_down_is_given_up() -> None:
    dispatch = closed("closed_down")
    assert dispatch is not None
    reopened = Scenarios(decider)(ParcoursOpened(PLAN), COMPLETED, ParcoursAdjusted(1, text("Un départ")))
    update_abandoned = UpdateAbandoned(text("Cessation d’activité de la structure"))
    reopened.when(dispatch.command, by=Role.SERVICE).then(update_abandoned)
    assert closed("followed_up") is None


def test_an_agreed_plan_opens_the_parcours_of_the_same_case() -> None:
    published = PlanAgreed(
        structure=PLAN.structure,
        unit=PLAN.unit,
        adviser=PLAN.adviser,
        admitted_at=PLAN.admitted_at,
        validated_version=7,
        content_hash="cd" * 32,
        axes=PLAN.axes,
        baseline=PLAN.baseline,
        definitions=PLAN.definitions,
    )
    dispatch = open_parcours(published, integration_header("diagnostic", "plan-agreed"))
    assert (dispatch.decider, dispatch.stream, dispatch.case) == (decider, CASE, None)
    Scenarios(decider)().when(dispatch.command, by=Role.SERVICE).then(ParcoursOpened(PLAN))


@pytest.mark.parametrize(
    ("event", "published"),
    [
        (
            VALIDATED,
            contracts.ParcoursValidated(
                validated_version=4, content_hash="ab" * 32, actions={"own_action": 1, "consulting": 1}
            ),
        ),
        (
            COMPLETED,
            contracts.ParcoursCompleted(
                structure=PLAN.structure,
                unit="unit-35",
                adviser="adviser-1",
                actions_done=1,
                actions_abandoned=1,
                actions_carried_over=0,
                baseline={"fte": 11.5},
                definitions={"fte": "ETP au 31 décembre"},
            ),
        ),
        (
            ParcoursAbandoned(text("Liquidation"), Ending(EndingKind.CLOSED_DOWN, date(2026, 2, 11))),
            contracts.ParcoursAbandoned(kind="closed_down", on=date(2026, 2, 11)),
        ),
        (
            ParcoursEndingCorrected(Ending(EndingKind.WITHDRAWN, date(2026, 2, 12)), text("Erreur")),
            contracts.ParcoursAbandoned(kind="withdrawn", on=date(2026, 2, 12)),
        ),
        (ParcoursAbandoned(text("Avant les fins datées")), contracts.ParcoursAbandoned(kind="abandoned", on=None)),
        (UpdateAbandoned(text("Finalement non")), contracts.ParcoursUpdateAbandoned()),
    ],
)
def test_the_others_are_told_of_the_validation_and_of_the_end(event: object, published: PublicEvent) -> None:
    assert to_integration_event(recorded(event), entry()) == published
    assert type(published) in service.publishes


@pytest.mark.parametrize("event", [ParcoursOpened(PLAN), AxesRanked(("finance", "strategy")), SHARED])
def test_the_rest_stays_at_home(event: object) -> None:
    assert to_integration_event(recorded(event), entry()) is None


def row(*events: object) -> Row:
    return listed(parcours_list, ParcoursOpened(PLAN), *events)


def test_the_list_shows_a_parcours_that_has_just_opened() -> None:
    assert row() == {
        "status": "building",
        "structure": str(PLAN.structure),
        "unit": "unit-35",
        "adviser": "adviser-1",
        "admitted_at": "2025-12-02T09:00:00Z",
        "opened_at": "2026-03-02T09:00:00Z",
        "axes": 2,
        "ranking": [],
        "first_validated_at": None,
        "actions": 0,
        "consulting": 0,
        "started": 0,
        "done": 0,
        "abandoned": 0,
        "carried_over": 0,
        "committed_cents": 0,
        "paid_cents": 0,
    }


def test_the_list_counts_actions_and_euros() -> None:
    counted = row(
        added(OWN, ActionKind.OWN_ACTION),
        added(CONSULTING, ActionKind.CONSULTING),
        added(DROPPED, ActionKind.CONSULTING),
        ActionRemoved(DROPPED, text("Inutile"), kind=ActionKind.CONSULTING),
        FundsCommitted(CONSULTING, 400_000, fund=UUID(int=14)),
        ActionStarted(CONSULTING),
        PaymentAuthorised(CONSULTING, 100_000),
        ActionFinished(CONSULTING, text("Fait")),
        ActionAbandoned(OWN, text("Non")),
        ActionCarriedOver(OWN, text("Pas fini")),
    )
    assert {name: counted[name] for name in ("actions", "consulting", "started", "done")} == {
        "actions": 2,
        "consulting": 1,
        "started": 1,
        "done": 1,
    }
    assert (counted["abandoned"], counted["carried_over"]) == (1, 1)
    assert (counted["committed_cents"], counted["paid_cents"]) == (400_000, 100_000)


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ((SHARED,), "shared"),
        ((SHARED, SharedVersionVoided(4)), "building"),
        ((SHARED, ParcoursContested(4, text("Trop tôt"))), "building"),
        ((SHARED, VALIDATED), "under_way"),
        ((SHARED, VALIDATED, ParcoursAdjusted(5, text("Un départ"))), "building"),
        ((SHARED, VALIDATED, COMPLETED), "completed"),
        ((ParcoursAbandoned(text("Non")),), "abandoned"),
    ],
)
def test_the_list_shows_the_status_that_the_case_itself_has(events: tuple[object, ...], status: str) -> None:
    assert row(*events)["status"] == status
    assert decider.state((ParcoursOpened(PLAN), *events)).status == status


def test_the_list_shows_how_a_parcours_ended_and_on_which_day() -> None:
    stopped = ParcoursAbandoned(text("Liquidation"), Ending(EndingKind.CLOSED_DOWN, date(2026, 2, 11)))
    withdrawn = ParcoursEndingCorrected(Ending(EndingKind.WITHDRAWN, date(2026, 2, 12)), text("Erreur"))
    adjusted, given_up = ParcoursAdjusted(5, text("Un départ")), UpdateAbandoned(text("Non"))
    later = DebriefCorrected(text("Un vrai élan"), date(2026, 10, 1), reason=text("Erreur"))
    ended = {"kind": "completed", "on": "2026-09-30"}
    assert row(stopped)["ending"] == {"kind": "closed_down", "on": "2026-02-11"}
    assert row(stopped, withdrawn)["ending"] == {"kind": "withdrawn", "on": "2026-02-12"}
    assert row(ParcoursAbandoned(text("Non")))["ending"] == {"kind": "abandoned", "on": "2026-03-02"}
    assert row(SHARED, VALIDATED, COMPLETED)["ending"] == ended
    assert row(SHARED, VALIDATED, COMPLETED, adjusted)["ending"] is None
    assert row(SHARED, VALIDATED, COMPLETED, adjusted, given_up)["ending"] == ended
    assert row(SHARED, VALIDATED, COMPLETED, later)["ending"] == ended | {"on": "2026-10-01"}
    assert row(SHARED, VALIDATED, COMPLETED, adjusted, later)["ending"] is None
    assert row(SHARED, VALIDATED, COMPLETED, adjusted, later, given_up)["ending"] == ended | {"on": "2026-10-01"}


def test_the_list_shows_who_waits_and_until_when() -> None:
    shared = row(SHARED)
    assert (shared["starts_on"], shared["ends_on"], shared["contested"]) == ("2026-03-09", "2026-09-30", False)
    assert row(SHARED, ParcoursContested(4, text("Trop tôt")))["contested"] is True
    adjusted = row(SHARED, VALIDATED, COMPLETED, ParcoursAdjusted(5, text("Un départ")))
    assert (adjusted["validated_at"], adjusted["completed_at"]) == (None, "2026-03-02T09:00:00Z")


def test_every_command_has_its_place_over_http_but_what_others_cause() -> None:
    offered = {operation.command for operation in command_endpoints(service.routers)}
    of_others = {OpenParcours, ReopenParcours, AbandonUpdate, FollowOperation, RecordAward, *OF_A_TENDER}
    assert set(decider.commands) - offered == of_others
