"""Secret words of a command, never to stand in clear: those of fields that their type declares secret."""

from __future__ import annotations

import json
import re
import types
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec
from tests.support.generated.golden_samples import SERVICES, service

from followup.domain.sheets.sheet import PublishSheet
from shared.kernel import ConfidentialLine, Encrypted, PersonalLine, Reason, Text, event_name

TO_ALL = (PublishSheet,)
"""What is said by these is read over first, names nobody, and is there for all to find."""
SECRET = (Text, Reason, PersonalLine, ConfidentialLine)
SHORTEST = 6
"""Of a person a shorter word is met by chance."""
NAME = re.compile(r"[^\W\d_][^\W\d_]*[^\x00-\x7f][^\W\d_]*|[A-Z][a-z]{5,}|[\w.]{3,}@[\w.]{3,}|0[1-9]\d{8}")
"""A word that no code looks like: with an accent or a capital letter, a mail address, a telephone number."""


class Said(str):
    """What somebody typed into a secret field; `personal`: one that tells of a person."""

    personal: bool

    def __new__(cls, text: str, personal: bool) -> Said:
        said = super().__new__(cls, text)
        said.personal = personal
        return said

    @property
    def is_sought(self) -> bool:
        """A name, a mail address, a telephone number, a function; of free text a sentence: one word may be a code."""
        text = self.strip()
        if self.personal and len(text) >= SHORTEST and text.casefold() not in words_of_labels():
            return " " in text or NAME.fullmatch(text) is not None
        return " " in text


@cache
def words_of_labels() -> frozenset[str]:
    """Which the logs hold in clear, whoever is named so."""
    labels = (event_name(event).label for name in SERVICES for each in service(name).deciders for event in each.events)
    return frozenset(word.casefold() for label in labels for word in re.findall(r"\w+", label))


def secrets_in(value: Any) -> Iterator[Said]:
    """What somebody typed into the secret fields of a command, however deep."""
    return (Said(each, personal) for each, personal in _typed_into(value) if personal is not None)


def openly_in(value: Any) -> Iterator[str]:
    """What stands in the other fields of a command, which its events may repeat in clear."""
    return (each for each, personal in _typed_into(value) if personal is None)


def _typed_into(value: Any) -> Iterator[tuple[str, bool | None]]:
    """Each text of a command, and whether it tells of a person; null for what is no secret."""
    if is_dataclass(value) and not isinstance(value, type):
        for name, personal in _fields(type(value)):
            yield from _texts_of(getattr(value, name), personal)


def spelled(said: str) -> set[bytes]:
    """As it was typed, in JSON, and a telephone number without its spaces."""
    digits = said.replace(" ", "")
    return {each.encode() for each in (said, json.dumps(said)[1:-1], digits if digits.isdecimal() else said)}


def in_clear(events: Any) -> str:
    """What an event says to whoever has no key."""
    return msgspec.json.encode(events, enc_hook=_nothing).decode()


def leaked(command: Any, events: Any) -> list[str]:
    """Of what somebody said, what its events tell in clear; not what the command says openly in another field."""
    if isinstance(command, TO_ALL):
        return []
    clear = in_clear(events)
    openly = set(openly_in(command))
    said = (each for each in secrets_in(command) if each.is_sought and each not in openly)
    return [each for each in said if msgspec.json.encode(str(each))[1:-1].decode() in clear]


def _texts_of(value: Any, personal: bool | None) -> Iterator[tuple[str, bool | None]]:
    if isinstance(value, str):
        yield value, personal
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _texts_of(each, personal)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts_of(each, personal)
    else:
        yield from _typed_into(value)


@cache
def _fields(cls: type) -> tuple[tuple[str, bool | None], ...]:
    hints = get_type_hints(cls, include_extras=True)
    return tuple((field.name, _secret(hints[field.name])) for field in fields(cls))


def _secret(hint: Any) -> bool | None:
    """Whether it is a person's; null for what is no secret."""
    if hint in SECRET:
        return bool(hint == PersonalLine)
    if get_origin(hint) in (Union, types.UnionType, tuple, list, dict) or get_origin(hint) is Annotated:
        found = [_secret(each) for each in get_args(hint) if each is not ...]
        return next((each for each in found if each is not None), None)
    return None


def _nothing(value: Any) -> Any:
    if isinstance(value, Encrypted):
        return None
    raise NotImplementedError(f"{type(value)} has no stored form")


def typed_in(command: type, body: Any) -> Iterator[Said]:
    """The same in what was sent for a command, as JSON."""
    for name, hint in get_type_hints(command, include_extras=True).items():
        if isinstance(body, dict) and name in body:
            yield from _sent(hint, body[name])


def _sent(hint: Any, value: Any) -> Iterator[Said]:
    if isinstance(value, str):
        if (personal := _secret(hint)) is not None:
            yield Said(value, personal)
        return
    for inner in (hint, *get_args(hint)):
        if is_dataclass(inner) and isinstance(inner, type):
            for each in value if isinstance(value, list) else [value]:
                yield from typed_in(inner, each)
        elif isinstance(value, list):
            for each in value:
                yield from _sent(inner, each)
