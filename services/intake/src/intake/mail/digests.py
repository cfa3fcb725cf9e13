"""The digest: what waits for each person who asked for it, once a working day from a set hour on.

Replicas and restarts prepare no second one: its day is in the log, by compare-and-set. A service that does not answer
at that hour is waited for during an hour; after it the digest is sent without, and says so."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from uuid import UUID

from intake.domain.mail_preferences import (
    MailPreferences,
    MailPreferencesSet,
    PrepareDigest,
    mail_preferences_decider,
    mail_preferences_id,
)
from intake.domain.register import register
from intake.domain.working_days import is_working_day
from intake.mail.mailer import MAILER
from intake.mail.waiting_tasks import SOON, WaitingTasks
from shared.eventlog import ServiceApplication
from shared.kernel import PARIS, Right, WorkerLoop, event_name, paris_date

POLL_SECONDS = 60.0


class DigestWorker:
    """One thread of the role `work`; each replica runs one. `hour`: in Paris."""

    def __init__(self, app: ServiceApplication, tasks: WaitingTasks, hour: int) -> None:
        self._app, self._tasks, self._hour = app, tasks, hour
        self._loop = WorkerLoop("digests", self.prepare_due, interval_seconds=POLL_SECONDS)
        self._done_on: date | None = None

    def start(self) -> None:
        self._loop.start()

    def stop(self) -> None:
        self._loop.stop()

    def prepare_due(self) -> int:
        """Prepares the digests of today, from the set hour on. Returns how many this process has prepared."""
        now = self._app.clock.now()
        today, hour = paris_date(now), now.astimezone(PARIS).hour
        if not is_working_day(today) or hour < self._hour or self._done_on == today:
            return 0
        prepared = 0
        silent: set[str] = set()
        for identity in list(find_people_with_preferences(self._app)):
            if self._loop.stopping.is_set():
                return prepared
            missing, is_prepared = self._prepare(identity, today, silent, waits_for_all=hour == self._hour)
            silent |= missing
            prepared += is_prepared
            if silent and hour == self._hour:
                return prepared
        self._done_on = today
        return prepared

    def _prepare(
        self, identity: UUID, today: date, silent: Collection[str], *, waits_for_all: bool
    ) -> tuple[frozenset[str], bool]:
        """The services that did not answer, and whether a digest was prepared. `silent`: those that did not answer
        before, and are not asked again in this run."""
        app = self._app
        stream = mail_preferences_id(app.key_store.pseudonym, identity)
        preferences: MailPreferences = app.load(mail_preferences_decider, stream).state
        if not preferences.wants_digest(today):
            return frozenset(), False
        rights = find_rights_of_today(app, identity, today)
        found = self._tasks.find(app, str(identity), rights, until=today + SOON, without=silent)
        if found.missing and waits_for_all:
            return frozenset(found.missing), False
        command = PrepareDigest(today, found.count(today))
        receipt = app.handle(mail_preferences_decider, stream, command, app.context(identity, MAILER))
        return frozenset(found.missing), bool(receipt.events)


def find_people_with_preferences(app: ServiceApplication) -> Iterator[UUID]:
    """The identities that ever chose their mails."""
    rows = app.recorder.fetch(
        "SELECT DISTINCT case_id FROM {events} WHERE topic LIKE %s ORDER BY 1",
        (f"{event_name(MailPreferencesSet).name}:%",),
    )
    return (row["case_id"] for row in rows)


def find_rights_of_today(app: ServiceApplication, identity: UUID, today: date) -> Iterator[Right]:
    """Whoever has left has none, and is sent nothing."""
    for right in app.load(register.decider, identity).state.active:
        if (right.since is None or right.since <= today) and (right.until is None or today <= right.until):
            yield right
