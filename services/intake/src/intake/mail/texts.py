"""What mails say: no name of a structure, no motive, no difficulty, as a mailbox is no safe place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from uuid import UUID

from intake.domain.mail import MailKind

GREETING = "Bonjour,"
CLOSING = "Le dispositif local d’accompagnement (DLA)"
SAFETY = (
    "Ce lien vous est personnel\u00a0: il ne sert qu’une fois, et pendant {days}\u00a0jours. Ne transférez pas ce"
    " message. Si vous en avez besoin de nouveau, ouvrez la page {lost} et donnez votre adresse."
)


@dataclass(frozen=True, slots=True)
class MailText:
    """`paragraphs`: between them stands the link, after the first."""

    subject: str
    paragraphs: tuple[str, ...]
    has_link: bool = True


TEXTS: Mapping[MailKind, MailText] = {
    MailKind.ORIENTATION: MailText(
        "DLA\u00a0: une orientation vous est transmise",
        (
            "Une structure accompagnée par le DLA vous est orientée, avec son accord. Pour savoir qui elle est et ce"
            " qu’elle vous demande, puis dire que vous l’avez bien reçue, ouvrez ce lien\u00a0:",
            "Vous n’avez pas de compte à créer. Vous pourrez dire la suite que vous y donnez, ou décliner, jusqu’au"
            " {until}.",
        ),
    ),
    MailKind.REMINDER: MailText(
        "DLA\u00a0: une orientation attend votre réponse",
        (
            "Une structure vous a été orientée par le DLA, et nous ne savons pas si vous l’avez bien reçue. Pour la"
            " lire et répondre en un instant, ouvrez ce lien\u00a0:",
            "Si vous ne pouvez pas l’aider, dites-le aussi\u00a0: elle pourra chercher ailleurs. Vous pouvez répondre"
            " jusqu’au {until}.",
        ),
    ),
    MailKind.LINK: MailText(
        "DLA\u00a0: votre accès à un dossier",
        (
            "La personne du DLA qui vous accompagne vous donne un accès personnel à un dossier. Pour l’ouvrir\u00a0:",
            "Vous n’avez pas de compte à créer. Cet accès vaut jusqu’au {until}.",
        ),
    ),
    MailKind.LINK_AGAIN: MailText(
        "DLA\u00a0: le lien que vous avez demandé",
        (
            "Vous avez demandé de nouveau votre lien. Le voici\u00a0:",
            "Cet accès vaut jusqu’au {until}. Si vous n’avez rien demandé, vous pouvez ignorer ce message\u00a0: rien"
            " n’a changé.",
        ),
    ),
    MailKind.LINK_ENDED: MailText(
        "DLA\u00a0: votre accès a pris fin",
        (
            "Vous avez demandé de nouveau votre lien. L’accès qui vous avait été donné a pris fin\u00a0: pour en"
            " recevoir un autre, adressez-vous à la personne du DLA qui vous accompagne ou qui vous a écrit.",
        ),
        has_link=False,
    ),
}


@dataclass(frozen=True, slots=True)
class Sender:
    """`address`: with a name or without; `console`: the public address of the console; `link_days`: how long the link
    of a mail is valid."""

    address: str
    console: str
    link_days: int

    @property
    def domain(self) -> str:
        return parseaddr(self.address)[1].rpartition("@")[2]

    def page(self, path: str) -> str:
        return f"{self.console.rstrip('/')}{path}"


def begin_message(sender: Sender, mail: UUID, *, to: str, now: datetime) -> EmailMessage:
    """The headers that every mail has. Its Message-ID follows from the mail's id: a mail that is sent twice is one for
    its reader."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender.address
    message["To"] = to
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{mail}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    return message


def write_link_mail(message: EmailMessage, sender: Sender, kind: MailKind, *, token: str, until: str) -> None:
    """Adds the subject and the text of a mail that carries a personal link."""
    text = TEXTS[kind]
    message["Subject"] = text.subject
    first, *others = (each.format(until=until) for each in text.paragraphs)
    link = [sender.page(f"/lien/{token}")] if text.has_link else []
    safety = [SAFETY.format(days=sender.link_days, lost=sender.page("/lien-perdu"))] if text.has_link else []
    message.set_content("\n\n".join((GREETING, first, *link, *others, *safety, CLOSING)) + "\n", cte="quoted-printable")
