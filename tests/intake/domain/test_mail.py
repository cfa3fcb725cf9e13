"""Mails: claimed once, sent once, tried again for two days at most."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from intake.domain.mail import (
    CLAIM,
    RETRY_AFTER,
    AbandonMail,
    AbandonReason,
    BeginAttempt,
    MailAbandoned,
    MailAttempted,
    MailDelayed,
    MailedAccessLinkOpened,
    MailKind,
    MailQueued,
    MailRefused,
    MailSent,
    MailStatus,
    OpenMailedLink,
    QueueMail,
    RecordReply,
    is_mail_address,
    mail_decider,
)
from shared.testing.scenarios import CASE, NOW, Scenarios, context

given = Scenarios(mail_decider)
LINK = UUID(int=50)
QUEUED = MailQueued(CASE, MailKind.ORIENTATION, link=LINK, at=NOW)
FIRST = MailAttempted(1, NOW + CLAIM)
SENT = MailSent(1, 250)


def test_a_mail_is_queued_once() -> None:
    given().when(QueueMail(MailKind.ORIENTATION, LINK)).then(QUEUED)
    given(QUEUED).when(QueueMail(MailKind.ORIENTATION, LINK)).then()
    given(QUEUED, FIRST, SENT).when(QueueMail(MailKind.ORIENTATION, LINK)).then()


def test_a_mail_that_one_process_has_claimed_is_no_other_ones_until_the_claim_ends() -> None:
    given(QUEUED).when(BeginAttempt()).then(FIRST)
    given(QUEUED, FIRST).when(BeginAttempt(), at=NOW + CLAIM - timedelta(seconds=1)).then()
    after = NOW + CLAIM
    given(QUEUED, FIRST).when(BeginAttempt(), at=after).then(MailAttempted(2, after + CLAIM))


def test_a_reply_ends_the_mail_or_says_when_it_is_tried_again() -> None:
    claimed = given(QUEUED, FIRST)
    claimed.when(RecordReply(1, 250, is_final=False)).then(SENT)
    claimed.when(RecordReply(1, 550, is_final=True)).then(MailRefused(1, 550))
    claimed.when(RecordReply(1, 451, is_final=False)).then(MailDelayed(1, 451, again_at=NOW + RETRY_AFTER[0]))
    claimed.when(RecordReply(1, None, is_final=False)).then(MailDelayed(1, None, again_at=NOW + RETRY_AFTER[0]))
    given(QUEUED, FIRST, SENT).when(BeginAttempt(), at=NOW + timedelta(days=9)).then()


def test_a_late_reply_counts_only_when_the_mail_was_accepted() -> None:
    again = (QUEUED, FIRST, MailAttempted(2, NOW + 2 * CLAIM))
    given(*again).when(RecordReply(1, 451, is_final=False)).then()
    given(*again).when(RecordReply(1, 550, is_final=True)).then()
    given(*again).when(RecordReply(1, 250, is_final=False)).then(SENT)


def test_it_is_tried_later_and_later_and_given_up_after_two_days() -> None:
    events: list[Any] = [QUEUED]
    now = NOW
    waits = []
    while True:
        (claimed,) = given(*events).when(BeginAttempt(), at=now).events
        (answered,) = given(*events, claimed).when(RecordReply(claimed.attempt, 451, is_final=False), at=now).events
        events += [claimed, answered]
        if isinstance(answered, MailAbandoned):
            break
        waits.append(answered.again_at - now)
        now = answered.again_at
    assert waits == sorted(waits) and len(set(waits)) == len(waits)
    assert events[-1] == MailAbandoned(AbandonReason.TOO_MANY_ATTEMPTS)
    assert timedelta(days=1) < now - NOW < timedelta(days=3)


def test_what_is_not_due_any_more_is_abandoned_and_what_is_over_stays_so() -> None:
    given(QUEUED, FIRST).when(AbandonMail(AbandonReason.ERASED)).then(MailAbandoned(AbandonReason.ERASED))
    given(QUEUED, FIRST, SENT).when(AbandonMail(AbandonReason.ERASED)).then()


def test_the_link_of_a_mail_opens_once_and_for_some_days() -> None:
    sent = (QUEUED, FIRST, SENT)
    given(*sent).when(OpenMailedLink(7)).then(MailedAccessLinkOpened(NOW))
    given(*sent, MailedAccessLinkOpened(NOW)).when(OpenMailedLink(7)).refused("mailed-link-used")
    given(*sent).when(OpenMailedLink(7), at=NOW + timedelta(days=7)).then(
        MailedAccessLinkOpened(NOW + timedelta(days=7))
    )
    late = NOW + timedelta(days=7, seconds=1)
    given(*sent).when(OpenMailedLink(7), at=late).refused("mailed-link-expired")


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("accueil@banque.example", True),
        ("Jean.Le-Bihan+dla@sous.domaine.bzh", True),
        ("accueil@banque", False),
        ("a@b.example, c@d.example", False),
        ("a@b.example\nBcc: c@d.example", False),
        ("Accueil <a@b.example>", False),
        ("é@b.example", False),
        ("@b.example", False),
    ],
)
def test_one_address_is_taken_and_nothing_that_holds_more(address: str, good: bool) -> None:
    assert is_mail_address(address) is good


MOMENTS = st.integers(0, 4000).map(lambda minutes: NOW + timedelta(minutes=minutes))
STEPS = st.one_of(st.just("claim"), st.sampled_from([250, 451, 550, None]), st.sampled_from(["abandon"]))


@for_all(st.lists(st.tuples(MOMENTS, STEPS), max_size=25).map(lambda steps: sorted(steps, key=lambda step: step[0])))
def test_never_two_processes_at_once_have_a_mail_and_what_was_accepted_is_not_sent_again(
    steps: list[tuple[datetime, Any]],
) -> None:
    """Any order of claims and replies, some of them never given, by a clock that goes forward."""
    state, held_until, attempt, accepted = mail_decider.state([QUEUED]), NOW, 0, False
    for now, step in steps:
        command: Any = BeginAttempt() if step == "claim" else AbandonMail(AbandonReason.ERASED)
        if step not in ("claim", "abandon"):
            command = RecordReply(attempt, step, is_final=step == 550)
        for event in mail_decider.decide(state, command, context(at=now)):
            if isinstance(event, MailAttempted):
                assert not accepted and now >= held_until
                held_until, attempt = event.again_at, event.attempt
            elif isinstance(event, MailDelayed):
                held_until = event.again_at
            accepted = accepted or isinstance(event, MailSent)
            state = mail_decider.evolve(state, event)
    assert (state.status is MailStatus.SENT) is accepted
