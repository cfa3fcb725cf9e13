"""Differences between the facts of two versions, and those that a release declares."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.runtime.rehearsal.facts import Fact, FactKind

APPEARED, VANISHED, FAILS = "appeared", "vanished", "fails"


class DeclaredBadly(Exception):
    """The file of declared differences cannot be read."""


class Declared(BaseModel):
    """A difference that a release means to make. `name`: as in the difference, all of the kind when it is left out.
    `parts`: the parts that may differ; all of them, and facts that appear or vanish, when it is left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: FactKind
    because: str = Field(min_length=1)
    name: str | None = None
    parts: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class FactDifference:
    """A fact that two versions do not share. `change`: the part that differs, or that the fact as a whole appeared,
    vanished or fails. `before`, `after`: digests, or short texts. `because`: why it is meant, null where no release
    declares it."""

    kind: FactKind
    id: str
    name: str
    change: str
    before: str | None = None
    after: str | None = None
    because: str | None = field(default=None, compare=False)


def compare(
    before: Iterable[Fact], after: Iterable[Fact], declared: Iterable[Declared] = ()
) -> Iterator[FactDifference]:
    """Every difference, of facts that come in the order of their keys. An error of the version after is one even where
    the version before raised it too; no declaration covers it."""
    known = list(declared)
    for old, new in _pairs(iter(before), iter(after)):
        yield from (_with_reason(each, known) for each in _differences(old, new))


def read_declared(file: Path) -> list[Declared]:
    """A TOML file with `[[difference]]` tables. Raises DeclaredBadly."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
        entries = content.pop("difference", [])
        if content or not isinstance(entries, list):
            raise DeclaredBadly(f"{file}: only [[difference]] tables are known")
        return [Declared.model_validate(entry) for entry in entries]
    except (OSError, ValueError) as error:
        reason = _first_error(error) if isinstance(error, ValidationError) else str(error)
        raise DeclaredBadly(f"{file}: {reason}") from error


def _first_error(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    return f"{'.'.join(map(str, first['loc'])) or 'difference'}: {first['msg']}"


def _pairs(before: Iterator[Fact], after: Iterator[Fact]) -> Iterator[tuple[Fact | None, Fact | None]]:
    old, new = next(before, None), next(after, None)
    while old or new:
        if new is None or (old and old.key < new.key):
            yield old, None
            old = next(before, None)
        elif old is None or new.key < old.key:
            yield None, new
            new = next(after, None)
        else:
            yield old, new
            old, new = next(before, None), next(after, None)


def _differences(old: Fact | None, new: Fact | None) -> Iterator[FactDifference]:
    fact = new or old
    assert fact is not None
    kind, id, name = fact.kind, fact.id, fact.name  # noqa: A001
    if new and new.error:
        yield FactDifference(kind, id, name=name, change=FAILS, before=old.error if old else None, after=new.error)
    elif old is None:
        yield FactDifference(kind, id, name=name, change=APPEARED)
    elif new is None:
        yield FactDifference(kind, id, name=name, change=VANISHED, before=old.error)
    elif old.error:
        yield FactDifference(kind, id, name=name, change=APPEARED, before=old.error)
    else:
        yield from (
            FactDifference(kind, id, name=name, change=part, before=before, after=after)
            for part, before, after in _parts(old.parts, new.parts)
        )


def _parts(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[tuple[str, str | None, str | None]]:
    for part in sorted(old.keys() | new.keys()):
        if old.get(part) != new.get(part):
            yield part, old.get(part), new.get(part)


def _with_reason(difference: FactDifference, declared: list[Declared]) -> FactDifference:
    if difference.change == FAILS:
        return difference
    for each in declared:
        same = each.kind is difference.kind and each.name in (None, difference.name)
        if same and (each.parts is None or difference.change in each.parts):
            return replace(difference, because=each.because)
    return difference
