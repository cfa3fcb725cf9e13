"""Mail preferences: what is chosen, when a digest is due, and what ends it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from intake.domain.mail import MailKind, QueueMail
from intake.domain.mail_preferences import (
    DigestPrepared,
    DigestRhythm,
    MailPreferences,
    MailPreferencesSet,
    MailUnsubscribed,
    PrepareDigest,
    SetMailPreferences,
    TaskCounts,
    UnsubscribeFromMail,
    mail_preferences_decider,
)
from shared.kernel import Actor, Context, Refused, Role

ME = UUID(int=3)
CONTEXT = Context(ME, datetime(2026, 9, 14, 6, tzinfo=UTC), actor=Actor(str(ME), Role.ADVISER), stream=UUID(int=4))
MONDAY, TUESDAY, SATURDAY = date(2026, 9, 14), date(2026, 9, 15), date(2026, 9, 19)
SOMETHING, SOON_ALONE = TaskCounts(late=1), TaskCounts(due_soon=2)
decide, evolve = mail_preferences_decider.decide, mail_preferences_decider.evolve


def chosen(rhythm: DigestRhythm, *, at_once: bool = False) -> Any:
    """The state of a person who chose that rhythm."""
    return given(MailPreferences(), SetMailPreferences("moi@dla.example", rhythm, at_once=at_once))


def given(state: Any, *commands: Any) -> Any:
    for each in commands:
        for event in decide(state, each, CONTEXT):
            state = evolve(state, event)
    return state


def test_preferences_are_of_the_person_and_their_address_is_their_own_data() -> None:
    (event,) = decide(
        MailPreferences(), SetMailPreferences(" moi@dla.example ", DigestRhythm.DAILY, at_once=True), CONTEXT
    )
    assert isinstance(event, MailPreferencesSet)
    assert (event.identity, event.digest, event.at_once) == (ME, DigestRhythm.DAILY, True)
    assert (event.email.key, event.email.plaintext) == (ME, "moi@dla.example")


@pytest.mark.parametrize("wrong", ["moi", "moi@dla", "moi@dla.example, toi@dla.example", "Moi <moi@dla.example>"])
def test_what_is_no_single_address_is_refused(wrong: str) -> None:
    with pytest.raises(Refused) as refused:
        decide(MailPreferences(), SetMailPreferences(wrong, DigestRhythm.DAILY, at_once=False), CONTEXT)
    assert refused.value.slug == "digest-address-to-correct"


@pytest.mark.parametrize(
    ("rhythm", "day", "counts", "is_due"),
    [
        (DigestRhythm.DAILY, MONDAY, SOMETHING, True),
        (DigestRhythm.DAILY, TUESDAY, TaskCounts(due_today=1), True),
        (DigestRhythm.DAILY, TUESDAY, SOON_ALONE, False),
        (DigestRhythm.DAILY, TUESDAY, TaskCounts(missing=("parcours",)), False),
        (DigestRhythm.DAILY, SATURDAY, SOMETHING, False),
        (DigestRhythm.DAILY, date(2026, 11, 11), SOMETHING, False),
        (DigestRhythm.WEEKLY, MONDAY, SOON_ALONE, True),
        (DigestRhythm.WEEKLY, TUESDAY, SOMETHING, False),
        (DigestRhythm.WEEKLY, date(2026, 4, 7), SOMETHING, True),  # the day after Easter Monday
        (DigestRhythm.WEEKLY, MONDAY, TaskCounts(), False),
        (DigestRhythm.NEVER, MONDAY, SOMETHING, False),
    ],
)
def test_a_digest_is_due_by_its_rhythm_on_working_days_and_when_something_waits(
    rhythm: DigestRhythm, day: date, counts: TaskCounts, is_due: bool
) -> None:
    events = decide(chosen(rhythm), PrepareDigest(day, counts), CONTEXT)
    assert events == ([DigestPrepared(day, counts)] if is_due else [])


def test_one_digest_a_day() -> None:
    prepared = given(chosen(DigestRhythm.DAILY), PrepareDigest(TUESDAY, SOMETHING))
    assert decide(prepared, PrepareDigest(TUESDAY, SOMETHING), CONTEXT) == []
    assert decide(prepared, PrepareDigest(MONDAY, SOMETHING), CONTEXT) == []
    assert decide(prepared, PrepareDigest(date(2026, 9, 16), SOMETHING), CONTEXT)


def test_a_digest_queues_its_mail_under_an_id_of_its_day() -> None:
    state = chosen(DigestRhythm.DAILY)
    mails = [
        next(iter(mail_preferences_decider.companions(state, DigestPrepared(day, SOMETHING), CONTEXT)))
        for day in (MONDAY, MONDAY, TUESDAY)
    ]
    assert mails[0].command == QueueMail(MailKind.DIGEST, UUID(int=4))
    assert mails[0].case == ME
    assert mails[0].stream == mails[1].stream != mails[2].stream


def test_unsubscribing_ends_every_mail_until_the_person_chooses_again() -> None:
    state = chosen(DigestRhythm.WEEKLY, at_once=True)
    assert decide(state, UnsubscribeFromMail(), CONTEXT) == [MailUnsubscribed()]
    ended = given(state, UnsubscribeFromMail())
    assert (ended.digest, ended.at_once, ended.has_digest) == (DigestRhythm.NEVER, False, False)
    assert decide(ended, UnsubscribeFromMail(), CONTEXT) == []
    assert decide(replace(ended, at_once=True), UnsubscribeFromMail(), CONTEXT) == [MailUnsubscribed()]
    assert given(ended, SetMailPreferences("moi@dla.example", DigestRhythm.DAILY, at_once=False)).has_digest
