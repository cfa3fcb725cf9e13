"""What travels between services: a header of every stored event, and a public body where there is one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import msgspec

from shared.contracts.base import PublicEvent
from shared.eventlog import LogEntry, LogIdentity, RecordedEvent, ServiceApplication
from shared.kernel import event_name

ToIntegrationEvent = Callable[[RecordedEvent[Any], LogEntry], PublicEvent | None]
"""A service's bridge, `published.py`: its own event → what it tells the others, or None."""


class Header(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What everybody may know of a stored event; the same for ever, so that it can be proved.

    `position` is dense in the log, `number` in the partition. `stream` and `version` are the aggregate's, `event` and
    `event_version` what the log stores. `payload_hash`: SHA-256 of the stored bytes, in hexadecimal. A later field has
    a default, and is left out when it has it: what was proved before stays true."""

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


class Message(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """`contract` names the public event that `body` is, like `request-admitted:v1`; a private event has neither.

    `raw_header`: the header's bytes as they travelled, with whatever a newer publisher says in them. `label`: what the
    event is called in French; it stands beside what is proved."""

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
        """What it is called on the wire."""
        return self.contract or f"{self.header.event}:v{self.header.event_version}"


class HighWaterMark(msgspec.Struct, frozen=True, kw_only=True):
    """How far a publisher's log reaches, and each of its partitions: told now and then, so that a lost tail shows.

    `until`: nothing that is recorded before this instant is beyond `position`."""

    publisher: str
    log_id: UUID
    position: int
    numbers: list[int]
    until: datetime | None = None


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


def messages_of(app: ServiceApplication, published: ToIntegrationEvent, entries: Iterable[LogEntry]) -> list[Message]:
    """Entries of a service's own log, as the others may see them."""
    identity = app.recorder.identity()
    return [
        message_of(app.service, identity, entry, recorded, published(recorded, entry))
        for entry, recorded in app.events_of(entries)
    ]


def encode(told: msgspec.Struct) -> bytes:
    """Canonical: the same value always gives the same bytes, keys sorted and no spaces."""
    return msgspec.json.encode(told, order="sorted")


def decode(told: bytes) -> Message:
    """Ignores fields it does not know. Raises msgspec.DecodeError."""
    message = _decode_message(told)
    _decode_header(
        message.raw_header
    )  # what cannot be read is known here, and not by whoever looks at the header later
    return message


_decode_message = msgspec.json.Decoder(Message).decode
_decode_header = msgspec.json.Decoder(Header).decode

decode_head = msgspec.json.Decoder(HighWaterMark).decode
