"""The wire format: a header for every stored event, with a public body when the event has a contract."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Any
from uuid import UUID

import msgspec
from pydantic import BaseModel, Field, create_model

from shared.contracts.base import PublicEvent
from shared.eventlog import LogEntry, LogIdentity, RecordedEvent, ServiceApplication
from shared.kernel import event_name

UNREADABLE_JSON = (RecursionError, UnicodeDecodeError)
"""What msgspec raises besides DecodeError: objects within each other without an end, and texts that are not UTF-8."""
ToIntegrationEvent = Callable[..., PublicEvent | None]
"""A service's bridge (`integration_events.py`): its private event → the integration event that it publishes, or None.
`(recorded, entry)`, or `(recorded, entry, app)` to encrypt for the way what the log holds encrypted."""


class Header(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The public facts of a stored event. They never change, so that the ledger can prove them.

    A field that is added later has a default and is omitted when it has that value: the bytes of older headers, and
    their proofs, stay the same. HEADER_DESCRIPTIONS says what each field is."""

    publisher: str
    log_id: UUID
    position: int
    partition: int
    number: int
    id: UUID
    case: UUID
    stream: UUID
    version: int
    event: str
    event_version: int
    recorded_at: datetime
    effective_at: datetime
    actor: str
    role: str
    unit: str | None
    causation: UUID | None
    correlation: UUID
    rules: str | None
    payload_hash: str


HEADER_DESCRIPTIONS = {
    "publisher": "The service that recorded the event",
    "log_id": "The id of the publisher's log. A log restored from a back-up gets another one",
    "position": "Position in the log, from 1, without gaps",
    "partition": "Partition of the case, always the same for one case",
    "number": "Number in the partition, from 1, without gaps",
    "id": "The event",
    "case": "The case that the event belongs to",
    "stream": "The aggregate that recorded it",
    "version": "The aggregate’s version after it, from 1",
    "event": "The stored event’s name",
    "event_version": "The version of its stored form",
    "recorded_at": "When it was recorded (transaction time)",
    "effective_at": "When it happened (valid time)",
    "actor": "Pseudonym of the person, or `service:` and the name of a service",
    "role": "The role in which the actor did it",
    "unit": "The actor’s unit, where the role has one",
    "causation": "The event that led to it, where one did",
    "correlation": "The same for all the events that one request or event led to",
    "rules": "The version of the rules by which it was decided, where rules were applied",
    "payload_hash": "SHA-256 of the stored bytes, in hexadecimal",
}

HEADER_MODEL: type[BaseModel] = create_model(
    "Header",
    __doc__=Header.__doc__,
    **{
        field.name: (field.type, Field(description=HEADER_DESCRIPTIONS[field.name]))
        for field in msgspec.structs.fields(Header)
    },
)  # type: ignore[call-overload]
"""The header as AsyncAPI and OpenAPI describe it."""


class Message(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """An event on the wire. `contract` names the type of `body`, like `request-admitted:v1`; a private event has
    neither.

    `raw_header`: the header's bytes as they were sent, with the fields that only a newer publisher knows. `label`: the
    event's French name, outside the header and so outside its proof."""

    raw_header: msgspec.Raw = msgspec.field(name="header")
    contract: str | None = None
    body: dict[str, Any] | None = None
    label: str | None = None

    @staticmethod
    def of(
        header: Header,
        contract: str | None = None,
        body: dict[str, Any] | None = None,
        label: str | None = None,
    ) -> Message:
        return Message(raw_header=msgspec.Raw(encode(header)), contract=contract, body=body, label=label)

    @cached_property
    def header(self) -> Header:
        """Ignores fields it does not know. Raises msgspec.DecodeError."""
        return _decode_header(self.raw_header)

    @property
    def topic(self) -> str:
        """The name on the wire: the contract's, or the private event's."""
        return self.contract or f"{self.header.event}:v{self.header.event_version}"


class HighWaterMark(msgspec.Struct, frozen=True, kw_only=True):
    """The last position of a publisher's log and the last number of each partition, announced every few seconds so that
    a receiver notices when the stream lost its tail.

    `until`: the closed timestamp. No event recorded before it has a position beyond `position`. `ancestors`: the ids
    that the log had before it was restored from a back-up, each with the last position that is the same in both."""

    publisher: str
    log_id: UUID
    position: int
    numbers: list[int]
    until: datetime | None = None
    ancestors: dict[str, int] = {}


def message_of(
    publisher: str,
    identity: LogIdentity,
    entry: LogEntry,
    recorded: RecordedEvent[Any],
    body: PublicEvent | None,
) -> Message:
    event, _, event_version = entry.topic.partition(":v")
    recorded_at = entry.recorded_at.astimezone(UTC)
    header = Header(
        publisher=publisher,
        log_id=identity.log_id,
        position=entry.id,
        partition=entry.partition,
        number=entry.number,
        id=recorded.meta.id,
        case=entry.case_id,
        stream=recorded.originator_id,
        version=recorded.originator_version,
        event=event,
        event_version=int(event_version),
        recorded_at=recorded_at,
        effective_at=recorded.meta.effective_at or recorded_at,
        actor=recorded.meta.actor,
        role=recorded.meta.role,
        unit=recorded.meta.unit,
        causation=recorded.meta.causation,
        correlation=recorded.meta.correlation,
        rules=recorded.meta.rules,
        payload_hash=hashlib.sha256(entry.state).hexdigest(),
    )
    label = event_name(recorded.data).label
    if body is None:
        return Message.of(header, label=label)
    return Message.of(header, body.topic(), body.model_dump(mode="json"), label)


def messages_of(
    app: ServiceApplication, to_integration_event: ToIntegrationEvent, entries: Iterable[LogEntry]
) -> list[Message]:
    """Entries of a service's own log as the messages that other services receive."""
    identity, also = app.recorder.identity(), (app,) if takes_application(to_integration_event) else ()
    return [
        message_of(app.service, identity, entry, recorded, to_integration_event(recorded, entry, *also))
        for entry, recorded in app.events_of(entries)
    ]


@cache
def takes_application(function: Callable[..., Any]) -> bool:
    """Whether a bridge or a reaction has a third parameter, for the service's application."""
    return len(inspect.signature(function).parameters) == 3


def encode(value: msgspec.Struct) -> bytes:
    """Canonical JSON: sorted keys, no spaces. Equal values give equal bytes."""
    return msgspec.json.encode(value, order="sorted")


def decode(raw: bytes) -> Message:
    """Ignores fields it does not know. Raises msgspec.DecodeError."""
    try:
        message = _decode_message(raw)
        _decode_header(message.raw_header)  # what cannot be read is known here, not by whoever looks at it later
    except UNREADABLE_JSON as error:
        raise msgspec.DecodeError(str(error)) from None
    return message


_decode_message = msgspec.json.Decoder(Message).decode
_decode_header = msgspec.json.Decoder(Header).decode

decode_high_water_mark = msgspec.json.Decoder(HighWaterMark).decode
