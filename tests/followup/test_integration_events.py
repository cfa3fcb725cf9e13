"""Integration events of followup: what the other services receive of its own events."""

from uuid import UUID

import pytest
from tests.support.servers.integration import META, NO_APPLICATION, entry, listed, recorded

from followup.domain.closure import ClosingDownCorrected, FollowUpClosed, StructureClosedDown
from followup.domain.needs import NeedFound
from followup.domain.opening import FollowUpOpened
from followup.domain.parcours_update import ParcoursUpdateRequested, ParcoursUpdateWithdrawn
from followup.domain.reviews.deadlines import ReviewFellDue, ReviewOverdue, ReviewPlanned
from followup.domain.reviews.reporting import ReviewRecorded, ReviewUnreachable
from followup.domain.reviews.review import Report
from followup.integration_events import request_opened_by, to_integration_event
from followup.projections import follow_ups
from shared.contracts import followup as contracts
from shared.contracts.base import PublicEvent
from shared.kernel import Axis, Ending, EndingKind
from shared.projections import Projection, Row
from shared.testing.scenarios import NOW, text

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


OPENED = FollowUpOpened(
    UUID(int=7),
    UUID(int=8),
    unit="unit-35",
    adviser="adviser-1",
    baseline={"fte": 11.5},
    definitions={"members": "Adhésions à jour"},
    reviews={"M0": TODAY, "M6": IN_SIX_MONTHS, "M18": IN_EIGHTEEN_MONTHS},
)


@pytest.mark.parametrize(
    ("event", "integration_event"),
    [
        (ReviewRecorded("M0", HELD), contracts.ReviewRecorded(review="M0", outcome="held")),
        (ReviewUnreachable("M6", 3), contracts.ReviewRecorded(review="M6", outcome="unreachable")),
        (StructureClosedDown(TODAY, ("M6", "M18")), contracts.ReviewRecorded(review="M6", outcome="closed_down")),
        (ReviewFellDue("M6", TODAY), contracts.ReviewDue(review="M6", due_on=TODAY)),
        (ReviewOverdue("M6", TODAY), contracts.ReviewDue(review="M6", due_on=TODAY, overdue=True)),
        (
            ParcoursUpdateRequested("M0", text("Outils non repris."), axes=(Axis.DIGITAL,)),
            contracts.ParcoursUpdateRequested(review="M0", axes=("digital",)),
        ),
        (ParcoursUpdateWithdrawn(text("Finalement non")), contracts.ParcoursUpdateWithdrawn()),
        (FollowUpClosed(Ending(EndingKind.CLOSED_DOWN, TODAY)), contracts.FollowUpClosed(kind="closed_down", on=TODAY)),
        (
            ClosingDownCorrected(TODAY, text("Date du jugement")),
            contracts.FollowUpClosed(kind="closed_down", on=TODAY),
        ),
    ],
)
def test_the_others_are_told_of_outcomes(event: object, integration_event: PublicEvent) -> None:
    assert to_integration_event(recorded(event), entry(), NO_APPLICATION) == integration_event


@pytest.mark.parametrize(
    "event",
    [
        OPENED,
        ParcoursUpdateWithdrawn(),
        ReviewPlanned("M6", TODAY, reason=text("Congés")),
        StructureClosedDown(TODAY, ()),
    ],
)
def test_the_rest_stays_at_home(event: object) -> None:
    assert to_integration_event(recorded(event), entry(), NO_APPLICATION) is None


def row(*events: object, of: Projection = follow_ups) -> Row:
    return listed(of, *events)


def test_a_new_need_names_the_request_that_intake_opens_for_it() -> None:
    shown = row(OPENED, NeedFound(Axis.FINANCE, text("Trésorerie tendue.")))
    assert shown["linked_requests"] == [str(request_opened_by(META.id))]
