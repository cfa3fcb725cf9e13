"""How is a state read by a person? As fields in French, one within the other, with what an event changed marked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from console import words

LEFT_OUT = frozenset({"id", "version", "replayed", "salt", "structure_id", "links", "extra"})
"""What a person learns nothing from, or reads elsewhere on the page."""
PART = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
ON_ONE_LINE = 90
NOTHING: tuple[Any, ...] = (None, "", [], {})


class Sealed(str):
    """What a service says that a sealed value says."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Node:
    """`said`: one value, in words; `whole`: what it abbreviates. `within`: the fields of what has several, on one line
    when `inline`. `path`: where it stands in what is read."""

    label: str
    said: str = ""
    whole: str | None = None
    within: list[Node] = field(default_factory=list)
    marked: bool = False
    inline: bool = False
    sealed: bool = False
    path: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """`path`: as the services spell it; `where`: the fields that lead to it, outermost first."""

    path: str
    where: list[str]
    before: list[Node]
    after: list[Node]


def nodes(state: Mapping[str, Any], changed: Sequence[Change] = ()) -> list[Node]:
    """Every field of a state that says something."""
    marked = frozenset(change.path for change in changed)
    said = {name: value for name, value in state.items() if name not in LEFT_OUT and not _is_named_above(name, value)}
    return list(_fields(said, "", marked))


def _is_named_above(name: str, value: Any) -> bool:
    """The structure’s identifier, where its name stands at the head of the page."""
    return name == "structure" and isinstance(value, str) and words.UUID.fullmatch(value) is not None


def names_in(state: Any) -> dict[str, str]:
    """What stands in a state under an id and has a title or a name of its own: an action, a candidate."""
    found: dict[str, str] = {}
    for key, inner in state.items() if isinstance(state, Mapping) else ():
        if words.UUID.fullmatch(key) and (title := _title(inner)):
            found[key] = title
        found |= names_in(inner)
    return found


def _title(value: Any) -> str | None:
    if not isinstance(value, Mapping):
        return None
    told = value.get("title") or value.get("name") or _title(value.get("planned"))
    return told if isinstance(told, str) else None


def facts(data: Mapping[str, Any]) -> list[Node]:
    """What an event says: all of it."""
    return list(_fields(data, "", frozenset()))


def changes(told: Sequence[Mapping[str, Any]], names: Mapping[str, str] | None = None) -> list[Change]:
    """What changed, as deep as it can be told: a service compares lists as wholes. `names`: of what stands under an
    id."""
    return [
        _change(path, before, after, names or {})
        for each in told
        for path, before, after in _apart(str(each["path"]), each["before"], each["after"])
        if path.partition(".")[0] not in LEFT_OUT
    ]


def _apart(path: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in before.keys() | after.keys():
            yield from _apart(f"{path}.{name}", before.get(name), after.get(name))
    elif isinstance(before, list) and isinstance(after, list) and _holds_objects([*before, *after]):
        for n in range(max(len(before), len(after))):
            old, new = (values[n] if n < len(values) else None for values in (before, after))
            yield from _apart(f"{path}[{n}]", old, new)
    elif before != after:
        yield path, before, after


def _change(path: str, before: Any, after: Any, names: Mapping[str, str]) -> Change:
    parts = [name or number for number, name in PART.findall(path)]
    name = next((each for each in reversed(parts) if not each.isdigit()), "")
    where = [f"n°\u00a0{int(each) + 1}" if each.isdigit() else names.get(each) or words.label(each) for each in parts]
    return Change(path, where, before=_alone(name, before), after=_alone(name, after))


def _alone(name: str, value: Any) -> list[Node]:
    return [] if value in NOTHING else [_node("", name, value, "", frozenset())]


def _fields(value: Mapping[str, Any], path: str, marked: frozenset[str]) -> Iterator[Node]:
    for name, inner in value.items():
        if inner in NOTHING or name == "salt" or (name == "person" and value.get("name")):
            continue
        named = _title(inner) if words.UUID.fullmatch(name) else None
        yield _node(named or words.label(name), name, inner, f"{path}.{name}" if path else name, marked)


def _listed(said: Sequence[str]) -> str:
    """Codes and short words by commas; what people wrote, which may hold some, by semicolons."""
    return ("\u202f; " if any(each[:1].isupper() for each in said[1:]) else ", ").join(said)


def _node(label: str, name: str, value: Any, path: str, marked: frozenset[str]) -> Node:
    changed = path in marked
    if isinstance(value, Mapping):
        within = list(_fields(value, path, marked))
        return Node(label, "" if within else "rien", within=within, marked=changed, path=path)
    if isinstance(value, list) and _holds_objects(value):
        items = [_node(f"n°\u00a0{n + 1}", name, each, f"{path}[{n}]", marked) for n, each in enumerate(value)]
        return Node(label, within=[_short(item) for item in items], marked=changed, path=path)
    if isinstance(value, list):
        sealed = any(isinstance(each, Sealed) for each in value)
        said = _listed([words.said(each, name) for each in value])
        return Node(label, said, marked=changed, sealed=sealed, path=path)
    said = words.said(value, name)
    whole = value if isinstance(value, str) and said != value else None
    return Node(label, said, whole=whole, marked=changed, sealed=isinstance(value, Sealed), path=path)


def _holds_objects(values: Sequence[Any]) -> bool:
    return any(isinstance(each, Mapping | list) for each in values)


def _short(item: Node) -> Node:
    """One of several that fits on a line stands on one."""
    if not item.within or any(inner.within or inner.marked for inner in item.within):
        return item
    length = sum(len(f" · {inner.label}\u00a0: {inner.said}") for inner in item.within)
    return replace(item, inline=length <= ON_ONE_LINE + len(" · "))
