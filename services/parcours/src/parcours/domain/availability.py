"""Commands available on a parcours, by its status and the status of each of its actions."""

from __future__ import annotations

from collections.abc import Iterator

from parcours.domain import coordination, corrections, ending
from parcours.domain.assignment import (
    agreement,
    amendments,
    assignment_corrections,
    own_signature,
    reporting,
    selection,
)
from parcours.domain.building import duration, edits, validation
from parcours.domain.collective import standing
from parcours.domain.comments import AcknowledgeParcoursComment, CommentParcours
from parcours.domain.funding import payments
from parcours.domain.state import OPEN_STATUSES, Action, ActionStatus, Parcours, ParcoursStatus
from parcours.domain.tender.proposals import OpenTender
from shared.attachments import AddAttachment


def available_commands(parcours: Parcours) -> Iterator[type]:
    """Built and shared until a leader agrees, then carried out and ended; corrections stay available after the end."""
    match parcours.status:
        case ParcoursStatus.BUILDING | ParcoursStatus.SHARED:
            yield from _building_commands(parcours)
            yield from _coordination_commands(parcours)
        case ParcoursStatus.UNDER_WAY:
            yield from (validation.ValidateParcours, validation.AdjustParcours)
            yield from _coordination_commands(parcours)
            if not any(action.status in OPEN_STATUSES for action in parcours.actions.values()):
                yield ending.CompleteParcours
        case ParcoursStatus.COMPLETED:
            yield from (validation.AdjustParcours, validation.ReopenParcours)
    yield from _award_commands(parcours)
    yield from _report_and_payment_commands(parcours)
    yield from _correction_commands(parcours)
    yield AddAttachment
    if parcours.status is not ParcoursStatus.NEW:
        yield CommentParcours
    if parcours.unanswered_comments:
        yield AcknowledgeParcoursComment


def _building_commands(parcours: Parcours) -> Iterator[type]:
    yield from (edits.RankAxes, edits.AddAction)
    if not all(map(parcours.on_axis, parcours.plan.axes)):
        yield edits.DeferAxis
    if any(action.status in OPEN_STATUSES for action in parcours.actions.values()):
        yield edits.RescheduleAction
    if not all(action.validated for action in parcours.actions.values()):
        yield edits.RemoveAction
    if parcours.ranking:
        yield validation.ShareParcours
    if parcours.status is ParcoursStatus.SHARED:
        yield from (validation.ValidateParcours, validation.ContestParcours)


def _coordination_commands(parcours: Parcours) -> Iterator[type]:
    """Until the end, and during an adjustment, while nothing new is engaged."""
    for action in parcours.actions.values():
        if standing.is_undecided(action):
            yield standing.MoveToOperation
        if standing.can_continue_alone(action):
            yield standing.ContinueAlone
        if standing.can_follow(parcours, action):
            yield standing.FollowOperation
        if action.validated and action.status in OPEN_STATUSES:
            yield from (coordination.RecordIntroduction, coordination.AbandonAction, coordination.CarryOverAction)
            yield from _delivery_commands(action, can_engage=parcours.status is ParcoursStatus.UNDER_WAY)
        if action.calls_in_provider and action.status is ActionStatus.PLANNED and action.retained is None:
            yield from (OpenTender, selection.RecordAward)
    if not parcours.duration_derogation:
        yield duration.GrantDurationDerogation
    yield ending.AbandonParcours
    if ending.can_abandon_update(parcours):
        yield ending.AbandonUpdate


def _delivery_commands(action: Action, can_engage: bool) -> Iterator[type]:
    consults = action.calls_in_provider
    if action.status is ActionStatus.PLANNED and can_engage:
        if consults and not action.committed_cents and not (action.retained and action.retained.tender):
            yield selection.RetainProvider
        yield from _engagement_commands(action)
        if not standing.is_undecided(action) and (not consults or action.is_agreed):
            yield coordination.StartAction
    if (
        action.status is ActionStatus.STARTED
        and not standing.is_undecided(action)
        and (not consults or action.report_accepted)
    ):
        yield coordination.FinishAction
    if action.agreement and not action.is_agreed:
        yield agreement.SignAgreement
        yield from own_signature.available_commands(action)
    if action.committed_cents and not action.is_agreed:
        yield payments.ReleaseFunds
    if action.is_agreed and not action.report_accepted:
        yield amendments.RecordAmendment
        if action.status is ActionStatus.STARTED:
            yield reporting.RecordDays


def _award_commands(parcours: Parcours) -> Iterator[type]:
    """What a tender tells of the provider that it chose, after the end too."""
    for action in parcours.actions.values():
        if action.retained and action.retained.tender:
            yield from (selection.RecordAnnouncement, selection.ChangeProviderAccount)
            if not action.is_agreed:
                yield selection.WithdrawAward


def _engagement_commands(action: Action) -> Iterator[type]:
    """From the choice of the provider to its agreement."""
    if action.retained is None or action.agreement:
        return
    if action.committed_cents < action.retained.amount_cents:
        yield payments.CommitFunds
    if action.committed_cents and (action.retained.all_informed or not action.retained.tender):
        yield agreement.RecordAgreement


def _report_and_payment_commands(parcours: Parcours) -> Iterator[type]:
    """Available after the end, too: a provider who was stopped reports the days worked until then, and is paid."""
    for action in parcours.actions.values():
        stopped = action.status is ActionStatus.ABANDONED or parcours.status is ParcoursStatus.ABANDONED
        begun = (
            action.is_agreed
            and action.validated
            and action.status in (ActionStatus.STARTED, ActionStatus.CARRIED_OVER, ActionStatus.ABANDONED)
        )
        if begun and not action.report_accepted and (action.days or not stopped):
            yield reporting.AcceptFinalReport
            if action.report_received_on is None:
                yield reporting.ReceiveFinalReport
        if action.report_accepted and action.paid_cents < action.committed_cents:
            yield payments.AuthorisePayment


def _correction_commands(parcours: Parcours) -> Iterator[type]:
    for action in parcours.actions.values():
        if action.introductions:
            yield corrections.CorrectIntroduction
        if action.is_agreed:
            yield from (assignment_corrections.CorrectAgreement, assignment_corrections.CorrectDays)
        if action.report_received_on:
            yield assignment_corrections.CorrectFinalReport
    if parcours.completed:
        yield corrections.CorrectDebrief
    if parcours.status is ParcoursStatus.ABANDONED:
        yield corrections.CorrectEnding
