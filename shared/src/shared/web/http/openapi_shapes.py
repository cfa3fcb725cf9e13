"""Shapes of answers in OpenAPI, derived from the classes that the answers are written from.

FastAPI sees a state, a row or an event as a plain object, so that no answer is validated a second time on its way out.
The annotation of that object carries the class, and its JSON Schema is put in place once the document is complete."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import msgspec.inspect as types
from pydantic import BaseModel

from shared.kernel import Encrypted

JsonSchema = dict[str, Any]
MARK = "x-shape"
"""Where the schema of a shape waits, as text: FastAPI would look for its references before its components are there."""
PREFIX = "#/components/schemas/"
REDACTED = "non communiqué"
"""What stands in place of a case's id, or of a text, that is not for the reader. It does not say why."""


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """The schema of `kind`, a class of the domain or any type that msgspec writes; of a tuple, one of these.

    `added`: further members that are always there, by name, or those that are written in another form. `sometimes`:
    members that are not always there; `omitted`: members of its own that are not written; `partial`: none of its own is
    always there. With any of these, `name` and `description` are
    those of the whole. `redacted`: a `case` in it, at any depth, may be redacted. `linked`: these of its fields may be
    null, as the case that they name may be left out."""

    kind: Any
    name: str = ""
    description: str = ""
    added: Mapping[str, Any] = field(default_factory=dict)
    sometimes: Mapping[str, Any] = field(default_factory=dict)
    omitted: frozenset[str] = frozenset()
    partial: bool = False
    redacted: bool = False
    linked: frozenset[str] = frozenset()

    def __get_pydantic_json_schema__(self, _: Any, __: Any) -> JsonSchema:
        return self.mark()

    def mark(self) -> JsonSchema:
        """What stands for the schema until `place_shapes`."""
        components: dict[str, JsonSchema] = {}
        return {MARK: json.dumps({"schema": self.schema(components), "components": components})}

    def schema(self, components: dict[str, JsonSchema]) -> JsonSchema:
        """The schema; what it refers to is added to `components`."""
        schemas = _Schemas(components, redacted=self.redacted, linked=self.linked)
        base = schemas.of(self.kind)
        members = {name: schemas.of(kind) for name, kind in {**self.added, **self.sometimes}.items()}
        if not members and not self.partial:
            return base
        whole = components.pop(base["$ref"].removeprefix(PREFIX))
        name = self.name or whole["title"]
        always = {member: members[member] for member in self.added}
        components[name] = whole | {
            "title": name,
            "description": self.description or whole.get("description", ""),
            "properties": {
                name: each
                for name, each in (always | whole["properties"] | members).items()
                if name not in self.omitted or name in members
            },
            "required": [
                *always,
                *(each for each in whole["required"] if not self.partial and each not in {*members, *self.omitted}),
            ],
        }
        return {"$ref": PREFIX + name}


def shown_as(kind: Any, **options: Any) -> Any:
    """The type of a plain object that is described as `kind`."""
    return Annotated[dict[str, Any], Shape(kind, **options)]


def place_shapes(openapi: JsonSchema) -> JsonSchema:
    """Puts the schema of each shape where its mark stands, and its parts among the components. A part that has the name
    of a component of another form, which a body takes, is called `…-Output`."""
    taken = openapi.setdefault("components", {}).setdefault("schemas", {})
    placed: dict[str, JsonSchema] = {}
    result: JsonSchema = _place(openapi, taken, placed)
    result["components"]["schemas"] |= placed
    return result


def _place(value: Any, taken: Mapping[str, JsonSchema], placed: dict[str, JsonSchema]) -> Any:
    if isinstance(value, list):
        return [_place(each, taken, placed) for each in value]
    if not isinstance(value, dict):
        return value
    if MARK not in value:
        return {name: _place(each, taken, placed) for name, each in value.items()}
    shape = json.loads(value[MARK])
    names = {name: name for name in shape["components"]}
    for name, component in shape["components"].items():
        if name in taken and not component.get("x-model") and _bare(taken[name]) != _bare(component):
            names[name] = f"{name}-Output"
    for name, component in shape["components"].items():
        component.pop("x-model", None)
        placed[names[name]] = _rename(component, names)
    around = {name: each for name, each in value.items() if name not in (MARK, "title")}
    return _rename(shape["schema"], names) | around


