"""A small aggregate to try the event log with: numbers that are noted, with who noted them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from shared.eventlog import PARTITIONS, LogEntry, LogRecorder, PartitionTracking, ServiceApplication
from shared.kernel import Actor, Context, Decider, Encrypted, PersonalData, Refusal, Role, UniqueKey, event, uuid7
from shared.kernel.events import command

DEPLOYMENT_KEY = b"k" * 32
LOG_ID = UUID(int=1)
TAKEN = Refusal("number-taken", "Numéro déjà pris")
TOO_BIG = Refusal("too-big", "Nombre trop grand")
ADVISER = Actor("adviser-1", Role.ADVISER, unit="dla-44")


@command
class Note:
    number: int
    who: str
    claim: str | None = None


@event("noted", label="Noté")
class Noted:
    number: int
    who: PersonalData
    remarks: tuple[Encrypted, ...] = ()
    claim: str | None = None


@dataclass(frozen=True, slots=True)
class Notes:
    total: int = 0
    last: PersonalData | None = None


def decide(_notes: Notes, note: Note, context: Context) -> list[Noted]:
    if note.number > 1000:
        raise TOO_BIG("Mille au plus.")
    who = context.person(note.who)
    return [Noted(note.number, who, remarks=(context.text(f"remarque de {note.who}"),), claim=note.claim)]


def evolve(notes: Notes, noted: Noted) -> Notes:
    return replace(notes, total=notes.total + noted.number, last=noted.who)


def unique_keys(_notes: Notes, noted: Noted) -> Iterator[UniqueKey]:
    if noted.claim:
        yield UniqueKey("note", noted.claim.removeprefix("-"), reserved=not noted.claim.startswith("-"))


decider: Decider[Notes] = Decider(
    "notes",
    Notes(),
    decide=decide,
    evolve=evolve,
    commands=(Note,),
    events=(Noted,),
    unique_keys=unique_keys,
    unique_key_refusal=TAKEN,
)


def open_notes(url: str) -> ServiceApplication:
    return ServiceApplication("notes", [decider], url, DEPLOYMENT_KEY)


def make_stored_events(case: UUID, *versions: int) -> list[StoredEvent]:
    """Stored events without meaning, for the recorder alone."""
    return [StoredEvent(case, version, "noted:v1", uuid7().bytes) for version in versions]


def make_tracking(number: int, partition: int = 2) -> PartitionTracking:
    return PartitionTracking("intake", number, log_id=LOG_ID, partition=partition, case=UUID(int=9))


def entries(recorder: LogRecorder) -> Sequence[LogEntry]:
    read: Sequence[LogEntry] = recorder.select_notifications(None, 1_000_000)
    return read


def assert_dense(read: Sequence[LogEntry]) -> None:
    """No hole in positions nor in any partition's numbers, and time never goes back."""
    assert [entry.id for entry in read] == list(range(1, len(read) + 1))
    for partition in range(PARTITIONS):
        numbers = [entry.number for entry in read if entry.partition == partition]
        assert numbers == list(range(1, len(numbers) + 1))
    assert all(before.recorded_at <= after.recorded_at for before, after in pairwise(read))
