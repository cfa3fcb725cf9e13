"""Replay of the whole log: every event is stored, encrypted where it must be, and read again."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st
from tests.support.checks.daily_rows import counted_for_pilots, negative, rows_on_every_day

from parcours.caseload import caseload
from parcours.domain import coordination, corrections, ending
from parcours.domain.assignment import agreement, amendments, assignment_corrections, reporting, selection
from parcours.domain.assignment.signatures import GivenSignature, GivenSignatures
from parcours.domain.building import duration, edits, validation
from parcours.domain.collective import standing
from parcours.domain.comments import AcknowledgeParcoursComment, CommentParcours
from parcours.domain.funding import payments
from parcours.domain.lifecycle import OpenParcours
from parcours.domain.parcours import decider
from parcours.domain.state import (
    OPEN_STATUSES,
    ActionKind,
    ActionStatus,
    CollectiveStatus,
    Parcours,
    ParcoursStatus,
    ReceivedPlan,
)
from parcours.projections import parcours_list
from parcours.statistics import parcours_statistics
from shared.kernel import PersonalData, Role
from shared.testing.scenarios import NOW, MemoryLog, new_id, text

PLAN = ReceivedPlan(
    UUID(int=8),
    "unit-35",
    adviser="adviser-1",
    admitted_at=datetime(2025, 12, 2, 9, tzinfo=UTC),
    axes=("strategy", "finance"),
    baseline={"fte": 11.5},
    definitions={"fte": "ETP au 31 décembre"},
)
TODAY, SPRING, AUTUMN = date(2026, 3, 2), date(2026, 4, 1), date(2026, 9, 30)
OWN, CONSULTING, LOCAL, EXPERTISE, DROPPED, COLLECTIVE = map(new_id, (1, 3, 5, 7, 9, 11))
OPERATION, OTHER_OPERATION = UUID(int=21), UUID(int=22)
SHARE = validation.ShareParcours(TODAY, AUTUMN)
VALIDATE = validation.ValidateParcours(1, "")
CONTEST = validation.ContestParcours(1, "secret objection")
BUILT = (
    OpenParcours(PLAN),
    edits.RankAxes(("finance", "strategy")),
    edits.AddAction(
        ActionKind.OWN_ACTION,
        "finance",
        title="secret titre",
        who="secret trésorière",
        starts_on=SPRING,
        ends_on=AUTUMN,
    ),
    edits.AddAction(
        ActionKind.CONSULTING,
        "finance",
        title="secret titre",
        who="secret cabinet",
        starts_on=SPRING,
        ends_on=AUTUMN,
        planned_days=5,
    ),
    edits.AddAction(
        ActionKind.LOCAL_SUPPORT, "finance", title="secret titre", who="secret réseau", starts_on=SPRING, ends_on=AUTUMN
    ),
    edits.AddAction(
        ActionKind.ADVISER_EXPERTISE,
        "finance",
        title="secret titre",
        who="secret chargée",
        starts_on=SPRING,
        ends_on=AUTUMN,
    ),
    edits.AddAction(
        ActionKind.OWN_ACTION, "finance", title="secret titre", who="secret bureau", starts_on=SPRING, ends_on=AUTUMN
    ),
    edits.AddAction(
        ActionKind.LOCAL_SUPPORT,
        "finance",
        title="secret titre",
        who="secret réseau",
        starts_on=SPRING,
        ends_on=AUTUMN,
        collective_operation=OPERATION,
    ),
    edits.RescheduleAction(DROPPED, SPRING, ends_on=SPRING, reason="secret calendrier"),
    edits.RemoveAction(DROPPED, "secret retrait"),
)
ALL_SIGN = GivenSignatures(
    GivenSignature("secret dirigeante", TODAY),
    GivenSignature("secret responsable", TODAY),
    provider=GivenSignature("secret consultante", TODAY),
)
TENDER = new_id(90)
AWARD = selection.RecordAward(
    CONSULTING, TENDER, name=PersonalData(new_id(91), "secret prestataire"), amount_cents=500_000, days=6, account="p1"
)
UNDER_WAY = (*BUILT, edits.DeferAxis("strategy", "secret report"), SHARE, VALIDATE)
CARRIED_OUT = (
    *UNDER_WAY,
    coordination.RecordIntroduction(OWN, "secret contact", held_on=TODAY),
    coordination.StartAction(OWN),
    coordination.FinishAction(OWN, "secret résultat"),
    AWARD,
    selection.RecordAnnouncement(CONSULTING, TENDER),
    selection.ChangeProviderAccount(CONSULTING, TENDER, account="p2"),
    payments.CommitFunds(CONSULTING),
    selection.WithdrawAward(CONSULTING, TENDER, reason=text("secret motif")),
    selection.RetainProvider(
        CONSULTING, "secret prestataire", amount_cents=500_000, days=6, exception="secret motif", account="p1"
    ),
    payments.CommitFunds(CONSULTING, 400_000),
    agreement.RecordAgreement(CONSULTING, replace(ALL_SIGN, provider=None), amount_cents=400_000, days=5),
    payments.ReleaseFunds(CONSULTING, "secret motif"),
    payments.CommitFunds(CONSULTING),
    agreement.RecordAgreement(CONSULTING, replace(ALL_SIGN, provider=None), amount_cents=400_000, days=5),
    agreement.SignAgreement(CONSULTING, GivenSignatures(provider=ALL_SIGN.provider)),
    coordination.StartAction(CONSULTING),
    reporting.RecordDays(CONSULTING, 5),
    amendments.RecordAmendment(CONSULTING, ALL_SIGN, extra_days=1, extra_amount_cents=50_000),
    reporting.AcceptFinalReport(CONSULTING, TODAY),
    payments.AuthorisePayment(CONSULTING, 100_000, last=True),
    coordination.FinishAction(CONSULTING, "secret résultat"),
)
OPERATIONS_COME_AND_GO = (
    standing.FollowOperation(COLLECTIVE, CollectiveStatus.FELL_SHORT),
    standing.FollowOperation(COLLECTIVE, CollectiveStatus.TOGETHER),
    standing.FollowOperation(COLLECTIVE, CollectiveStatus.CANCELLED),
    standing.MoveToOperation(COLLECTIVE, OTHER_OPERATION, reason="secret voisinage"),
    standing.FollowOperation(COLLECTIVE, CollectiveStatus.FELL_SHORT),
    standing.ContinueAlone(COLLECTIVE, "secret choix"),
    coordination.CarryOverAction(COLLECTIVE, "secret suite"),
)
WHOLE_LIFE = (
    *CARRIED_OUT,
    *OPERATIONS_COME_AND_GO,
    CommentParcours("secret commentaire", about_version=1),
    AcknowledgeParcoursComment(1),
    coordination.AbandonAction(LOCAL, "secret abandon"),
    coordination.CarryOverAction(EXPERTISE, "secret suite"),
    corrections.CorrectIntroduction(OWN, 1, whom="secret contact", held_on=TODAY, reason="secret erreur"),
    assignment_corrections.CorrectAgreement(
        CONSULTING, "secret erreur", amount_cents=420_000, signatures=ALL_SIGN, provider="secret prestataire"
    ),
    assignment_corrections.CorrectDays(CONSULTING, 4, effective_on=TODAY, reason="secret erreur"),
    assignment_corrections.CorrectFinalReport(CONSULTING, "secret erreur", received_on=TODAY),
    ending.CompleteParcours("secret bilan", TODAY),
    corrections.CorrectDebrief("secret bilan", TODAY, reason="secret erreur"),
    validation.AdjustParcours("secret ajustement"),
    duration.GrantDurationDerogation("secret dérogation"),
    SHARE,
    edits.RankAxes(("strategy", "finance")),
    SHARE,
    CONTEST,
    ending.AbandonParcours("secret fin"),
)


def asked(log: MemoryLog[Parcours], command: Any) -> Any:
    """The command as somebody would ask it who has just read the parcours."""
    state = log.state
    if isinstance(command, validation.ValidateParcours) and state.shared:
        return validation.ValidateParcours(state.content_version, state.shared.content_hash)
    if isinstance(command, validation.ContestParcours):
        return replace(command, version=max(state.content_version, 1))
    return command


def allowed(command: object) -> Role:
    if isinstance(command, validation.ValidateParcours | validation.ContestParcours | CommentParcours):
        return Role.LEADER
    if isinstance(command, standing.FollowOperation):
        return Role.SERVICE
    return Role.MANAGER if isinstance(command, duration.GrantDurationDerogation) else Role.ADVISER


def lived(*commands: object) -> MemoryLog[Parcours]:
    """A log in which each of these was accepted."""
    log = MemoryLog(decider)
    for command in commands:
        refused = log.do(asked(log, command), by=allowed(command)).refused_as
        assert refused is None, refused
    return log


def test_every_event_comes_back_from_the_log_and_nothing_a_person_wrote_is_stored_in_clear() -> None:
    log = lived(*WHOLE_LIFE)
    corrected = corrections.CorrectEnding("secret erreur", ending.AbandonmentKind.CLOSED_DOWN)
    given_up = lived(*UNDER_WAY, ending.AbandonParcours("secret abandon"), corrected)
    assert {type(event) for event in (*log.events, *given_up.events)} == set(decider.events)
    assert not any(b"secret" in stored.state for stored in log.stored)
    assert log.from_snapshot() == log.state
    shown = log.shown(log.state)
    assert shown["actions"][str(OWN)]["planned"]["who"] == "secret trésorière"
    assert (shown["status"], shown["debrief"], shown["contest_reason"]) == (
        "completed",
        "secret bilan",
        "secret objection",
    )


def test_each_day_of_a_life_has_its_row_and_nothing_is_counted_below_nothing() -> None:
    for log in (lived(*WHOLE_LIFE), lived(*UNDER_WAY, ending.AbandonParcours("secret abandon"))):
        rows = rows_on_every_day((parcours_list, caseload.projection), [(event, NOW) for event in log.events])
        assert rows
        assert not [found for row in rows if (found := negative(row))]
        ended = counted_for_pilots(
            parcours_statistics, rows_on_every_day((parcours_list,), [(event, NOW) for event in log.events])
        )
        assert sum(ended["ending"].values())


AXES = st.sampled_from(["strategy", "finance", "digital"])
ACTIONS = st.sampled_from([OWN, CONSULTING, LOCAL, COLLECTIVE, new_id(99)])
DAYS = st.sampled_from([TODAY, SPRING, AUTUMN, date(1990, 1, 1), date(2060, 1, 1)])
LENGTHS = st.integers(1, 6)
SUMS = st.integers(1, 500_000)
SIGNATURE = st.none() | st.builds(GivenSignature, st.just("Un nom"), DAYS)
SIGNATURES = st.just(ALL_SIGN) | st.builds(GivenSignatures, SIGNATURE, SIGNATURE, provider=SIGNATURE)
on_action = partial(st.builds, action=ACTIONS)
COMMANDS = st.one_of(
    st.builds(OpenParcours, st.just(PLAN)),
    st.builds(edits.RankAxes, st.lists(AXES, min_size=1, max_size=3).map(tuple)),
    st.builds(edits.DeferAxis, axis=AXES, reason=st.just("Plus tard")),
    st.builds(
        edits.AddAction,
        st.sampled_from(ActionKind),
        AXES,
        st.just("Un titre"),
        st.just("Un nom"),
        DAYS,
        DAYS,
        st.none() | LENGTHS,
    ),
    on_action(edits.RescheduleAction, starts_on=DAYS, ends_on=DAYS, reason=st.just("Congés")),
    on_action(edits.RemoveAction, reason=st.just("Inutile")),
    st.just(duration.GrantDurationDerogation("Fusion en cours")),
    st.builds(validation.ShareParcours, DAYS, DAYS) | st.just(SHARE),
    st.just(VALIDATE),
    st.just(CONTEST),
    st.just(validation.AdjustParcours("Un départ")),
    on_action(coordination.RecordIntroduction, whom=st.just("Un nom"), held_on=DAYS),
    on_action(coordination.StartAction),
    on_action(coordination.FinishAction, summary=st.just("Fait")),
    on_action(coordination.AbandonAction, reason=st.just("Trop cher")),
    on_action(coordination.CarryOverAction, reason=st.just("Pas fini")),
    on_action(
        standing.FollowOperation,
        status=st.sampled_from([CollectiveStatus.FELL_SHORT, CollectiveStatus.TOGETHER, CollectiveStatus.CANCELLED]),
    ),
    on_action(standing.ContinueAlone, reason=st.just("Entre nous")),
    on_action(
        standing.MoveToOperation,
        operation=st.sampled_from([OPERATION, OTHER_OPERATION]),
        reason=st.just("Celle d’à côté"),
    ),
    st.just(CommentParcours("Bien vu")),
    on_action(
        selection.RetainProvider,
        provider=st.just("Un nom"),
        amount_cents=SUMS,
        days=LENGTHS,
        exception=st.just("Seule offre"),
    ),
    st.just(AWARD),
    on_action(selection.RecordAnnouncement, tender=st.just(TENDER)),
    on_action(selection.WithdrawAward, tender=st.just(TENDER), reason=st.just(text("Sans suite"))),
    on_action(
        agreement.RecordAgreement, signatures=SIGNATURES, amount_cents=st.none() | SUMS, days=st.none() | LENGTHS
    ),
    on_action(agreement.SignAgreement, signatures=SIGNATURES),
    on_action(payments.CommitFunds, amount_cents=st.none() | SUMS),
    on_action(payments.ReleaseFunds, reason=st.just("Le prestataire tarde")),
    on_action(reporting.RecordDays, days=LENGTHS),
    on_action(
        amendments.RecordAmendment,
        signatures=SIGNATURES,
        extra_days=st.none() | LENGTHS,
        extra_amount_cents=st.none() | SUMS,
    ),
    on_action(reporting.ReceiveFinalReport, received_on=DAYS),
    on_action(reporting.AcceptFinalReport, received_on=st.none() | DAYS),
    on_action(
        corrections.CorrectIntroduction,
        introduction=LENGTHS,
        whom=st.just("Un nom"),
        held_on=DAYS,
        reason=st.just("Faute"),
    ),
    on_action(
        assignment_corrections.CorrectAgreement,
        reason=st.just("Faute"),
        amount_cents=st.none() | SUMS,
        days=st.none() | LENGTHS,
        provider=st.none() | st.just("Un nom"),
    ),
    on_action(assignment_corrections.CorrectDays, days=LENGTHS, effective_on=DAYS, reason=st.just("Faute")),
    on_action(assignment_corrections.CorrectFinalReport, reason=st.just("Faute"), received_on=st.none() | DAYS),
    st.builds(corrections.CorrectDebrief, st.just("Un élan"), DAYS, st.just("Faute")),
    on_action(payments.AuthorisePayment, amount_cents=SUMS, last=st.booleans()),
    st.builds(ending.CompleteParcours, st.just("Un vrai élan"), DAYS),
    st.just(ending.AbandonParcours("Priorités nouvelles")),
)
SITUATIONS = st.sampled_from([(), BUILT, UNDER_WAY, CARRIED_OUT])


@settings(max_examples=150, deadline=None)
@for_all(SITUATIONS, st.lists(st.tuples(COMMANDS, st.sampled_from(Role) | st.none()), max_size=12))
def test_whatever_is_asked_the_answer_is_a_refusal_or_a_history_that_can_be_replayed(
    situation: tuple[object, ...], demands: list[tuple[Any, Role | None]]
) -> None:
    log = lived(*situation)
    reached = log.state
    for command, role in demands:
        outcome = log.do(asked(log, command), by=role or allowed(command))
        for event in outcome.events:
            reached = decider.evolve(reached, event)
    assert log.shown(reached) == log.shown(log.state)
    assert log.from_snapshot() == log.state
    check_promises(reached)


def check_promises(parcours: Parcours) -> None:
    """What holds at any moment, whoever asked for whatever."""
    if parcours.status is ParcoursStatus.UNDER_WAY:
        assert parcours.shared is not None
        assert parcours.validated_version == parcours.shared.version == parcours.content_version
        under_way = any(action.status in OPEN_STATUSES for action in parcours.actions.values())
        assert not (parcours.only_consulting and under_way)
    for action in parcours.actions.values():
        assert action.validated or action.status is ActionStatus.PLANNED
        assert 0 <= action.paid_cents <= action.committed_cents
        if action.retained and not action.is_agreed:
            assert action.committed_cents <= action.retained.amount_cents
        if action.is_agreed:
            assert action.agreement
            assert action.committed_cents <= action.agreement.terms.amount_cents
            assert action.days <= action.agreement.terms.days
            assert action.retained
        if action.planned.kind is ActionKind.CONSULTING and action.status in (ActionStatus.STARTED, ActionStatus.DONE):
            assert action.is_agreed
        if action.agreement and action.status is ActionStatus.PLANNED:
            assert action.committed_cents >= action.agreement.terms.amount_cents, "signed before it was funded"
