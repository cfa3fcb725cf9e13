"""States and events as trees of French fields and values, with what an event changed marked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from console.presentation import labels

HIDDEN_FIELDS = frozenset({"id", "version", "replayed", "salt", "links", "extra", "names"})
"""Fields that tell a person nothing, or that the page shows elsewhere."""
PATH_PART = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
INLINE_CHARACTERS = 90
EMPTY_VALUES: tuple[Any, ...] = (None, "", [], {})


class ShownEncrypted(str):
    """The plaintext of an encrypted value, as a service shows it: the ledger does not commit to it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Node:
    """A field. `text`: its value in French; `full_text`: what it abbreviates. `children`: fields of an object, on one
    line when `inline`. `path`: its path in the data."""

    label: str
    text: str = ""
    full_text: str | None = None
    children: list[Node] = field(default_factory=list)
    changed: bool = False
    inline: bool = False
    encrypted: bool = False
    path: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A changed field. `path`: as the services write it; `labels`: of the fields that lead to it, outermost first."""

    path: str
    labels: list[str]
    before: list[Node]
    after: list[Node]


def state_nodes(state: Mapping[str, Any], changed: Sequence[Change] = ()) -> list[Node]:
    """The fields of a state that have a value; those of `changed` are marked."""
    marked = frozenset(change.path for change in changed)
    shown = {
        name: with_names(value, state.get("names") or {})
        for name, value in state.items()
        if name not in HIDDEN_FIELDS and not _is_named_above(name, value)
    }
    return list(_fields(shown, "", marked))


def with_names(value: Any, names: Mapping[str, str]) -> Any:
    """The value with the name of each person in place of their id, as the service gives it."""
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, list):
        return [with_names(each, names) for each in value]
    if isinstance(value, Mapping):
        if _has_name_alone(value):
            return value["name"] or value["id"]
        return {name: with_names(inner, names) for name, inner in value.items()}
    return value


def _has_name_alone(value: Any) -> bool:
    return isinstance(value, Mapping) and value.keys() == {"id", "name"}


def _is_named_above(name: str, value: Any) -> bool:
    """Whether this is the structure, whose name the head of the page shows."""
    return name == "structure" and (_has_name_alone(value) or labels.UUID.fullmatch(str(value)) is not None)


def names_by_id(state: Any) -> dict[str, str]:
    """The titles or names of what stands under an id in a state: actions, candidates."""
    found: dict[str, str] = {}
    for key, inner in state.items() if isinstance(state, Mapping) else ():
        if labels.UUID.fullmatch(key) and (title := _title(inner)):
            found[key] = title
        found |= names_by_id(inner)
    return found


def _title(value: Any) -> str | None:
    if not isinstance(value, Mapping):
        return None
    title = value.get("title") or value.get("name") or _title(value.get("planned"))
    return title if isinstance(title, str) else None


def event_nodes(data: Mapping[str, Any]) -> list[Node]:
    """All the fields of an event."""
    return list(_fields(data, "", frozenset()))


def change_list(effects: Sequence[Mapping[str, Any]], names: Mapping[str, str] | None = None) -> list[Change]:
    """The changes, as deep as they can be told apart: services compare lists as wholes. `names`: of people, and titles
    of what stands under an id, by id."""
    named = names or {}
    return [
        _change(path, with_names(before, named), with_names(after, named), named)
        for each in effects
        for path, before, after in _split_change(str(each["path"]), each["before"], each["after"])
        if path.partition(".")[0] not in HIDDEN_FIELDS
    ]


def _split_change(path: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in before.keys() | after.keys():
            yield from _split_change(f"{path}.{name}", before.get(name), after.get(name))
    elif isinstance(before, list) and isinstance(after, list) and _holds_objects([*before, *after]):
        for n in range(max(len(before), len(after))):
            old, new = (values[n] if n < len(values) else None for values in (before, after))
            yield from _split_change(f"{path}[{n}]", old, new)
    elif before != after:
        yield path, before, after


def _change(path: str, before: Any, after: Any, names: Mapping[str, str]) -> Change:
    parts = [name or number for number, name in PATH_PART.findall(path)]
    name = next((each for each in reversed(parts) if not each.isdigit()), "")
    path_labels = [
        f"n°\u00a0{int(each) + 1}" if each.isdigit() else names.get(each) or labels.field_label(each) for each in parts
    ]
    return Change(path, path_labels, before=_value_nodes(name, before), after=_value_nodes(name, after))


def _value_nodes(name: str, value: Any) -> list[Node]:
    return [] if value in EMPTY_VALUES else [_node("", name, value, "", frozenset())]


def _fields(value: Mapping[str, Any], path: str, marked: frozenset[str]) -> Iterator[Node]:
    for name, inner in value.items():
        if inner in EMPTY_VALUES or name == "salt" or (name == "person" and value.get("name")):
            continue
        named = _title(inner) if labels.UUID.fullmatch(name) else None
        yield _node(named or labels.field_label(name), name, inner, f"{path}.{name}" if path else name, marked)


def _join_values(texts: Sequence[str]) -> str:
    """Codes and short words joined by commas; sentences, which may contain some, by semicolons."""
    return ("\u202f; " if any(each[:1].isupper() for each in texts[1:]) else ", ").join(texts)


def _node(label: str, name: str, value: Any, path: str, marked: frozenset[str]) -> Node:
    changed = path in marked
    if isinstance(value, Mapping):
        children = list(_fields(value, path, marked))
        return Node(label, "" if children else "rien", children=children, changed=changed, path=path)
    if isinstance(value, list) and _holds_objects(value):
        items = [_node(f"n°\u00a0{n + 1}", name, each, f"{path}[{n}]", marked) for n, each in enumerate(value)]
        return Node(label, children=[_inline_if_short(item) for item in items], changed=changed, path=path)
    if isinstance(value, list):
        encrypted = any(isinstance(each, ShownEncrypted) for each in value)
        text = _join_values([labels.format_value(each, name) for each in value])
        return Node(label, text, changed=changed, encrypted=encrypted, path=path)
    text = labels.format_value(value, name)
    full_text = value if isinstance(value, str) and text != value else None
    return Node(
        label, text, full_text=full_text, changed=changed, encrypted=isinstance(value, ShownEncrypted), path=path
    )


def _holds_objects(values: Sequence[Any]) -> bool:
    return any(isinstance(each, Mapping | list) for each in values)


def _inline_if_short(item: Node) -> Node:
    """Marks an item of a list as inline when it fits on one line."""
    if not item.children or any(child.children or child.changed for child in item.children):
        return item
    length = sum(len(f" · {child.label}\u00a0: {child.text}") for child in item.children)
    return replace(item, inline=length <= INLINE_CHARACTERS + len(" · "))
