"""Corrections of recorded facts: a new event with its day and its reason, and nothing edited in place."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.support.servers.served_service import served

from embedded.processes.nats import Nats
from parcours.domain.agreement_signatures import AgreementSignature, AgreementSignatures
from parcours.domain.assignment.agreement import AgreementRecorded
from parcours.domain.assignment.assignment_corrections import (
    AgreementCorrected,
    CorrectAgreement,
    CorrectDays,
    CorrectFinalReport,
    DaysCorrected,
    FinalReportCorrected,
)
from parcours.domain.assignment.reporting import DaysRecorded, FinalReportAccepted, FinalReportReceived
from parcours.domain.assignment.selection import ProviderRetained
from parcours.domain.assignment.signatures import GivenSignature, GivenSignatures
from parcours.domain.building.edits import ActionAdded
from parcours.domain.building.validation import ParcoursValidated
from parcours.domain.coordination import ActionStarted, IntroductionMade
from parcours.domain.corrections import CorrectDebrief, CorrectIntroduction, DebriefCorrected, IntroductionCorrected
from parcours.domain.ending import ParcoursAbandoned, ParcoursCompleted
from parcours.domain.funding.payments import FundsCommitted, FundsReleased, PaymentAuthorised
from parcours.domain.lifecycle import OpenParcours, ParcoursOpened
from parcours.domain.parcours import decider
from parcours.domain.state import ActionKind, AgreementTerms, PlannedAction, ReceivedPlan
from parcours.main import service
from shared.attachments import CiteAttachment
from shared.kernel import Actor, PersonalData, Role, paris_date, uuid7
from shared.testing.scenarios import NOW, Scenarios, context, new_id, text

given = Scenarios(decider)
TODAY = NOW.date()
BEFORE = TODAY - timedelta(days=3)
PLAN = ReceivedPlan(
    UUID(int=8), "unit-35", adviser="adviser-1", admitted_at=datetime(2025, 12, 2, 9, tzinfo=UTC), axes=("finance",)
)
ACTION = UUID(int=2)
WHO = PersonalData(new_id(1), "Cabinet Aubépine")
RETAINED = ProviderRetained(ACTION, WHO, amount_cents=400_000, days=6, exception=text("Seul cabinet"))
BY_STRUCTURE, BY_UNIT, BY_PROVIDER = (
    AgreementSignature(new_id(n), PersonalData(new_id(n), name), signed_on=BEFORE) for n, name in enumerate("ABC", 1)
)
SIGNATURES = AgreementSignatures(BY_STRUCTURE, BY_UNIT, provider=BY_PROVIDER)
AGREEMENT = AgreementRecorded(ACTION, AgreementTerms(390_000, 5), signatures=SIGNATURES, signed_on=BEFORE)
FUND = new_id(8)
CARRIED_OUT = (
    ParcoursOpened(PLAN),
    ActionAdded(
        ACTION,
        PlannedAction(
            ActionKind.CONSULTING,
            "finance",
            title=text("Étude"),
            who=WHO,
            starts_on=TODAY,
            ends_on=TODAY,
            planned_days=5,
        ),
    ),
    ParcoursValidated(1, "0" * 64, actions={"consulting": 1}, leader="some-leader"),
    IntroductionMade(ACTION, WHO, held_on=BEFORE),
    RETAINED,
    FundsCommitted(ACTION, 390_000, fund=FUND),
    AGREEMENT,
    ActionStarted(ACTION),
    DaysRecorded(ACTION, 4),
    FinalReportReceived(ACTION, TODAY),
    FinalReportAccepted(ACTION, TODAY),
)
WHY = "Erreur de saisie"


def given_signatures(signed_on: date) -> GivenSignatures:
    structure, unit, provider = (GivenSignature(name, signed_on) for name in "ABC")
    return GivenSignatures(structure, unit, provider=provider)


ENDED = (
    (),
    (ParcoursCompleted(PLAN, {}, debrief=text("Bilan"), held_on=TODAY),),
    (ParcoursAbandoned(text("Priorités nouvelles")),),
)


@pytest.mark.parametrize("end", ENDED)
def test_what_was_recorded_wrongly_is_corrected_at_any_time_with_its_day_and_a_reason(end: tuple[object, ...]) -> None:
    history = given(*CARRIED_OUT, *end)
    met = IntroductionCorrected(
        ACTION, 1, whom=PersonalData(new_id(1), "Youenn Marchand"), held_on=TODAY, reason=text(WHY)
    )
    history.when(CorrectIntroduction(ACTION, 1, whom="Youenn Marchand", held_on=TODAY, reason=WHY)).then(met)
    days = DaysCorrected(ACTION, 3, effective_on=TODAY, reason=text(WHY))
    history.when(CorrectDays(ACTION, 3, effective_on=TODAY, reason=WHY)).then(days)
    report = FinalReportCorrected(ACTION, BEFORE, reason=text(WHY))
    history.when(CorrectFinalReport(ACTION, WHY, received_on=BEFORE)).then(report)
    signed = AgreementCorrected(
        ACTION,
        AgreementTerms(350_000, 6),
        signatures=SIGNATURES,
        signed_on=BEFORE,
        reason=text(WHY),
        provider=PersonalData(new_id(1), "Cabinet Ajonc"),
    )
    released = FundsReleased(ACTION, 40_000)
    correct = CorrectAgreement(ACTION, WHY, amount_cents=350_000, days=6, provider="Cabinet Ajonc")
    history.when(correct).then(signed, released)
    after = given(*history.events, met, days, report, signed, released).state.actions[ACTION]
    assert after.agreement
    assert after.retained
    assert (after.agreement.terms, after.committed_cents) == (AgreementTerms(350_000, 6), 350_000)
    assert (after.retained.name, after.retained.exception) == (signed.provider, text("Seul cabinet"))
    assert (after.days, after.report_received_on, after.report_accepted) == (3, BEFORE, True)
    assert [(each.whom.plaintext, each.held_on) for each in after.introductions] == [("Youenn Marchand", TODAY)]


def test_a_correction_of_the_final_report_adds_its_file_or_replaces_it() -> None:
    first, second, agreed = UUID(int=91), UUID(int=92), UUID(int=93)
    proved = [replace(each, attachment=agreed) if isinstance(each, AgreementRecorded) else each for each in CARRIED_OUT]
    history = given(*proved)
    added = FinalReportCorrected(ACTION, TODAY, reason=text(WHY), attachment=first)
    history.when(CorrectFinalReport(ACTION, WHY, attachment=first)).then(added)
    state = history.state
    [cited] = decider.companions(state, added, context())
    assert (cited.stream, cited.command) == (first, CiteAttachment("final-report-corrected", ACTION))
    assert given(*proved, added).state.actions[ACTION].proofs == (agreed, first)
    replaced = FinalReportCorrected(ACTION, TODAY, reason=text(WHY), attachment=second)
    assert given(*proved, added, replaced).state.actions[ACTION].proofs == (agreed, second)
    history.when(CorrectFinalReport(ACTION, WHY)).refused("nothing-to-correct")


def test_the_debrief_is_corrected_once_it_was_held() -> None:
    command = CorrectDebrief("Un vrai élan", BEFORE, reason=WHY)
    given(*CARRIED_OUT).when(command).refused("nothing-to-correct")
    corrected = DebriefCorrected(text("Un vrai élan"), BEFORE, reason=text(WHY))
    given(*CARRIED_OUT, *ENDED[1]).when(command).then(corrected)
    after = given(*CARRIED_OUT, *ENDED[1], corrected).state
    assert (after.debrief, after.debrief_held_on, after.status) == (text("Un vrai élan"), BEFORE, "completed")


@pytest.mark.parametrize(
    ("command", "slug"),
    [
        (CorrectIntroduction(ACTION, 2, whom="Youenn Marchand", held_on=TODAY, reason=WHY), "nothing-to-correct"),
        (
            CorrectIntroduction(ACTION, 1, whom="Youenn Marchand", held_on=date(2025, 11, 30), reason=WHY),
            "before-admission",
        ),
        (CorrectDays(ACTION, 6, effective_on=TODAY, reason=WHY), "below-recorded"),
        (CorrectDays(ACTION, 3, effective_on=BEFORE - timedelta(days=1), reason=WHY), "before-signature"),
        (CorrectFinalReport(ACTION, WHY, received_on=TODAY + timedelta(days=2)), "absurd-date"),
        (CorrectAgreement(ACTION, WHY, days=3), "below-recorded"),
        (CorrectAgreement(ACTION, WHY, amount_cents=400_001), "beyond-proposal"),
        (CorrectAgreement(ACTION, WHY, days=7), "beyond-proposal"),
        (CorrectAgreement(ACTION, WHY, signatures=given_signatures(TODAY + timedelta(days=1))), "below-recorded"),
        (CorrectAgreement(ACTION, WHY, signatures=given_signatures(date(2025, 11, 30))), "before-admission"),
        (CorrectAgreement(ACTION, WHY, signatures=GivenSignatures(GivenSignature("A", BEFORE))), "missing-signatures"),
    ],
)
def test_a_correction_is_held_to_the_same_sense_as_what_it_corrects(command: object, slug: str) -> None:
    given(*CARRIED_OUT).when(command).refused(slug)


@pytest.mark.parametrize(
    "command",
    [CorrectDays(ACTION, 1, effective_on=TODAY, reason=WHY), CorrectFinalReport(ACTION, WHY, received_on=TODAY)],
)
def test_what_was_never_recorded_is_not_corrected(command: object) -> None:
    assert given(*CARRIED_OUT[:4]).when(command).refused_as is not None
    given().when(command).refused("parcours-not-open")


def test_the_provider_of_a_tender_is_not_corrected_in_its_agreement() -> None:
    led_to = [replace(each, tender=new_id(9)) if each is RETAINED else each for each in CARRIED_OUT]
    given(*led_to).when(CorrectAgreement(ACTION, WHY, provider="Cabinet Ajonc")).refused("provider-of-the-tender")


def test_what_is_committed_follows_a_corrected_sum_but_stays_above_what_was_paid() -> None:
    more = given(*CARRIED_OUT).when(CorrectAgreement(ACTION, WHY, amount_cents=400_000))
    assert more.events[1:] == (FundsCommitted(ACTION, 10_000, fund=FUND),)
    paid = given(*CARRIED_OUT, PaymentAuthorised(ACTION, 360_000))
    assert paid.when(CorrectAgreement(ACTION, WHY, amount_cents=360_000)).events[1:] == (FundsReleased(ACTION, 30_000),)
    below = paid.when(CorrectAgreement(ACTION, WHY, amount_cents=359_999)).refused("below-recorded")
    assert below.extra == {"paid_cents": 360_000, "days": 4}
    last = (PaymentAuthorised(ACTION, 380_000), FundsReleased(ACTION, 10_000))
    settled = given(*CARRIED_OUT, *last)
    assert settled.when(CorrectAgreement(ACTION, WHY, amount_cents=385_000)).events[1:] == ()


def test_after_an_abandonment_what_is_due_for_the_days_worked_follows_a_corrected_sum() -> None:
    stopped = [each for each in CARRIED_OUT if not isinstance(each, FinalReportReceived | FinalReportAccepted)]
    history = given(*stopped, FundsReleased(ACTION, 78_000), ParcoursAbandoned(text("Priorités nouvelles")))
    less = history.when(CorrectAgreement(ACTION, WHY, amount_cents=300_000))
    assert less.events[1:] == (FundsReleased(ACTION, 72_000),)
    fewer = history.when(CorrectDays(ACTION, 2, effective_on=TODAY, reason=WHY))
    assert fewer.events[1:] == (FundsReleased(ACTION, 156_000),)
    more = history.when(CorrectDays(ACTION, 5, effective_on=TODAY, reason=WHY))
    assert more.events[1:] == (FundsCommitted(ACTION, 78_000, fund=FUND),)


def test_over_http_both_the_error_and_its_correction_are_read_in_the_history(
    database: Callable[..., str], nats: Nats, tmp_path: Path
) -> None:
    with served(service, database, nats, tmp_path) as running:
        app: Any = running.http.app.state.application  # type: ignore[attr-defined]
        case, ourselves = uuid7(), Actor("diagnostic", Role.SERVICE)
        now = datetime.now(UTC)
        plan = replace(PLAN, admitted_at=now - timedelta(days=40))
        app.handle(decider, case, OpenParcours(plan), app.context(case, ourselves))
        adviser, leader = running.by("adviser", unit=PLAN.unit), running.by("leader", unit=None, case=str(case))
        path, day = f"/api/v1/parcours/{case}", paris_date(now).isoformat()
        action = {"kind": "own_action", "axis": "finance", "title": "Suivi", "who": "Le bureau", "starts_on": day}
        until = (paris_date(now) + timedelta(days=120)).isoformat()
        adviser.post(f"{path}/ranking", {"ranking": ["finance"]})
        adviser.post(f"{path}/actions", action | {"ends_on": until})
        adviser.post(f"{path}/sharing", {"starts_on": day, "ends_on": until})
        shared = leader.get(path).json()["shared"]
        leader.post(f"{path}/validation", {name: shared[name] for name in ("version", "content_hash")})
        [number] = adviser.get(path).json()["actions"]
        before = (paris_date(now) - timedelta(days=5)).isoformat()
        met = {"whom": "Youenn Marchand", "held_on": day}
        assert adviser.post(f"{path}/actions/{number}/introductions", met).status_code == 200
        corrected = met | {"held_on": before, "reason": "C’était cinq jours plus tôt."}
        assert leader.post(f"{path}/actions/{number}/introductions/1/correction", corrected).status_code == 403
        answer = adviser.post(f"{path}/actions/{number}/introductions/1/correction", corrected)
        assert answer.json()["events"] == ["introduction-corrected"], answer.text
        [introduction] = adviser.get(path).json()["actions"][number]["introductions"]
        assert introduction["held_on"] == before
        events = adviser.get(f"{path}/history").json()[-2:]
        assert [event["data"]["held_on"] for event in events] == [day, before]
        assert paris_date(datetime.fromisoformat(events[1]["effective_at"])).isoformat() == before
        assert events[1]["recorded_at"] >= events[0]["recorded_at"]
        assert events[1]["data"]["reason"] == "C’était cinq jours plus tôt."
