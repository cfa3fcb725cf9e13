"""Orientations: one step after the other, and never without the consent of the structure."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from intake.domain.mail import MailKind, QueueMail
from intake.domain.orientation import (
    AcknowledgeOrientation,
    ChaseChannel,
    ChaseOrientation,
    ConcludeOrientation,
    DeclineOrientation,
    OrientationAcknowledged,
    OrientationChase,
    OrientationChased,
    OrientationConcluded,
    OrientationConsented,
    OrientationDeclined,
    OrientationProposed,
    OrientationReminded,
    OrientationSent,
    OrientationStatus,
    ProposeOrientation,
    Recipient,
    RecordConsent,
    RemindRecipient,
    SendOrientation,
    companions,
    deadlines,
    decider,
)
from intake.domain.personal_link import IssueRecipientLink
from shared.attachments import CiteAttachment
from shared.kernel import Actor, PersonalData, Role
from shared.testing.scenarios import CASE, NOW, MemoryLog, Scenarios, context, new_id, text

given = Scenarios(decider)
TODAY = NOW.date()
PROPOSE = ProposeOrientation("La banque de quartier", "Trésorerie tendue.")
SEND, CONCLUDE, DECLINE = SendOrientation(), ConcludeOrientation("Prêt accordé."), DeclineOrientation("Déjà cliente.")
PROPOSED = OrientationProposed(
    CASE, None, reason=text("Trésorerie tendue."), on=TODAY, other=PersonalData(new_id(1), "La banque de quartier")
)
CONSENTED, SENT, ACKNOWLEDGED = OrientationConsented(TODAY), OrientationSent(TODAY), OrientationAcknowledged(TODAY)
CONCLUDED = OrientationConcluded(text("Prêt accordé."), TODAY)
DECLINED = OrientationDeclined(text("Déjà cliente."), TODAY, on_behalf=True)
UNTIL_ACKNOWLEDGED = (PROPOSED, CONSENTED, SENT, ACKNOWLEDGED)


def test_an_orientation_is_proposed_for_a_reason() -> None:
    given().when(PROPOSE).then(PROPOSED)


def test_a_target_of_the_list_is_told_in_clear_and_anybody_else_is_sealed() -> None:
    listed = ProposeOrientation("france_active", "Trésorerie tendue.")
    expected = OrientationProposed(
        CASE, "France Active", reason=text("Trésorerie tendue."), on=TODAY, code="france_active"
    )
    given().when(listed).then(expected)


def test_it_goes_from_consent_to_its_outcome() -> None:
    given(PROPOSED).when(RecordConsent()).then(CONSENTED)
    message = SendOrientation("Pourriez-vous la recevoir ?")
    given(PROPOSED, CONSENTED).when(message).then(OrientationSent(TODAY, text("Pourriez-vous la recevoir ?")))
    given(PROPOSED, CONSENTED, SENT).when(AcknowledgeOrientation()).then(ACKNOWLEDGED)
    given(*UNTIL_ACKNOWLEDGED).when(CONCLUDE).then(CONCLUDED)
    assert given(*UNTIL_ACKNOWLEDGED, CONCLUDED).state.outcome == text("Prêt accordé.")


def test_nothing_is_sent_without_consent() -> None:
    given(PROPOSED).when(SEND).refused("no-consent")


@pytest.mark.parametrize("reached", range(1, 5))
def test_it_may_be_declined_until_it_is_concluded(reached: int) -> None:
    given(*UNTIL_ACKNOWLEDGED[:reached]).when(DECLINE).then(DECLINED)


@pytest.mark.parametrize("ending", [CONCLUDED, DECLINED])
@pytest.mark.parametrize("command", [RecordConsent(), SEND, AcknowledgeOrientation(), CONCLUDE, DECLINE])
def test_once_over_it_does_not_move_any_more(ending: object, command: object) -> None:
    given(*UNTIL_ACKNOWLEDGED, ending).when(command).refused("orientation-not-at-this-step")


@pytest.mark.parametrize(
    ("so_far", "command"),
    [
        ((), RecordConsent()),
        ((PROPOSED,), AcknowledgeOrientation()),
        ((PROPOSED, CONSENTED), RecordConsent()),
        ((PROPOSED, CONSENTED), AcknowledgeOrientation()),
        ((PROPOSED, CONSENTED, SENT), SEND),
        ((PROPOSED, CONSENTED, SENT), CONCLUDE),
    ],
)
def test_no_step_is_skipped_nor_done_twice(so_far: tuple[object, ...], command: object) -> None:
    given(*so_far).when(command).refused("orientation-not-at-this-step")


def test_the_refusal_says_where_the_orientation_is() -> None:
    refused = given(PROPOSED, CONSENTED).when(CONCLUDE).refused("orientation-not-at-this-step")
    assert (refused.detail, refused.extra) == (
        "L’orientation en est à l’étape «\u202facceptée\u202f».",
        {"current_status": OrientationStatus.CONSENTED},
    )


def test_it_is_proposed_once() -> None:
    given(PROPOSED).when(PROPOSE).refused("orientation-already-proposed")


def test_every_event_comes_back_from_the_log_and_no_free_text_is_stored_in_clear() -> None:
    expected = (
        OrientationProposed(CASE, None, reason=text("secret raison"), on=TODAY, other=PersonalData(CASE, "secret nom")),
        CONSENTED,
        OrientationSent(
            TODAY,
            text("secret message"),
            recipient=CASE,
            name=PersonalData(CASE, "secret nom"),
            email=PersonalData(CASE, "secret adresse"),
        ),
        ACKNOWLEDGED,
        OrientationConcluded(text("secret résultat"), TODAY),
        OrientationDeclined(text("secret motif"), TODAY),
        OrientationReminded(1, TODAY),
        OrientationChased(ChaseChannel.EMAIL, text("secret dit"), on=TODAY, by="some-adviser"),
    )
    assert {type(event) for event in expected} == set(decider.events)
    log = MemoryLog(decider)
    log.append(*expected)
    assert [log.shown(event) for event in log.events] == [log.shown(event) for event in expected]
    assert not any(b"secret" in stored.state for stored in log.stored)


@for_all(st.lists(st.one_of(*(st.builds(command) for command in decider.commands)), max_size=12))
def test_whatever_is_asked_the_answer_is_a_refusal_or_a_history_that_can_be_replayed(attempts: list[Any]) -> None:
    log = MemoryLog(decider)
    for command in (PROPOSE, *attempts):
        log.do(command)
    reached = log.from_snapshot()
    assert reached == log.state
    sent = [n for n, event in enumerate(log.events) if isinstance(event, OrientationSent)]
    consented = [n for n, event in enumerate(log.events) if isinstance(event, OrientationConsented)]
    assert not sent or consented < sent


def test_an_actor_who_is_not_in_the_list_has_a_key_of_their_own() -> None:
    """It may be a person, who can ask to be erased."""
    (proposed,) = given().when(replace(PROPOSE, target="Annaïg Kervella")).events
    assert isinstance(proposed.other, PersonalData)
    assert proposed.other.key != CASE


def test_a_chase_is_recorded_by_whom_how_and_what_was_said() -> None:
    sent = given(PROPOSED, CONSENTED, SENT)
    chase = ChaseOrientation(ChaseChannel.PHONE, "Le greffe cherche le dossier.")
    chased = OrientationChased(ChaseChannel.PHONE, text(chase.said), on=TODAY, by="some-adviser")
    sent.when(chase).then(chased)
    state = given(PROPOSED, CONSENTED, SENT, chased).state
    expected = OrientationChase(TODAY, ChaseChannel.PHONE, said=text(chase.said), by="some-adviser")
    assert (state.status, state.chases) == (OrientationStatus.SENT, (expected,))
    for other in ((PROPOSED,), (PROPOSED, CONSENTED), UNTIL_ACKNOWLEDGED):
        given(*other).when(chase).refused("orientation-not-at-this-step")


def test_the_state_carries_the_day_of_each_step_which_never_precedes_the_one_before() -> None:
    before = TODAY - timedelta(days=4)
    proposed = replace(PROPOSED, on=before)
    given(proposed).when(RecordConsent(on=TODAY - timedelta(days=2))).then(
        OrientationConsented(TODAY - timedelta(days=2))
    )
    given(proposed).when(RecordConsent(on=before - timedelta(days=1))).refused("absurd-date")
    given(proposed).when(RecordConsent(on=TODAY + timedelta(days=2))).refused("absurd-date")
    dates = given(proposed, CONSENTED, SENT, ACKNOWLEDGED).state.dates
    assert dates == {"proposed": before, "consented": TODAY, "sent": TODAY, "acknowledged": TODAY}


PERSON, IDENTITY = new_id(1), UUID(int=70)
BANK = Recipient("Annaïg Kervella", "accueil@banque.example")
MAILED = OrientationSent(
    TODAY, None, recipient=PERSON, name=PersonalData(PERSON, BANK.name), email=PersonalData(PERSON, BANK.email)
)
RECIPIENT = Actor(str(PERSON), Role.RECIPIENT)


def test_a_recipient_is_named_when_it_is_sent_today_and_to_one_address() -> None:
    consented = given(PROPOSED, CONSENTED)
    consented.when(SendOrientation(recipient=BANK)).then(MAILED)
    consented.when(SendOrientation(recipient=replace(BANK, email="accueil"))).refused("mail-address-to-correct")
    earlier = given(replace(PROPOSED, on=TODAY - timedelta(days=3)), OrientationConsented(TODAY - timedelta(days=3)))
    earlier.when(SendOrientation(on=TODAY - timedelta(days=1), recipient=BANK)).refused("absurd-date")


def test_a_recipient_gets_a_link_for_as_long_as_the_deployment_allows() -> None:
    state = given(PROPOSED, CONSENTED).state
    (issued,) = companions(state, MAILED, context(), lambda _context, _person: IDENTITY, recipient_days=30)
    assert (issued.decider.name, issued.stream) == ("personal link", PERSON)
    until = TODAY + timedelta(days=30)
    assert issued.command == IssueRecipientLink(PERSON, BANK.name, email=BANK.email, identity=IDENTITY, until=until)
    assert [*companions(state, SENT, context())] == []


def test_the_attachments_of_the_consent_are_cited() -> None:
    paper = UUID(int=80)
    given(PROPOSED).when(RecordConsent(attachments=(paper, paper))).then(OrientationConsented(TODAY, (paper,)))
    world = replace(context(), stream=UUID(int=81))
    (cited,) = companions(given(PROPOSED).state, OrientationConsented(TODAY, (paper,)), world)
    assert (cited.stream, cited.command) == (paper, CiteAttachment("orientation-consented", UUID(int=81)))


def test_a_recipient_is_reminded_on_working_days_and_not_once_they_have_answered() -> None:
    state = given(PROPOSED, CONSENTED).state
    days = {each.key: each.on for each in deadlines(state, MAILED, (5, 12))}
    assert days == {"1": date(2026, 3, 9), "2": date(2026, 3, 16)}, "5 and 12 days after a Monday are at a weekend"
    assert [*deadlines(state, SENT)] == []
    sent = given(PROPOSED, CONSENTED, MAILED)
    for answer in (ACKNOWLEDGED, CONCLUDED, DECLINED):
        assert {each.key: each.on for each in deadlines(sent.state, answer)} == {"1": None, "2": None}
        given(PROPOSED, CONSENTED, MAILED, answer).when(RemindRecipient(1)).then()
    sent.when(RemindRecipient(1)).then(OrientationReminded(1, TODAY))
    given(PROPOSED, CONSENTED, SENT).when(RemindRecipient(1)).then()
    (queued,) = companions(sent.state, OrientationReminded(1, TODAY), context())
    assert queued.command == QueueMail(MailKind.REMINDER, PERSON)


def test_a_recipient_answers_for_themselves_and_nobody_elses_orientation() -> None:
    sent = given(PROPOSED, CONSENTED, MAILED)
    sent.when(AcknowledgeOrientation(), by=RECIPIENT).then(OrientationAcknowledged(TODAY, on_behalf=False))
    sent.when(AcknowledgeOrientation()).then(OrientationAcknowledged(TODAY, on_behalf=True))
    other = replace(RECIPIENT, id=str(UUID(int=99)))
    for command in (AcknowledgeOrientation(), CONCLUDE, DECLINE):
        sent.when(command, by=other).refused("not-your-orientation")
    declined = OrientationDeclined(text("Déjà cliente."), TODAY, on_behalf=False)
    sent.when(DECLINE, by=RECIPIENT).then(declined)
    sent.when(DECLINE, by=Role.LEADER).then(declined)
    assert given(PROPOSED, CONSENTED, MAILED, ACKNOWLEDGED).state.on_behalf == (OrientationStatus.ACKNOWLEDGED,)
