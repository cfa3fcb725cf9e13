"""The fields of a form, from the JSON schema of a command's body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from console.commands.operations import CommandOperation
from console.commands.wording import find_hint, find_label
from shared.kernel import AXIS_LABELS, ROLE_LABELS, capitalize_first

LONG_TEXT_FROM = 2000
"""From this many characters on, a text is typed in several lines."""
FEW_OPTIONS = 7
"""Up to so many choices stand side by side; more are a list to open."""


class Kind(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    INTEGER = "integer"
    NUMBER = "number"
    AMOUNT = "amount"
    DATE = "date"
    INSTANT = "instant"
    YES_NO = "yes_no"
    CHECK = "check"
    CHOICE = "choice"
    CHOICES = "choices"
    LINES = "lines"
    RANKING = "ranking"
    GROUP = "group"
    ROWS = "rows"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `path`: of its input, dotted; `{n}` stands for the number of a row. `options`: what is chosen among;
    of a TEXT, suggestions. `children`: the fields of a GROUP, or of each of the ROWS. `item`: the kind of each value of
    a list or of a mapping, whose `keys` are the fields' names. `unit`: what a number counts."""

    path: str
    name: str
    kind: Kind
    label: str
    hint: str = ""
    required: bool = False
    options: tuple[Option, ...] = ()
    children: tuple[Field, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    max_length: int | None = None
    min_items: int = 0
    max_items: int | None = None
    checked: bool = False
    integers: bool = False

    @property
    def is_open(self) -> bool:
        """Whether its choices are shown side by side."""
        return len(self.options) <= FEW_OPTIONS

    def with_options(self, options: Sequence[Option], kind: Kind | None = None) -> Field:
        return replace(self, options=tuple(options), kind=kind or self.kind)

    def at_row(self, number: int) -> Field:
        """The field in one row of the ROWS that it belongs to."""
        path = self.path.replace("{n}", str(number), 1)
        return replace(self, path=path, children=tuple(each.at_row(number) for each in self.children))


def form_fields(operation: CommandOperation) -> tuple[Field, ...]:
    """The fields of a command's body: what must be given first, then the rest, each as the schema has them."""
    return tuple(_object_fields(operation, operation.schema, ""))


def _object_fields(operation: CommandOperation, schema: Mapping[str, Any], prefix: str) -> list[Field]:
    required = set(schema.get("required", ()))
    declared = list(schema.get("properties", {}))
    names = [name for name in declared if name in required] + [name for name in declared if name not in required]
    fields = []
    for name in names:
        raw = schema["properties"][name]
        path = f"{prefix}{name}"
        label, hint = find_label(operation.command, path, name), find_hint(operation.command, path, name)
        field = Field(path, name, kind=Kind.TEXT, label=label, hint=hint, required=name in required)
        fields.append(_typed(operation, field, raw, raw.get("default")))
    return fields


def _typed(operation: CommandOperation, field: Field, raw: Mapping[str, Any], default: Any) -> Field:
    """The field as its schema has it; nullable means that it may be left empty."""
    schema, nullable = _resolve(operation, raw)
    field = replace(field, required=field.required and not nullable)
    if "enum" in schema:
        return replace(field, kind=Kind.CHOICE, options=_options(schema))
    match schema.get("type"):
        case "boolean":
            optional = not field.required and not nullable
            return replace(field, kind=Kind.CHECK if optional else Kind.YES_NO, checked=default is True)
        case "integer" | "number" as number:
            kind = Kind.AMOUNT if field.name.endswith("_cents") else Kind(number)
            return replace(field, kind=kind, minimum=schema.get("minimum"), maximum=schema.get("maximum"))
        case "array":
            return _list(operation, field, schema)
        case "object":
            return _group(operation, field, schema)
    kinds = {"date": Kind.DATE, "date-time": Kind.INSTANT}
    length = schema.get("maxLength")
    kind = kinds.get(schema.get("format", ""), Kind.LONG_TEXT if (length or 0) >= LONG_TEXT_FROM else Kind.TEXT)
    return replace(field, kind=kind, max_length=length)


def _list(operation: CommandOperation, field: Field, schema: Mapping[str, Any]) -> Field:
    items, _ = _resolve(operation, schema["items"])
    bounds = {"min_items": schema.get("minItems", 0), "max_items": schema.get("maxItems")}
    field = replace(field, **bounds, required=field.required and bounds["min_items"] > 0)
    if "enum" in items:
        return replace(field, kind=Kind.CHOICES, options=_options(items))
    if items.get("type") == "object":
        children = _object_fields(operation, items, f"{field.path}.{{n}}.")
        return replace(field, kind=Kind.ROWS, children=tuple(children))
    return replace(field, kind=Kind.LINES, max_length=items.get("maxLength"), integers=items.get("type") == "integer")


def _group(operation: CommandOperation, field: Field, schema: Mapping[str, Any]) -> Field:
    """An object; a mapping gets its fields where its keys are known (`references`)."""
    children = _object_fields(operation, schema, f"{field.path}.")
    return replace(field, kind=Kind.GROUP, children=tuple(children))


def mapping_fields(operation: CommandOperation, field: Field, keys: Mapping[str, str]) -> Field:
    """The field of a mapping, with a group for each key. `keys`: their labels, by key."""
    schema, _ = _resolve(operation, operation.schema["properties"][field.name])
    inner, _ = _resolve(operation, schema["additionalProperties"])
    groups = []
    for key, label in keys.items():
        group = replace(field, path=f"{field.path}.{key}", name=key, label=label, hint="", required=False)
        children = _object_fields(operation, inner, f"{group.path}.")
        amounts = [replace(each, kind=Kind.AMOUNT) if _is_amount(key, each) else each for each in children]
        groups.append(replace(group, kind=Kind.GROUP, children=tuple(amounts)))
    return replace(field, children=tuple(groups))


def _is_amount(key: str, field: Field) -> bool:
    """The value of an indicator counted in cents."""
    return key.endswith("_cents") and field.kind is Kind.NUMBER


def _resolve(operation: CommandOperation, raw: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """The schema behind a reference, and whether null is allowed beside it."""
    nullable = False
    if "anyOf" in raw:
        others = [each for each in raw["anyOf"] if each.get("type") != "null"]
        raw, nullable = others[0], len(others) < len(raw["anyOf"])
    if reference := raw.get("$ref"):
        return operation.schemas[reference.rpartition("/")[2]], nullable
    return raw, nullable


def _options(schema: Mapping[str, Any]) -> tuple[Option, ...]:
    labels = schema.get("x-labels", {})
    return tuple(Option(code, capitalize_first(labels.get(code) or code_label(code))) for code in schema["enum"])


def code_label(code: str) -> str:
    """The label of a code that no schema labels: an axis, a role, else the code itself."""
    return AXIS_LABELS.get(code) or ROLE_LABELS.get(code, code)