def _bare(value: Any) -> Any:
    """A schema without its words, to compare two."""
    if isinstance(value, list):
        return [_bare(each) for each in value]
    if not isinstance(value, dict):
        return value
    words = ("title", "description", "default", "additionalProperties", "example", "examples")
    return {
        name: sorted(each) if name == "required" else _bare(each) for name, each in value.items() if name not in words
    }


def _rename(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_rename(each, names) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: PREFIX + names[each.removeprefix(PREFIX)] if key == "$ref" else _rename(each, names)
        for key, each in value.items()
    }


@dataclass(frozen=True, slots=True)
class _Schemas:
    """JSON Schemas of what is written: all members of an object are there, and no others."""

    components: dict[str, JsonSchema]
    redacted: bool = False
    linked: frozenset[str] = frozenset()

    def of(self, kind: Any) -> JsonSchema:
        if isinstance(kind, tuple):
            return {"anyOf": [self.of(each) for each in kind]}
        return kind.schema(self.components) if isinstance(kind, Shape) else self._of(types.type_info(kind))

    def _of(self, info: types.Type) -> JsonSchema:
        match info:
            case types.AnyType():
                return {}
            case types.NoneType():
                return {"type": "null"}
            case types.BoolType():
                return {"type": "boolean"}
            case types.IntType():
                return {"type": "integer"}
            case types.FloatType():
                return {"type": "number"}
            case types.StrType():
                return {"type": "string"}
            case types.UUIDType():
                return {"type": "string", "format": "uuid"}
            case types.DateType():
                return {"type": "string", "format": "date"}
            case types.DateTimeType():
                return {"type": "string", "format": "date-time"}
            case types.LiteralType(values=values):
                return {"enum": list(values)}
            case types.UnionType(types=alternatives):
                return {"anyOf": [self._of(each) for each in alternatives]}
            case (
                types.ListType(item_type=item)
                | types.VarTupleType(item_type=item)
                | types.FrozenSetType(item_type=item)
            ):
                return {"type": "array", "items": self._of(info.item_type)}
            case types.TupleType(item_types=items):
                return {"type": "array", "prefixItems": [self._of(each) for each in items], "items": False}
            case types.DictType(key_type=_, value_type=item):
                return {"type": "object", "additionalProperties": self._of(item)}
            case types.Metadata(type=inner):
                return self._of(inner)
            case types.EnumType(cls=cls):
                codes = [member.value for member in cls]
                return self._refer(cls, lambda: {"type": "string", "enum": codes})
            case types.DataclassType(cls=cls, fields=fields) | types.StructType(cls=cls, fields=fields):
                return self._refer(cls, lambda: self._object(fields, [each.encode_name for each in fields]))
            case types.TypedDictType(cls=cls, fields=fields):
                return self._refer(
                    cls, lambda: self._object(fields, [each.encode_name for each in fields if each.required])
                )
            case types.CustomType(cls=cls) if issubclass(cls, Encrypted):
                return {"type": "string"}
            case types.CustomType(cls=cls) if issubclass(cls, BaseModel):
                return self._model(cls)
        raise NotImplementedError(f"no schema of {info}")

    def _refer(self, cls: type, build: Any) -> JsonSchema:
        if cls.__name__ not in self.components:
            self.components[cls.__name__] = {}  # one that contains itself
            text = inspect.cleandoc(cls.__doc__ or "")
            described = {"description": text} if text and not text.startswith(f"{cls.__name__}(") else {}
            self.components[cls.__name__] = {"title": cls.__name__, **described, **build()}
        return {"$ref": PREFIX + cls.__name__}

    def _object(self, fields: Iterable[types.Field], required: list[str]) -> JsonSchema:
        properties = {each.encode_name: self._of(each.type) for each in fields}
        if self.redacted and "case" in properties:
            properties["case"] = {"anyOf": [properties["case"], {"const": REDACTED}]}
        for name in self.linked & properties.keys():
            properties[name] = self._or_nothing(properties[name])
        return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}

    @staticmethod
    def _or_nothing(member: JsonSchema) -> JsonSchema:
        return {"anyOf": [member, {"type": "null"}]} if member.get("type") == "string" else member

    def _model(self, cls: type[BaseModel]) -> JsonSchema:
        """FastAPI's own form of a model, which other operations may answer too."""
        schema = cls.model_json_schema(mode="serialization", ref_template=PREFIX + "{model}")
        for name, part in {**schema.pop("$defs", {}), cls.__name__: schema}.items():
            self.components[name] = part | {"x-model": True}
        return {"$ref": PREFIX + cls.__name__}
