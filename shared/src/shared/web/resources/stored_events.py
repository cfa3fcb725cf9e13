"""The stored events of a case: the exact bytes, and the text of their encrypted values."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Set
from typing import Any
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from pydantic import BaseModel

from shared.crypto import UNREADABLE_TEXT, KeyErased, TransitKeyMissing
from shared.eventlog import LogEntry, ServiceApplication, StoredPayload, UnknownCase
from shared.kernel import Encrypted, Role, event_name, stored_tokens
from shared.web.resources.resource import AggregateResource


class StoredEvent(BaseModel):
    """`stored`: base64 of the bytes whose SHA-256 the header names. `shown`: by its path in `data`, what each encrypted
    value says that the reader may read; null when its key was destroyed."""

    position: int
    stored: str
    shown: dict[str, str | None]


class StoredEvents(BaseModel):
    """`schemas`: JSON Schema of the events that are of today's version, by name and version."""

    events: list[StoredEvent]
    schemas: dict[str, dict[str, Any]]


def stored_events(app: ServiceApplication, resource: AggregateResource[Any], case: UUID, reader: Role) -> StoredEvents:
    """Every row of the case, even one that was altered and cannot be read; sealed values are opened where the `reader`
    may read the state that they belong to.

    Raises UnknownCase, also where another kind of aggregate stands under the id."""
    entries = app.recorder.entries_of_case(case)
    own = next((entry for entry in entries if entry.originator_id == case), None)
    is_own = app.records(resource.decider, own.topic) if own else resource.is_mentioned(app, case)
    if not entries or not is_own:
        raise UnknownCase(str(case))
    readable = resource.readable_kinds(reader)
    topics = {entry.topic for entry in entries}
    known = {event_name(event).topic: event for decider in app.deciders for event in decider.events}
    return StoredEvents(
        events=[
            StoredEvent(
                position=entry.id,
                stored=b64encode(entry.state).decode(),
                shown=dict(_show_values(app, entry)) if is_readable(app, entry, case, readable) else {},
            )
            for entry in entries
        ],
        schemas={topic: _schema(known[topic]) for topic in sorted(topics & known.keys())},
    )


def is_readable(app: ServiceApplication, entry: LogEntry, case: UUID, readable: Set[str]) -> bool:
    """Whether an event of a case is of its own aggregate, or of one of the `readable` kinds."""
    return entry.originator_id == case or app.kind_of_event(entry.topic) in readable


def _show_values(app: ServiceApplication, entry: LogEntry) -> Iterator[tuple[str, str | None]]:
    try:
        data = msgspec.json.decode(entry.state)["data"]
    except (msgspec.DecodeError, UnicodeDecodeError, LookupError, TypeError):
        return  # no event any more; its hash says so
    for path, token in stored_tokens(data):
        bound = token.get("b") or f"{entry.originator_id}:{entry.originator_version}/{path}"
        try:
            stored = app.key_store.decrypt(Encrypted(token["k"], None, token["c"], bound))
            yield path, app.key_store.transit.open_received(stored)
        except KeyErased:
            yield path, None
        except TransitKeyMissing:
            yield path, UNREADABLE_TEXT
        except (InvalidTag, ValueError):
            continue  # altered; its hash says so


def _schema(event: type) -> dict[str, Any]:
    token = {"type": "object", "required": ["k", "c"], "description": "encrypted: k names the key, c is the ciphertext"}
    return msgspec.json.schema(StoredPayload[event], schema_hook=lambda _: token)  # type: ignore[valid-type]
