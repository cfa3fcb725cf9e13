"""The message of a mail that is due: its address, looked up where it is recorded, and its text by its kind."""

from __future__ import annotations

from email.message import EmailMessage
from uuid import UUID

from intake.domain import personal_link
from intake.domain.mail import ALERTS, BY_PREFERENCE, AbandonReason, Mail, MailKind
from intake.domain.mail_preferences import MailPreferences, mail_preferences_decider
from intake.domain.orientation import OrientationStatus
from intake.domain.personal_link import AccessLink
from intake.mail.preference_texts import WaysOut, write_alert, write_digest
from intake.mail.recipients import find_own_orientation, find_preferences_of_adviser
from intake.mail.texts import Sender, begin_message, write_link_mail
from intake.mail.tokens import TokenUse, make_token
from shared.crypto import KeyErased
from shared.eventlog import ServiceApplication
from shared.kernel import format_date, paris_date


def write_message(
    app: ServiceApplication, sender: Sender, case: UUID, id_: UUID, mail: Mail
) -> EmailMessage | AbandonReason:
    """The whole message, or why the mail is of no use any more."""
    try:
        if mail.kind in BY_PREFERENCE:
            return _write_by_preference(app, sender, id_, mail)
        return _write_with_link(app, sender, case, id_, mail)
    except KeyErased:
        return AbandonReason.ERASED


def _write_with_link(
    app: ServiceApplication, sender: Sender, case: UUID, id_: UUID, mail: Mail
) -> EmailMessage | AbandonReason:
    assert mail.link and mail.kind
    link = app.load_existing(personal_link.decider, mail.link).state
    if obstacle := _find_obstacle(app, case, mail, link):
        return obstacle
    assert link.email and link.until
    message = begin_message(sender, id_, to=app.key_store.decrypt(link.email), now=app.clock.now())
    token = make_token(app.key_store, TokenUse.MAIL, id_)
    write_link_mail(message, sender, mail.kind, token=token, until=format_date(link.until))
    return message


def _find_obstacle(app: ServiceApplication, case: UUID, mail: Mail, link: AccessLink) -> AbandonReason | None:
    if link.email is None or link.until is None or link.revoked:
        return AbandonReason.NO_LONGER_DUE
    if mail.kind is not MailKind.LINK_ENDED and link.until < paris_date(app.clock.now()):
        return AbandonReason.NO_LONGER_DUE
    if mail.kind in (MailKind.ORIENTATION, MailKind.REMINDER):
        assert mail.link
        own = find_own_orientation(app, case, mail.link)
        if own is None or own[2].status is not OrientationStatus.SENT:
            return AbandonReason.NO_LONGER_DUE
    return None


def _write_by_preference(
    app: ServiceApplication, sender: Sender, id_: UUID, mail: Mail
) -> EmailMessage | AbandonReason:
    """What was chosen since the mail was queued counts."""
    assert mail.link and mail.kind
    stream = find_preferences_of_adviser(app, mail.link) if mail.kind in ALERTS else mail.link
    preferences: MailPreferences = app.load(mail_preferences_decider, stream).state if stream else MailPreferences()
    is_chosen = preferences.at_once if mail.kind in ALERTS else preferences.has_digest
    if stream is None or preferences.email is None or not is_chosen:
        return AbandonReason.NO_LONGER_DUE
    message = begin_message(sender, id_, to=app.key_store.decrypt(preferences.email), now=app.clock.now())
    token = make_token(app.key_store, TokenUse.UNSUBSCRIBE, stream)
    ways = WaysOut(sender.page("/mes-courriels"), sender.page(f"/desabonnement/{token}"))
    if mail.kind in ALERTS:
        write_alert(message, sender.page(f"/dossiers/{mail.link}/travail"), ways)
    else:
        assert preferences.counts
        write_digest(message, preferences.counts, sender.page("/aujourdhui"), ways)
    return message
