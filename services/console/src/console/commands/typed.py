"""What a person typed in a form, and the body of the command that it makes; and back, for fields filled in before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from console.commands.fields import Field, Kind
from shared.kernel import PARIS

NUMBER = re.compile(r"-?\d+(\.\d+)?")
BLANKS = re.compile(r"[\s\u00a0\u202f€]")
MAX_ROWS = 200


class Typed:
    """The values of a form's inputs, by path; several for what is ticked."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value)

    def get(self, path: str) -> str:
        return (self._values.get(path) or [""])[-1]

    def all(self, path: str) -> list[str]:
        return self._values.get(path, [])

    def set(self, path: str, *values: str) -> None:
        self._values[path] = list(values)

    def pairs(self) -> list[tuple[str, str]]:
        return [(name, value) for name, values in self._values.items() for value in values]

    def has(self, path: str) -> bool:
        """Whether anything is typed in a field or below it."""
        below = f"{path}."
        return any(
            value.strip()
            for name, values in self._values.items()
            if name == path or name.startswith(below)
            for value in values
        )

    def rows(self, path: str) -> list[int]:
        """The numbers of the rows that the form had, in order."""
        shape = re.compile(re.escape(path) + r"\.(\d{1,4})\.")
        return sorted({int(found[1]) for name in self._values if (found := shape.match(name))})[:MAX_ROWS]

    def renumbered(self, fields: Iterable[Field]) -> Typed:
        """Without the rows in which nothing is typed, the others numbered from 0: as the body has them."""
        moved = Typed(self.pairs())
        for field in fields:
            if field.kind is Kind.GROUP:
                moved = moved.renumbered(field.children)
            elif field.kind is Kind.ROWS:
                filled_rows = [number for number in moved.rows(field.path) if moved.has(f"{field.path}.{number}")]
                moved = moved._with_rows(field.path, filled_rows)
        return moved

    def _with_rows(self, path: str, filled_rows: list[int]) -> Typed:
        numbers = {str(old): str(new) for new, old in enumerate(filled_rows)}
        pairs, start = [], f"{path}."
        for name, value in self.pairs():
            if name.startswith(start):
                number, _, rest = name.removeprefix(start).partition(".")
                if number not in numbers:
                    continue
                name = f"{start}{numbers[number]}.{rest}"  # noqa: PLW2901
            pairs.append((name, value))
        return Typed(pairs)


def body_of(fields: Iterable[Field], typed: Typed) -> dict[str, Any]:
    """The body of the command. What is left empty is left out; what cannot be read as its kind goes as it was typed,
    and the service says what it expects there."""
    body = {}
    for field in fields:
        value = _value(field, typed)
        if value is not None:
            body[field.name] = value
    return body


def _value(field: Field, typed: Typed) -> Any:
    text = typed.get(field.path).strip()
    match field.kind:
        case Kind.GROUP:
            filled = typed.has(field.path)
            return body_of(field.children, typed) if filled or field.required else None
        case Kind.ROWS:
            return [body_of(field.at_row(n).children, typed) for n in typed.rows(field.path)] or None
        case Kind.CHOICES:
            return [value for value in typed.all(field.path) if value] or None
        case Kind.LINES if field.options:
            return [_number(each.strip(), Kind.INTEGER) for each in typed.all(field.path)] or None
        case Kind.LINES:
            lines = [line.strip() for each in typed.all(field.path) for line in each.splitlines()]
            return [_number(line, Kind.INTEGER) if field.integers else line for line in lines if line] or None
        case Kind.RANKING:
            return _ranked(field, typed)
        case Kind.CHECK:
            return typed.get(field.path) == "oui"
        case Kind.YES_NO:
            return {"oui": True, "non": False}.get(text)
        case Kind.INTEGER | Kind.NUMBER | Kind.AMOUNT:
            return _number(text, field.kind) if text else None
        case Kind.INSTANT:
            return _instant(text) if text else None
        case Kind.HIDDEN:
            return int(text) if field.integers and text.isdecimal() else text or None
        case Kind.TEXT if field.options:
            return next((each.value for each in field.options if each.label == text), text) or None
    return text or None


def _number(text: str, kind: Kind) -> int | float | str:
    compact = BLANKS.sub("", text).replace(",", ".")
    if not NUMBER.fullmatch(compact):
        return text
    if kind is Kind.NUMBER:
        return float(compact)
    whole, _, decimals = compact.partition(".")
    if kind is Kind.INTEGER:
        return int(whole) if not decimals.strip("0") else text
    if len(decimals) > 2:
        return text
    return int(whole + decimals.ljust(2, "0"))  # "-0,50" too: the sign stays in front


def _instant(text: str) -> str:
    try:
        there = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (there if there.tzinfo else there.replace(tzinfo=PARIS)).isoformat()


def _ranked(field: Field, typed: Typed) -> list[str] | None:
    """The options in the order of their typed ranks; those without a rank are left out."""
    ranks = {each.value: typed.get(f"{field.path}.{each.value}").strip() for each in field.options}
    ranked = [(int(rank), value) for value, rank in ranks.items() if rank.isdecimal()]
    return [value for _, value in sorted(ranked, key=lambda each: each[0])] or None


def typed_of(fields: Iterable[Field], body: Mapping[str, Any]) -> Typed:
    """The inputs that stand for a body, such as a recorded value that is to be corrected."""
    typed = Typed()
    for field in fields:
        if (value := body.get(field.name)) is not None:
            _fill(typed, field, value)
    return typed


def _fill(typed: Typed, field: Field, value: Any) -> None:
    match field.kind:
        case Kind.GROUP if isinstance(value, Mapping):
            for child in field.children:
                if (inner := value.get(child.name)) is not None:
                    _fill(typed, child, inner)
        case Kind.ROWS:
            for number, row in enumerate(value):
                for child in field.at_row(number).children:
                    if (inner := row.get(child.name)) is not None:
                        _fill(typed, child, inner)
        case Kind.CHOICES:
            typed.set(field.path, *map(str, value))
        case Kind.LINES:
            typed.set(field.path, *map(str, value) if field.options else ["\n".join(map(str, value))])
        case Kind.RANKING:
            for rank, each in enumerate(value, start=1):
                typed.set(f"{field.path}.{each}", str(rank))
        case Kind.YES_NO | Kind.CHECK:
            typed.set(field.path, "oui" if value else "non")
        case Kind.AMOUNT if isinstance(value, int):
            euros, cents = divmod(abs(value), 100)
            typed.set(field.path, f"{'-' if value < 0 else ''}{euros}" + (f",{cents:02}" if cents else ""))
        case Kind.NUMBER if isinstance(value, int | float):
            typed.set(field.path, f"{value:.10g}".replace(".", ","))
        case Kind.INSTANT:
            there = datetime.fromisoformat(str(value)).astimezone(PARIS)
            typed.set(field.path, there.strftime("%Y-%m-%dT%H:%M"))
        case Kind.TEXT if field.options:
            typed.set(field.path, next((each.label for each in field.options if each.value == value), str(value)))
        case _ if not isinstance(value, Mapping | list):
            typed.set(field.path, str(value))
