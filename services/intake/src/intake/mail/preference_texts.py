"""What the mails to people of the DLA say: numbers and addresses of the console alone. No subject and no first line
names a structure, a motive or a difficulty: a mailbox is shown on many screens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage

from intake.domain.mail_preferences import TaskCounts
from intake.mail.texts import CLOSING, GREETING
from shared.kernel import SERVICE_LABELS

DIGEST_SUBJECT = "DLA\u00a0: ce qui vous attend"
INTRODUCTION = "Voici ce qui vous attend dans la console du DLA\u00a0:"
MISSING = "Ce matin, une partie de l’outil ne répondait pas\u00a0: il y manque ce qui attend dans {services}."
ALERT_SUBJECT = "DLA\u00a0: un dossier vous attend aujourd’hui"
ALERT = "Un dossier dont vous êtes en charge ne peut pas attendre la prochaine synthèse. Pour l’ouvrir\u00a0:\n{case}"
FOOT = (
    "Vous recevez ce message parce que vous l’avez demandé. Choisir un autre rythme\u00a0:\n{preferences}\n\n"
    "Ne plus rien recevoir, en un clic et sans se connecter\u00a0:\n{unsubscribe}"
)


@dataclass(frozen=True, slots=True)
class WaysOut:
    """Addresses of the console: of the person's preferences, and of the end of all mails."""

    preferences: str
    unsubscribe: str


def write_digest(message: EmailMessage, counts: TaskCounts, today: str, ways: WaysOut) -> None:
    """Completes a message that has its sender, address and date. `today`: the address of « Aujourd’hui »."""
    lines = "\n".join(f"- {line}" for line in _count_lines(counts))
    missing = [MISSING.format(services=_list_services(counts.missing))] if counts.missing else []
    paragraphs = (INTRODUCTION, lines, *missing, f"Pour l’ouvrir\u00a0:\n{today}")
    _complete(message, DIGEST_SUBJECT, paragraphs, ways)


def write_alert(message: EmailMessage, case: str, ways: WaysOut) -> None:
    """The same words whatever has happened: it is read in the case, at that address of the console."""
    _complete(message, ALERT_SUBJECT, (ALERT.format(case=case),), ways)


def _complete(message: EmailMessage, subject: str, paragraphs: Iterable[str], ways: WaysOut) -> None:
    """RFC 2369 and RFC 8058: the program of the mailbox unsubscribes by one POST, and never by a GET."""
    message["Subject"] = subject
    message["List-Unsubscribe"] = f"<{ways.unsubscribe}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    foot = FOOT.format(preferences=ways.preferences, unsubscribe=ways.unsubscribe)
    message.set_content("\n\n".join((GREETING, *paragraphs, foot, CLOSING)) + "\n", cte="quoted-printable")


def _count_lines(counts: TaskCounts) -> Iterator[str]:
    for number, one, several in (
        (counts.late, "échéance dépassée", "échéances dépassées"),
        (counts.due_today, "échéance aujourd’hui", "échéances aujourd’hui"),
        (counts.due_soon, "échéance dans les sept jours", "échéances dans les sept jours"),
    ):
        if number:
            yield f"{number}\u00a0{one if number == 1 else several}"


def _list_services(names: tuple[str, ...]) -> str:
    labels = [f"«\u202f{SERVICE_LABELS[name]}\u202f»" for name in names]
    return labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} et {labels[-1]}"
