"""The mapper: typed events to stored bytes and back, with explicit names, upcasts on read and encrypted fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec
from eventsourcing.persistence import Mapper, StoredEvent

from shared.crypto import DataKeys, key_id_of
from shared.eventlog.errors import UnreadableEvent
from shared.kernel import Encrypted, EventName, Role, encrypted_values, event_name
from shared.kernel.encrypted import encrypted_fields

E = TypeVar("E")
UNREADABLE = (msgspec.MsgspecError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What decoding and upcasts raise on stored data that is corrupt or foreign."""

_BUILDS = Lock()
"""One decoder is built at a time: msgspec 0.22 caches what it knows of a class before it is complete, and a process in
which another thread decodes with it meanwhile is ended by the system (SIGSEGV)."""


class EventMetadata(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who, when and why, stored with an event's data and hashed with it.

    `effective_at`: when it happened (valid time), if not when it was recorded.
    `rules`: the version of the rules that decided it."""

    id: UUID
    case: UUID
    actor: str
    role: Role
    correlation: UUID
    unit: str | None = None
    causation: UUID | None = None
    effective_at: datetime | None = None
    rules: str | None = None


class StoredPayload(msgspec.Struct, Generic[E], frozen=True):
    meta: EventMetadata
    data: E


class DataOnly(msgspec.Struct, Generic[E], frozen=True):
    data: E


@dataclass(frozen=True, slots=True)
class RecordedEvent(Generic[E]):
    """The library's domain event: stream, version, metadata and data. `data_keys`: for one that is not stored yet."""

    originator_id: UUID
    originator_version: int
    meta: EventMetadata
    data: E
    data_keys: DataKeys | None = None


class EventMapper(Mapper[UUID]):
    """Knows the service's events by name, and the states of its snapshots by topic."""

    def __init__(self, events: Iterable[type], states: Mapping[str, type]) -> None:
        self._names = {event_name(cls).name: (event_name(cls), cls) for cls in events}
        self._decoders: dict[str, Callable[[bytes], StoredPayload[Any]]] = {}
        self._data_decoders: dict[str, Callable[[bytes], DataOnly[Any]]] = {}
        self._states = {topic: _build_decoder(cls) for topic, cls in states.items()}

    def to_stored_event(self, domain_event: Any, values: Iterable[tuple[str, Encrypted]] | None = None) -> StoredEvent:
        """`values`: the encrypted ones of the event, where they were found before, with their paths."""
        recorded: RecordedEvent[Any] = domain_event
        tokens: dict[int, dict[str, str]] = {}
        aads: dict[int, str] = {}
        where = f"{recorded.originator_id}:{recorded.originator_version}/"
        for path, encrypted in encrypted_values(recorded.data) if values is None else values:
            aad = where + path
            if id(encrypted) in tokens:  # the same value in a second field keeps the aad of the first
                tokens[id(encrypted)].setdefault("b", aads[id(encrypted)])
                continue
            aads[id(encrypted)] = aad
            tokens[id(encrypted)] = self._token(recorded, encrypted, aad)

        def enc_hook(value: Any) -> Any:
            return tokens[id(value)]

        topic = event_name(recorded.data).topic
        state = msgspec.json.encode({"meta": recorded.meta, "data": recorded.data}, enc_hook=enc_hook)
        stored = StoredEvent(recorded.originator_id, recorded.originator_version, topic, state)
        self._decode(stored)  # what cannot be read back never becomes history
        return stored

    def _decode(self, stored: StoredEvent) -> StoredPayload[Any]:
        topic = stored.topic
        try:
            decode = self._decoders.get(topic) or self._decoder(topic, StoredPayload, self._decoders)
            return decode(stored.state)
        except UNREADABLE as error:
            where = f"{stored.originator_id} version {stored.originator_version}"
            raise UnreadableEvent(f"cannot read {topic} of {where}: {error}") from error

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        stored = self._decode(stored_event)
        _set_aad(stored_event.originator_id, stored_event.originator_version, stored.data)
        return RecordedEvent(
            stored_event.originator_id,  # type: ignore[arg-type]
            stored_event.originator_version,
            meta=stored.meta,
            data=stored.data,
        )

    def to_unbound_event(self, stored_event: StoredEvent) -> Any:
        """For a reader that decrypts nothing, in half the time: its encrypted values do not say where they are
        stored, which decrypting checks."""
        stored = self._decode(stored_event)
        return RecordedEvent(
            stored_event.originator_id,  # type: ignore[arg-type]
            stored_event.originator_version,
            meta=stored.meta,
            data=stored.data,
        )

    def to_snapshot(self, state: Any) -> bytes:
        """A state as a snapshot stores it. Ciphertext stays ciphertext."""
        return msgspec.json.encode(state, enc_hook=_full_token)

    def to_state(self, topic: str, snapshot: bytes) -> Any:
        try:
            return self._states[topic].decode(snapshot)
        except UNREADABLE as error:
            raise UnreadableEvent(f"cannot read a {topic}: {error}") from error

    def to_data(self, stream: UUID | str, version: int, topic: str, state: bytes) -> Any:
        """The data alone, which is all that `evolve` needs: a third faster than the whole event.

        `stream` as text is formatted once for all events of a history: that took as long as decoding one."""
        try:
            decode = self._data_decoders.get(topic) or self._decoder(topic, DataOnly, self._data_decoders)
            data = decode(state).data
        except UNREADABLE as error:
            raise UnreadableEvent(f"cannot read {topic} of {stream} version {version}: {error}") from error
        _set_aad(stream, version, data)
        return data

    def _decoder(self, topic: str, shape: Any, cache: dict[str, Any]) -> Callable[[bytes], Any]:
        name, _, version = topic.partition(":v")
        known, cls = self._names[name]
        if int(version) > known.version:
            raise ValueError(f"this program knows {name} up to version {known.version} only")
        decode: Callable[[bytes], Any] = _build_decoder(shape[cls]).decode
        if int(version) != known.version:
            decode = _upcasting_decoder(known, int(version), shape[cls])
        cache[topic] = decode
        return decode

    @staticmethod
    def _token(recorded: RecordedEvent[Any], encrypted: Encrypted, aad: str) -> dict[str, str]:
        if encrypted.plaintext is None:
            return _full_token(encrypted)
        if recorded.data_keys is None:
            raise ValueError(f"{event_name(recorded.data).topic} has encrypted fields and came without data keys")
        key_id = key_id_of(encrypted)
        return {"k": str(key_id), "c": recorded.data_keys.encrypt(key_id, encrypted.plaintext, aad)}


def to_plain(value: Any, show: Callable[[Encrypted], str]) -> Any:
    """An event or a state as plain data, with each encrypted value as `show` returns it."""
    return msgspec.to_builtins(value, enc_hook=show, str_keys=True)


def _aad(stream: Any, version: int, path: str) -> str:
    return f"{stream}:{version}/{path}"


def _set_aad(stream: Any, version: int, data: Any) -> None:
    if not encrypted_fields(data.__class__):
        return
    for path, encrypted in encrypted_values(data):
        if not encrypted.aad:
            encrypted.aad = _aad(stream, version, path)
        elif encrypted.aad.startswith("/"):  # upcast: the aad names the field in which it was stored
            encrypted.aad = f"{stream}:{version}{encrypted.aad}"


def _full_token(encrypted: Any) -> dict[str, str]:
    """The token of a value in a snapshot or a later event: it keeps the aad of the event that it came from."""
    # Stored in each encrypted value, hence short: k is the id of the data key, c the ciphertext, b the associated data.
    return {"k": str(encrypted.key), "c": encrypted.ciphertext, "b": encrypted.aad}


def _encrypted_from_token(kind: type, token: Any) -> Any:
    if not issubclass(kind, Encrypted):
        raise NotImplementedError(f"no stored form of {kind}")
    return kind(token["k"], None, token["c"], token.get("b", ""))


def _write_paths(value: Any, path: str) -> None:
    """Writes into each token of an older version the path where it was stored, before an upcast moves it."""
    if isinstance(value, dict):
        if value.keys() == {"k", "c"}:
            value["b"] = path
            return
        for name, item in value.items():
            _write_paths(item, f"{path}{'.' if path else '/'}{name}")
    elif isinstance(value, list):
        for n, item in enumerate(value):
            _write_paths(item, f"{path}.{n}")


def _build_decoder(shape: Any) -> msgspec.json.Decoder[Any]:
    with _BUILDS:
        return msgspec.json.Decoder(shape, dec_hook=_encrypted_from_token)


def _upcasting_decoder(known: EventName, version: int, shape: Any) -> Callable[[bytes], Any]:
    """`shape`: a type of which a decoder was built before, so that converting to it builds nothing."""
    steps = [known.upcasts[n] for n in range(version, known.version)]

    def decode(state: bytes) -> Any:
        stored = msgspec.json.decode(state)
        _write_paths(stored["data"], "")
        for step in steps:
            stored["data"] = step(stored["data"])
        return msgspec.convert(stored, shape, dec_hook=_encrypted_from_token)

    return decode
