"""Which words of a command must never be told in clear? Those of fields that their type declares secret, once."""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec

from followup.domain.sheet import PublishSheet
from shared.fields import Motive, PersonLine, SealedLine, Text
from shared.sealed import Sealed

TO_ALL = (PublishSheet,)
"""What is said by these is read over first, names nobody, and is there for all to find."""
SECRET = (Text, Motive, PersonLine, SealedLine)


def secrets_in(value: Any) -> Iterator[str]:
    """What somebody typed into the secret fields of a command, however deep."""
    if is_dataclass(value) and not isinstance(value, type):
        for name, secret in _fields(type(value)):
            yield from _told(getattr(value, name), secret)


def in_clear(events: Any) -> str:
    """What an event says to whoever has no key."""
    return msgspec.json.encode(events, enc_hook=_nothing).decode()


def leaked(command: Any, events: Any) -> list[str]:
    """Sentences and names of the command that its events tell in clear; a single word may well be a code."""
    if isinstance(command, TO_ALL):
        return []
    clear = in_clear(events)
    said = (each for each in secrets_in(command) if " " in each.strip())
    return [each for each in said if msgspec.json.encode(each)[1:-1].decode() in clear]


def _told(value: Any, secret: bool) -> Iterator[str]:
    if isinstance(value, str):
        if secret:
            yield value
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _told(each, secret)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _told(each, secret)
    else:
        yield from secrets_in(value)


@cache
def _fields(cls: type) -> tuple[tuple[str, bool], ...]:
    hints = get_type_hints(cls, include_extras=True)
    return tuple((field.name, _is_secret(hints[field.name])) for field in fields(cls))


def _is_secret(hint: Any) -> bool:
    if hint in SECRET:
        return True
    if get_origin(hint) in (Union, types.UnionType, tuple, list, dict) or get_origin(hint) is Annotated:
        return any(_is_secret(each) for each in get_args(hint) if each is not ...)
    return False


def _nothing(value: Any) -> Any:
    if isinstance(value, Sealed):
        return None
    raise NotImplementedError(f"{type(value)} has no stored form")


def typed_in(command: type, body: Any) -> Iterator[str]:
    """The same in what was sent for a command, as JSON."""
    for name, hint in get_type_hints(command, include_extras=True).items():
        if isinstance(body, dict) and name in body:
            yield from _sent(hint, body[name])


def _sent(hint: Any, value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if _is_secret(hint):
            yield value
        return
    for inner in (hint, *get_args(hint)):
        if is_dataclass(inner) and isinstance(inner, type):
            for each in value if isinstance(value, list) else [value]:
                yield from typed_in(inner, each)
        elif isinstance(value, list):
            for each in value:
                yield from _sent(inner, each)
