"""Why a command was not recorded: at each field what is wrong there, and the rest above the form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from console.commands.fields import Field, Kind
from console.commands.wording import refused_fields
from console.upstream.services import UpstreamError

EXPECTED = {
    Kind.AMOUNT: "un montant en euros est attendu, comme 12\u00a0500 ou 480,50",
    Kind.DATE: "une date est attendue",
    Kind.INSTANT: "un jour et une heure sont attendus",
    Kind.CHOICE: "choisissez dans la liste",
    Kind.YES_NO: "choisissez oui ou non",
}
"""The message for a value that has not its kind, where the service speaks of the body instead."""
OF_THE_KIND = ("entier", "un nombre", "AAAA-MM-JJ", "ISO 8601", "valeurs permises", "vrai ou faux", "UUID")
MISSING = "ce champ est attendu"
INVALID_REQUEST = "invalid-request"


@dataclass(frozen=True, slots=True)
class CommandRefusal:
    """`title` and `detail`: above the form. `at`: by the path of a field, with its label in `labels`. `elsewhere`: of
    fields that it does not show, each with its name."""

    title: str
    detail: str
    status: int
    slug: str
    at: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    elsewhere: list[tuple[str, str]] = field(default_factory=list)
    is_down: bool = False


def read_refusal(error: UpstreamError, fields: Iterable[Field]) -> CommandRefusal:
    shown = dict(_paths(fields))
    at: dict[str, str] = {}
    elsewhere: list[tuple[str, str]] = []
    for each in error.problem.get("errors") or ():
        path = str(each.get("pointer", "")).strip("/").replace("/", ".")
        place = _shown_place(path, shown)
        if place is None:
            elsewhere.append((str(each.get("field", "")), str(each.get("message", ""))))
        else:
            at.setdefault(place, _message(str(each.get("message", "")), _field_at(place, shown)))
    about = next((path for path in refused_fields(error.slug) if path in shown), None)
    if not at and about:
        at[about] = error.detail
    title, detail = error.title, error.detail
    if error.slug == INVALID_REQUEST and at:
        title, detail = _title(len(at)), "Chacun est marqué ci-dessous. Rien n’est enregistré, rien n’est perdu."
    return CommandRefusal(
        title,
        detail,
        status=error.status,
        slug=error.slug,
        at=at,
        labels={path: found.label for path in at if (found := _field_at(path, shown))},
        elsewhere=elsewhere,
        is_down=error.is_down,
    )


def _title(count: int) -> str:
    return "Un champ est à corriger" if count == 1 else f"{count}\u00a0champs sont à corriger"


def _message(message: str, found: Field | None) -> str:
    """The service's words; of a value that has not its kind, those for a person who fills in a form."""
    if found and found.kind in EXPECTED and message != MISSING and any(part in message for part in OF_THE_KIND):
        return EXPECTED[found.kind]
    return message


def _paths(fields: Iterable[Field]) -> Iterable[tuple[str, Field]]:
    for each in fields:
        yield each.path, each
        yield from _paths(each.children)


def _field_at(path: str, shown: dict[str, Field]) -> Field | None:
    return shown.get(path) or shown.get(_template(path))


def _template(path: str) -> str:
    return ".".join("{n}" if part.isdigit() else part for part in path.split("."))


def _shown_place(path: str, shown: dict[str, Field]) -> str | None:
    """The path of the field, of the list that it is an element of, or of the group that lacks it."""
    place = path
    while place:
        if (found := _field_at(place, shown)) is not None:
            return None if found.kind is Kind.HIDDEN else place
        place = place.rpartition(".")[0]
    return None
