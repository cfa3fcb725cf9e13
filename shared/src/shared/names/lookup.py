"""Lookups of names: many ids in one query, from the last event of each name's stream."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any
from uuid import UUID

from shared.crypto import ERASED_TEXT, TransitKeyMissing
from shared.eventlog import ServiceApplication
from shared.kernel import Encrypted
from shared.names.name import PersonNameRecorded, StructureNameRecorded, person_name_id, structure_name_id
from shared.names.transit import PERSON, STRUCTURE, decrypt_in_transit

UUID_TEXT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NOW = 2**62
"""A position after every other."""


@dataclass(frozen=True, slots=True)
class NamedStructure:
    """`name`: null where this service does not know it, or cannot open it."""

    id: UUID
    name: str | None


def find_person_names(
    app: ServiceApplication,
    ids: Iterable[str | UUID | None],
    until: int = NOW,
    show: Callable[[Encrypted], str] | None = None,
) -> dict[str, str]:
    """What people are called, by id; without those whom this service cannot name. An erased person is shown as such.

    `ids` that are no UUID, such as that of a service, name nobody. `until`: a position of this service's log; the name
    as it was known then, or when it was first known after. `show`: decrypts, as `KeyStore.display_text` does."""
    people = {person_name_id(person): person for person in _as_uuids(ids)}
    names: dict[str, str] = {}
    for stream, recorded in _last_names(app, people, until).items():
        assert isinstance(recorded, PersonNameRecorded)
        if name := _show(app, PERSON, people[stream], recorded, show):
            names[str(people[stream])] = name
    unknown = [person for person in people.values() if str(person) not in names]
    erased = [key for key, wrapped in app.recorder.wrapped_keys(unknown).items() if wrapped is None] if unknown else []
    return names | {str(person): ERASED_TEXT for person in erased}


class PersonNames:
    """Names of people in one answer, in which they stand several times: each id is looked up once."""

    def __init__(self, app: ServiceApplication) -> None:
        self._app = app
        self._known: dict[str, str | None] = {}

    def read(self, ids: Iterable[str]) -> None:
        """Looks up those that were not yet, all in one."""
        unread = {*ids} - self._known.keys()
        self._known |= dict.fromkeys(unread) | find_person_names(self._app, unread)

    def find(self, ids: Iterable[str | None]) -> dict[str, str]:
        """As `find_person_names`."""
        given = {id for id in ids if id is not None}  # noqa: A001
        self.read(given)
        return {id: name for id in sorted(given) if (name := self._known[id]) is not None}  # noqa: A001


def find_structures(
    app: ServiceApplication,
    cases: Iterable[UUID],
    until: int = NOW,
    show: Callable[[Encrypted], str] | None = None,
) -> dict[UUID, NamedStructure]:
    """The structure of each case, with its name; without the cases of which none was received. `until` and `show` as
    for people."""
    by_stream = {structure_name_id(case): case for case in cases}
    structures = {}
    for stream, recorded in _last_names(app, by_stream, until).items():
        assert isinstance(recorded, StructureNameRecorded)
        name = _show(app, STRUCTURE, recorded.structure, recorded, show)
        structures[by_stream[stream]] = NamedStructure(recorded.structure, name)
    return structures


def ids_in(value: Any) -> Iterator[str]:
    """Every UUID inside a state, an event or an answer, as text: those that could name a person."""
    match value:
        case str():
            if UUID_TEXT.fullmatch(value):
                yield value
        case None | bool() | int() | float():
            return
        case UUID():
            yield str(value)
        case Mapping():
            for key, item in value.items():
                yield from ids_in(key)
                yield from ids_in(item)
        case list() | tuple() | set() | frozenset():
            for item in value:
                yield from ids_in(item)
        case _ if is_dataclass(value) and not isinstance(value, type):
            for each in fields(value):
                yield from ids_in(getattr(value, each.name))


def _last_names(
    app: ServiceApplication, streams: Mapping[UUID, UUID], until: int
) -> dict[UUID, PersonNameRecorded | StructureNameRecorded]:
    if not streams:
        return {}
    entries = app.recorder.last_entries(list(streams), until)
    recorded = {event.originator_id: event.data for _, event in app.events_of(entries)}
    app.key_store.fetch_keys(UUID(str(each.name.key)) for each in recorded.values())
    return recorded


def _show(
    app: ServiceApplication,
    kind: str,
    id: UUID,  # noqa: A002
    recorded: PersonNameRecorded | StructureNameRecorded,
    show: Callable[[Encrypted], str] | None,
) -> str | None:
    text = (show or app.key_store.display_text)(recorded.name)
    if not recorded.in_transit or text.startswith(ERASED_TEXT):
        return text
    try:
        return decrypt_in_transit(app, kind, id, text)
    except TransitKeyMissing:
        return None


def _as_uuids(ids: Iterable[str | UUID | None]) -> Iterator[UUID]:
    for each in ids:
        try:
            if each:
                yield UUID(str(each))
        except ValueError:
            continue
