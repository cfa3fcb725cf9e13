"""A capitalisation sheet: what one case teaches, shared without naming the structure (source text S)."""

from __future__ import annotations

from typing import Annotated

from annotated_types import Len

from followup.domain.sheets.anonymity import find_identifiers
from shared.kernel import (
    Axis,
    ConfidentialLine,
    Context,
    Decider,
    Encrypted,
    LabelledEnum,
    Line,
    Reason,
    Refusal,
    Text,
    event,
)
from shared.kernel.events import command
from shared.kernel.frozen import frozen, replace

MAX_NAMES = 100


class SheetStatus(LabelledEnum):
    NEW = "new", "à proposer"
    SUBMITTED = "submitted", "à relire"
    RETURNED = "returned", "renvoyée à son autrice ou auteur"
    PUBLISHED = "published", "publiée"


NAMES_SOMEBODY = Refusal("sheet-names-somebody", "La fiche nomme quelqu’un", status=422)
ALREADY_PUBLISHED = Refusal("sheet-already-published", "La fiche est déjà publiée")
NOT_SUBMITTED = Refusal("sheet-not-submitted", "La fiche n’est pas à relire")


@event("sheet-submitted", label="Fiche de capitalisation proposée")
class SheetSubmitted:
    """Encrypted until the resource centre has read it over: a name may have escaped the check."""

    theme: Axis
    title: Encrypted
    context: Encrypted
    what_worked: Encrypted
    limits: Encrypted


@event("sheet-returned", label="Fiche de capitalisation renvoyée avec un avis")
class SheetReturned:
    advice: Encrypted


@event("sheet-published", label="Fiche de capitalisation publiée")
class SheetPublished:
    """In clear: it is read over, names nobody, and everybody can search it."""

    theme: Axis
    title: str
    context: str
    what_worked: str
    limits: str


@command
class Lesson:
    """The text of a sheet."""

    title: ConfidentialLine
    theme: Axis
    context: Text
    what_worked: Text
    limits: Text


Names = Annotated[tuple[Line, ...], Len(1, 20)]
"""What the text must not contain: the structure's name, its short name, its leaders. Compared, and not recorded."""


@command(
    title="Proposer une fiche de capitalisation",
    leads_to=(SheetSubmitted,),
    may_refuse=(ALREADY_PUBLISHED, NAMES_SOMEBODY),
)
class SubmitSheet:
    """An adviser shares a practice; a resource centre reads it over before anybody else can."""

    lesson: Lesson
    names: Names


@command(
    title="Renvoyer la fiche avec un avis",
    leads_to=(SheetReturned,),
    may_refuse=(ALREADY_PUBLISHED, NOT_SUBMITTED),
)
class ReturnSheet:
    """The resource centre asks for changes before it publishes."""

    advice: Reason


@command(
    title="Publier la fiche",
    leads_to=(SheetPublished,),
    may_refuse=(ALREADY_PUBLISHED, NOT_SUBMITTED, NAMES_SOMEBODY),
)
class PublishSheet:
    """The resource centre publishes the sheet, in the words that it has checked."""

    lesson: Lesson
    names: Annotated[tuple[Line, ...], Len(0, MAX_NAMES)] = ()


@frozen
class Sheet:
    """`submitted` and `advice`: until it is published; all read what is published, and nothing of what preceded it."""

    status: SheetStatus = SheetStatus.NEW
    submitted: SheetSubmitted | None = None
    advice: Encrypted | None = None
    published: SheetPublished | None = None


Command = SubmitSheet | ReturnSheet | PublishSheet
Event = SheetSubmitted | SheetReturned | SheetPublished


def decide(sheet: Sheet, command: Command, context: Context) -> list[Event]:
    if sheet.status is SheetStatus.PUBLISHED:
        raise ALREADY_PUBLISHED("Elle ne change plus\u00a0: proposez-en une autre.")
    match command:
        case SubmitSheet(lesson, names):
            _require_anonymous(lesson, names)
            encrypted = (context.text(each) for each in _texts(lesson))
            return [SheetSubmitted(lesson.theme, *encrypted)]
        case ReturnSheet(advice):
            _require_submitted(sheet)
            return [SheetReturned(context.text(advice))]
        case PublishSheet(lesson, names):
            _require_submitted(sheet)
            _require_anonymous(lesson, names)
            return [SheetPublished(lesson.theme, *_texts(lesson))]


AVAILABLE_COMMANDS: dict[SheetStatus, tuple[type, ...]] = {
    SheetStatus.NEW: (SubmitSheet,),
    SheetStatus.SUBMITTED: (SubmitSheet, ReturnSheet, PublishSheet),
    SheetStatus.RETURNED: (SubmitSheet,),
    SheetStatus.PUBLISHED: (),
}


def available_commands(sheet: Sheet) -> tuple[type, ...]:
    return AVAILABLE_COMMANDS[sheet.status]


def _require_submitted(sheet: Sheet) -> None:
    if sheet.status is not SheetStatus.SUBMITTED:
        raise NOT_SUBMITTED("Elle a été renvoyée à son auteur ou autrice\u00a0: attendez la nouvelle proposition.")


def _require_anonymous(lesson: Lesson, names: tuple[str, ...]) -> None:
    """The refusal gives the kinds of identifiers found, never the words."""
    if found := find_identifiers(_texts(lesson), names):
        raise NAMES_SOMEBODY(
            f"Une fiche se partage sans que la structure puisse être reconnue\u00a0: retirez ce qui l’identifie"
            f" ({', '.join(found)}).",
            found=found,
        )


def _texts(lesson: Lesson) -> tuple[str, str, str, str]:
    return lesson.title, lesson.context, lesson.what_worked, lesson.limits


def evolve(sheet: Sheet, event: Event) -> Sheet:
    match event:
        case SheetSubmitted():
            return replace(sheet, status=SheetStatus.SUBMITTED, submitted=event)
        case SheetReturned(advice):
            return replace(sheet, status=SheetStatus.RETURNED, advice=advice)
        case SheetPublished():
            return Sheet(SheetStatus.PUBLISHED, published=event)


decider: Decider[Sheet] = Decider(
    "sheet",
    Sheet(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    available_commands=available_commands,
)
