"""Opening the link of a mail, once, and asking for a lost link anew without learning who exists."""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass
from datetime import date
from threading import Lock
from uuid import UUID

from intake.bootstrap import Deployment
from intake.domain import personal_link
from intake.domain.mail import MailKind, OpenMailedLink, QueueMail, mail_decider, mail_id
from intake.domain.personal_link import AccessLink, IssueAccessLink, RenewAccessLink
from intake.mail.mailer import MAILER
from intake.mail.tokens import TokenUse, read_token
from shared.crypto import KeyErased
from shared.eventlog import CommandOptions, ServiceApplication, StaleVersion, UnknownCase, find_people
from shared.kernel import Role, WorkerLoop, paris_date

log = logging.getLogger(__name__)
OPENED_REASON = "Lien ouvert depuis un courriel."
MAX_WAITING = 200
"""Lost links that one process keeps in mind; what is more is forgotten, and asked for again."""
MAX_TRIES = 5


class UnknownMailedLink(Exception):
    """The token is of no mail of this deployment."""


class MailedLinkEnded(Exception):
    """The personal link in it was revoked, or its last day is past."""


@dataclass(frozen=True, slots=True)
class LinkSecret:
    """`secret`: the bearer token. `until`: its last day."""

    secret: str
    role: Role
    until: date


def open_mailed_link(app: ServiceApplication, deployment: Deployment, token: str) -> LinkSecret:
    """Exchanges the token of a mail, once, for the secret of its personal link.

    Raises UnknownMailedLink, MailedLinkEnded, and Refused for a mail that was opened before or is too old."""
    mail = read_token(app.key_store, TokenUse.MAIL, token)
    if mail is None:
        raise UnknownMailedLink
    try:
        state = app.load_existing(mail_decider, mail).state
    except UnknownCase:
        raise UnknownMailedLink from None
    assert state.link and state.case
    link = app.load_existing(personal_link.decider, state.link).state
    if link.revoked or not _holds(app, link):
        raise MailedLinkEnded
    opening = OpenMailedLink(deployment.settings.mail_link_days)
    app.handle(mail_decider, mail, opening, app.context(state.case, MAILER))
    assert link.role and link.until
    return LinkSecret(_current_secret(app, deployment, state.link), link.role, until=link.until)


def _current_secret(app: ServiceApplication, deployment: Deployment, person: UUID) -> str:
    """The secret of the person's link. One that was made at random is known to nobody here: it is renewed."""
    links, pseudonym = deployment.mailed_links, app.key_store.pseudonym
    for _ in range(MAX_TRIES):
        loaded = app.load_existing(personal_link.decider, person)
        link = loaded.state
        assert link.case and link.until
        if links.identity(pseudonym, person, link.renewals) == link.identity:
            return links.secret(pseudonym, person, link.renewals)
        renew = IssueAccessLink(
            RenewAccessLink(OPENED_REASON, link.until),
            person,
            identity=links.identity(pseudonym, person, link.renewals + 1),
            longest=link.until,
        )
        try:
            options = CommandOptions(expected_version=loaded.version)
            app.handle(personal_link.decider, person, renew, app.context(link.case, MAILER), options)
        except StaleVersion:
            app.forget_loaded({person})
    raise StaleVersion(loaded.version)


def _holds(app: ServiceApplication, link: AccessLink) -> bool:
    return link.until is not None and paris_date(app.clock.now()) <= link.until


class LostLinks:
    """Addresses whose links were asked for anew. They are looked up in a thread of their own, after the answer, which
    so takes as long for an address that nobody has; they are kept in memory alone, as most belong to nobody."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[ServiceApplication, str]] = deque(maxlen=MAX_WAITING)
        self._lock = Lock()
        self._loop = WorkerLoop("lost links", self._answer_all, interval_seconds=None)

    def add(self, app: ServiceApplication, address: str) -> None:
        with self._lock:
            if len(self._waiting) == MAX_WAITING:
                log.warning("too many lost links at once: the oldest is forgotten")
            self._waiting.append((app, address))
        self._loop.start()
        self._loop.wake_up.set()

    def _answer_all(self) -> None:
        while self._waiting:
            app, address = self._waiting.popleft()
            queue_lost_links(app, address)


def queue_lost_links(app: ServiceApplication, address: str) -> int:
    """Queues a mail for each link whose recorded address this is, at most one an hour. Returns how many links match."""
    found = 0
    for each in find_people(app, address):
        link = _find_link(app, each.person)
        if link is None or link.revoked or not _has_address(app, link, address):
            continue
        assert link.case
        found += 1
        kind = MailKind.LINK_AGAIN if _holds(app, link) else MailKind.LINK_ENDED
        hour = app.clock.now().strftime("%Y-%m-%dT%H")
        stream = mail_id(app.key_store.pseudonym, kind, each.person, hour)
        app.handle(mail_decider, stream, QueueMail(kind, each.person), app.context(link.case, MAILER))
    return found


def _find_link(app: ServiceApplication, person: UUID) -> AccessLink | None:
    """The person's link; null for somebody who has none."""
    try:
        return app.load_existing(personal_link.decider, person).state
    except UnknownCase:
        return None


def _has_address(app: ServiceApplication, link: AccessLink, address: str) -> bool:
    if link.email is None:
        return False
    try:
        return app.key_store.decrypt(link.email).casefold() == address.casefold()
    except KeyErased:
        return False
