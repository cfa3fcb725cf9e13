"""A capitalisation sheet: what one accompaniment teaches the others, without naming the structure (S)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from annotated_types import Len

from followup.domain.anonymity import identifying
from followup.domain.themes import Theme
from shared.kernel import ConfidentialLine, Context, Decider, Encrypted, Line, Motive, Refusal, Text, event
from shared.kernel.events import command
from shared.kernel.frozen import replace


class Status(StrEnum):
    NEW = "new"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    PUBLISHED = "published"


@command
class Lesson:
    """What a sheet tells."""

    title: ConfidentialLine
    theme: Theme
    context: Text
    what_worked: Text
    limits: Text


Names = Annotated[tuple[Line, ...], Len(1, 20)]
"""What must not be found in the text: the structure's name, its short name, its leaders. Compared, and not recorded."""


@command(title="Proposer une fiche de capitalisation")
class SubmitSheet:
    """An adviser shares practice; a resource centre reads it before anybody else does."""

    lesson: Lesson
    names: Names


@command(title="Renvoyer la fiche avec un avis")
class ReturnSheet:
    """The resource centre asks for something else before it publishes."""

    advice: Motive


@command(title="Publier la fiche")
class PublishSheet:
    """The resource centre publishes the sheet, in the words that it has read over and stands for."""

    lesson: Lesson
    names: tuple[Line, ...] = ()


@event("sheet-submitted", label="Fiche de capitalisation proposée")
class SheetSubmitted:
    """Sealed until somebody has read it over: a name may have escaped the check."""

    theme: Theme
    title: Encrypted
    context: Encrypted
    what_worked: Encrypted
    limits: Encrypted


@event("sheet-returned", label="Fiche de capitalisation renvoyée avec un avis")
class SheetReturned:
    advice: Encrypted


@event("sheet-published", label="Fiche de capitalisation publiée")
class SheetPublished:
    """In clear: it is read over, names nobody, and is there for all to find."""

    theme: Theme
    title: str
    context: str
    what_worked: str
    limits: str


@dataclass(frozen=True, slots=True)
class Sheet:
    status: Status = Status.NEW
    submitted: SheetSubmitted | None = None
    advice: Encrypted | None = None
    published: SheetPublished | None = None


NAMES_SOMEBODY = Refusal("sheet-names-somebody", "La fiche nomme quelqu’un", status=422)
ALREADY_PUBLISHED = Refusal("sheet-already-published", "La fiche est déjà publiée")
NOT_SUBMITTED = Refusal("sheet-not-submitted", "La fiche n’est pas à relire")

Command = SubmitSheet | ReturnSheet | PublishSheet
Event = SheetSubmitted | SheetReturned | SheetPublished


def decide(sheet: Sheet, command: Command, context: Context) -> list[Event]:
    if sheet.status is Status.PUBLISHED:
        raise ALREADY_PUBLISHED("Elle ne change plus\u00a0: proposez-en une autre.")
    match command:
        case SubmitSheet(lesson, names):
            _names_nobody(lesson, names)
            sealed = (context.text(each) for each in _texts(lesson))
            return [SheetSubmitted(lesson.theme, *sealed)]
        case ReturnSheet(advice):
            _submitted(sheet)
            return [SheetReturned(context.text(advice))]
        case PublishSheet(lesson, names):
            _submitted(sheet)
            _names_nobody(lesson, names)
            return [SheetPublished(lesson.theme, *_texts(lesson))]


OPEN_AT: dict[Status, tuple[type, ...]] = {
    Status.NEW: (SubmitSheet,),
    Status.SUBMITTED: (SubmitSheet, ReturnSheet, PublishSheet),
    Status.RETURNED: (SubmitSheet,),
    Status.PUBLISHED: (),
}


def available_commands(sheet: Sheet) -> tuple[type, ...]:
    return OPEN_AT[sheet.status]


def _submitted(sheet: Sheet) -> None:
    if sheet.status is not Status.SUBMITTED:
        raise NOT_SUBMITTED("Elle a été renvoyée à son auteur ou autrice\u00a0: attendez la nouvelle proposition.")


def _names_nobody(lesson: Lesson, names: tuple[str, ...]) -> None:
    """The refusal tells the kind of what was found, never the words."""
    if found := identifying(_texts(lesson), names):
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
            return replace(sheet, status=Status.SUBMITTED, submitted=event)
        case SheetReturned(advice):
            return replace(sheet, status=Status.RETURNED, advice=advice)
        case SheetPublished():
            return replace(sheet, status=Status.PUBLISHED, published=event)


decider: Decider[Sheet] = Decider(
    "sheet",
    Sheet(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    available_commands=available_commands,
)
