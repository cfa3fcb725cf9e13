"""The log of a follow-up: free text encrypted, each event read back unchanged."""

from uuid import UUID

from tests.support.histories.follow_up_history import OPENED, TODAY

from followup.domain.closure import (
    ClosingDownCorrected,
    FollowUpClosed,
    StructureClosedDown,
)
from followup.domain.follow_up import decider
from followup.domain.needs import NeedFound
from followup.domain.opening import (
    BaselineCorrectionReplicated,
    FollowUpResumed,
)
from followup.domain.parcours_update import (
    ParcoursUpdateRequested,
    ParcoursUpdateWithdrawn,
)
from followup.domain.reviews.comparison import Comparability, ComparedIndicator
from followup.domain.reviews.deadlines import (
    ReviewFellDue,
    ReviewOverdue,
    ReviewPlanned,
)
from followup.domain.reviews.reporting import (
    ReviewCancelled,
    ReviewCorrected,
    ReviewRecorded,
    ReviewUnreachable,
)
from followup.domain.reviews.review import Report, ReviewStatus
from shared.kernel import Axis, Comment, CommentAcknowledged, CommentAdded, Ending, EndingKind, Role
from shared.testing.scenarios import NOW, MemoryLog, text


def test_every_event_comes_back_from_the_log_and_no_free_text_is_stored_in_clear() -> None:
    report = Report(
        TODAY,
        {"fte": ComparedIndicator(12, Comparability.OTHER_DEFINITION, definition=text("secret définition"))},
        not_measured=("cdi",),
        appropriation=4,
        appropriation_notes=text("secret appropriation"),
        satisfaction=None,
        summary=text("secret bilan"),
    )
    history = (
        OPENED,
        FollowUpResumed(UUID(int=9), "adviser-2", reviews={"M0-2": TODAY}),
        ReviewPlanned("M6", TODAY, reason=text("secret motif")),
        ReviewRecorded("M0", report),
        ReviewCorrected("M0", report, reason=text("secret correction")),
        ReviewCancelled("M0", ReviewStatus.HELD, due_on=TODAY, reason=text("secret annulation")),
        ClosingDownCorrected(TODAY, text("secret date")),
        ReviewUnreachable("M6", 3, notes=text("secret appels")),
        ReviewFellDue("M6", TODAY),
        ReviewOverdue("M6", TODAY),
        BaselineCorrectionReplicated("fte", 9, effective_on=TODAY, corrected_at=NOW),
        ParcoursUpdateRequested("M0", text("secret reprise"), axes=(Axis.DIGITAL,)),
        ParcoursUpdateWithdrawn(text("secret levée")),
        NeedFound(Axis.FINANCE, text("secret besoin"), distinction=text("secret autre")),
        StructureClosedDown(TODAY, ("M18",), notes=text("secret cessation")),
        FollowUpClosed(Ending(EndingKind.FOLLOWED_UP, TODAY), text("secret conclusion")),
        CommentAdded(
            Comment("leader-1", Role.LEADER, text=text("secret commentaire"), commented_at=NOW, about_version=1)
        ),
        CommentAcknowledged(1),
    )
    assert {type(event) for event in history} == set(decider.events)
    log = MemoryLog(decider)
    log.append(*history)
    assert [log.shown(event) for event in log.events] == [log.shown(event) for event in history]
    assert not any(b"secret" in stored.state for stored in log.stored)
