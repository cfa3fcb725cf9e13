"""Settings, read from their pydantic models: variable, default, type, description."""

from __future__ import annotations

import inspect
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_origin

from markdown_text import cell, plain, table, words
from packages import SERVICES, classes
from pydantic import SecretBytes, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

INTRODUCTION = """# Settings

Every setting is an environment variable. A program reads its settings once, checks all of them, and refuses to
start with one line for each fault; no secret is repeated in a message. *Required* settings have no default.
"""
PLAIN: dict[object, str] = {str: "text", int: "whole number", float: "number", bool: "yes or no", Path: "path"}
HEAD = ("variable", "default", "type", "what it is")


def settings() -> str:
    parts = [INTRODUCTION]
    for package in ("shared", *SERVICES):
        owner = "Every service" if package == "shared" else package.capitalize()
        for model in classes(package):
            if issubclass(model, BaseSettings) and model.model_fields:
                title = ": ".join((owner, *filter(None, [_subject(model, package)])))
                parts.append(f"\n## {title}\n\n{plain(inspect.getdoc(model))}\n")
                parts.append(table(HEAD, [_row(model, name) for name in model.model_fields]))
    return "".join(parts)


def _subject(model: type[BaseSettings], package: str) -> str:
    """`LedgerSettings` → `ledger`; nothing for the settings of the package as a whole."""
    subject = words(model.__name__).removesuffix("settings").strip()
    return "" if subject in (package, "deployment") else subject


def _row(model: type[BaseSettings], name: str) -> tuple[str, ...]:
    field, prefix = model.model_fields[name], model.model_config.get("env_prefix", "")
    if not field.description:
        raise LookupError(f"{model.__name__}.{name} has no description: write a docstring below the field")
    variable = str(field.validation_alias or f"{prefix}{name.upper()}")
    return f"`{variable}`", _default(field), cell(_type(field.annotation)), cell(field.description)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "*required*"
    value = field.get_default(call_default_factory=True, validated_data={})
    return "none" if value in (None, "", (), [], {}) else f"`{getattr(value, 'value', value)}`"


def _type(annotation: Any) -> str:
    """In words: an enumeration by its values, a secret as such, `X | None` as X."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if not inner:
        return _plain_type(annotation)
    options = [_type(each) for each in inner if each not in (type(None), Ellipsis)]
    if origin in (dict, tuple, list, frozenset, set):
        return f"{origin.__name__} of {', '.join(options)}"
    if hasattr(annotation, "__metadata__"):
        return options[0]
    return " or ".join(dict.fromkeys(options))


def _plain_type(annotation: Any) -> str:
    if annotation in (SecretStr, SecretBytes):
        return "secret"
    if inspect.isclass(annotation) and issubclass(annotation, Enum):
        return ", ".join(f"`{member.value}`" for member in annotation)
    return PLAIN.get(annotation, str(getattr(annotation, "__name__", annotation)))
