"""Golden samples: each version of each event, as it was first stored or told. Only ever added.

python -m tests.support.generated.golden_samples      writes a sample for each event that has none"""

from __future__ import annotations

import importlib
import json
import types
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from pydantic import BaseModel

from shared.contracts.base import PublicEvent
from shared.crypto import KeyStore
from shared.eventlog import EventMapper, EventMetadata, RecordedEvent
from shared.kernel import Decider, Encrypted, PersonalData, Role, event_name
from shared.runtime import Service

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "tests" / "contracts" / "samples"
SERVICES = sorted(path.parent.name for path in (ROOT / "services").glob("*/*/*/reactions.py"))
"""Those with a log: the console has none."""
STREAM = UUID(int=1)


def service(name: str) -> Service:
    found: Service = importlib.import_module(f"{name}.main").service
    return found


@cache
def _openapi(name: str) -> bytes:
    return json.dumps(service(name).web().openapi()).encode()


def openapi_of(name: str) -> dict[str, Any]:
    """A copy of a service's OpenAPI document; making it takes a second."""
    document: dict[str, Any] = json.loads(_openapi(name))
    return document


def stored_events() -> Iterator[tuple[str, Decider[Any], type]]:
    for name in SERVICES:
        for decider in service(name).deciders:
            for event in decider.events:
                yield name, decider, event


def stored_path(name: str, event: type) -> Path:
    return FOLDER / "stored" / name / f"{event_name(event).topic.replace(':', '.')}.json"


def contract_path(contract: type[PublicEvent]) -> Path:
    return FOLDER / "published" / contract.publisher / f"{contract.topic().replace(':', '.')}.json"


def mapper(decider: Decider[Any]) -> EventMapper:
    return EventMapper(decider.events, {})


def read(decider: Decider[Any], path: Path) -> RecordedEvent[Any]:
    """The sample at a path, as the log would give it today."""
    name, _, version = path.stem.rpartition(".")
    recorded: RecordedEvent[Any] = mapper(decider).to_domain_event(
        StoredEvent(STREAM, 1, f"{name}:{version}", path.read_bytes().strip())
    )
    return recorded


def sample(hint: Any) -> Any:
    """A value of a type, with everything that is optional filled in."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return sample(arguments[0])
    if origin in (Union, types.UnionType):
        return sample(next(each for each in arguments if each is not type(None)))
    if origin in (tuple, list):
        return origin([sample(arguments[0])])
    if origin is dict:
        return {sample(arguments[0]): sample(arguments[1])}
    if hint in PLAIN:
        return PLAIN[hint]
    if issubclass(hint, Enum):
        return next(iter(hint))
    if issubclass(hint, BaseModel):
        return hint(**{name: sample(field.annotation) for name, field in hint.model_fields.items()})
    assert isinstance(hint, type) and is_dataclass(hint)
    hints = get_type_hints(hint, include_extras=True)
    return hint(**{field.name: sample(hints[field.name]) for field in fields(hint)})


PLAIN: dict[Any, Any] = {
    str: "texte",
    int: 3,
    float: 2.5,
    bool: True,
    UUID: UUID(int=7),
    date: date(2026, 3, 2),
    datetime: datetime(2026, 3, 2, 9, tzinfo=UTC),
    Encrypted: Encrypted(STREAM, "secret"),
    PersonalData: PersonalData(STREAM, "secret"),
}


def write_missing() -> list[Path]:
    written = []
    data_keys = KeyStore(bytes(32), lambda _: {}).keys_for([STREAM])
    meta = EventMetadata(
        UUID(int=2), STREAM, "adviser-1", Role.ADVISER, STREAM, "dla-44", UUID(int=3), PLAIN[datetime], "2021-1"
    )
    for name, decider, event in stored_events():
        path = stored_path(name, event)
        if not path.exists():
            stored = mapper(decider).to_stored_event(
                RecordedEvent(STREAM, 1, meta=meta, data=sample(event), data_keys=data_keys)
            )
            written.append(_write(path, json.loads(stored.state)))
    for name in SERVICES:
        for contract in service(name).publishes:
            if not contract_path(contract).exists():
                written.append(_write(contract_path(contract), sample(contract).model_dump(mode="json")))
    return written


def _write(path: Path, value: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n")
    return path


if __name__ == "__main__":
    for path in write_missing():
        print(path.relative_to(ROOT))
