"""The decider: state and command in, events out. Time, ids and the actor come with the command's context."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import reduce
from typing import Any, Generic, TypeVar
from uuid import NAMESPACE_OID, UUID, uuid5

from shared.kernel.encrypted import Encrypted, PersonalData
from shared.kernel.frozen import frozen
from shared.kernel.ids import uuid7
from shared.kernel.refusals import Refusal
from shared.kernel.vocabulary.roles import Role

S = TypeVar("S")
ALREADY_TAKEN = Refusal("already-taken", "Déjà pris par un autre dossier")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, by pseudonym: no name enters the log as plaintext. `units`: the territory besides the own `unit`."""

    id: str
    role: Role
    unit: str | None = None
    units: tuple[str, ...] = ()

    @property
    def territory(self) -> tuple[str, ...]:
        """Every unit that the right covers, the own one first."""
        return tuple(dict.fromkeys(filter(None, (self.unit, *self.units))))

    def covers(self, unit: str | None) -> bool:
        return unit in self.territory


@dataclass
class Context:
    """All that a decision may know of the world: the case, the instant (aware, UTC), the actor, and new ids.

    `stream`: the aggregate's own id, once the application handles the command. `pseudonym` returns the same id for the
    same text; only the deployment can compute it. `new_ids`: the ids handed out so far."""

    case: UUID
    now: datetime
    actor: Actor
    ids: Iterator[UUID] = field(default_factory=lambda: iter(uuid7, None))
    causation: UUID | None = None
    correlation: UUID | None = None
    effective_at: datetime | None = None
    pseudonym: Callable[[str], UUID] = lambda text: uuid5(NAMESPACE_OID, text)
    new_ids: set[UUID] = field(default_factory=set)
    stream: UUID | None = None

    def new_id(self) -> UUID:
        new_id = next(self.ids)
        self.new_ids.add(new_id)
        return new_id

    def text(self, plaintext: str) -> Encrypted:
        """Free text, encrypted under the case's key: it is erased with the case."""
        return Encrypted(self.case, plaintext)

    def person(self, plaintext: str) -> PersonalData:
        """Data of one person, encrypted under a key of their own."""
        return PersonalData(self.new_id(), plaintext)

    def optional_text(self, plaintext: str | None) -> Encrypted | None:
        return self.text(plaintext) if plaintext else None


@frozen
class UniqueKey:
    """A unique constraint across cases: a case reserves the key, or releases it when `reserved` is false."""

    kind: str
    key: str
    reserved: bool = True


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day on which the aggregate gets a command by itself; withdrawn when `on` is null. One per `kind` and `key`."""

    kind: str
    key: str
    on: date | None


@dataclass(frozen=True, slots=True)
class CaseTable:
    """A table with one row per case, written in the transaction of the append that changes it (an indexed row). Whoever
    reads it is never behind the log, as a projection may be.

    `columns`: the SQL type of each column but the first, `case_id`; `nullable`: the columns that may be null. A row
    that lacks another column is refused with its whole append."""

    name: str
    columns: Mapping[str, str]
    nullable: frozenset[str] = frozenset()


# The defaults of a Decider's optional callables: an aggregate gives only those that it needs.


def no_case_row(_state: Any, _event: Any) -> Mapping[str, Any] | None:
    return None


def no_unique_keys(_state: Any, _event: Any) -> Iterable[UniqueKey]:
    return ()


def no_deadlines(_state: Any, _event: Any) -> Iterable[Deadline]:
    return ()


def no_destroyed_keys(_event: Any) -> Iterable[UUID]:
    return ()


def any_command(_state: Any) -> Iterable[type]:
    return (object,)


def no_deadline_command(kind: str, key: str) -> Any:
    raise LookupError(f"no command for the deadline {kind} {key}")


@dataclass(frozen=True, slots=True)
class CompanionCommand:
    """A command to another aggregate of the same service, recorded in the same transaction or not at all.

    `case`: the case of its events; null for an aggregate outside cases, whose own id is used. `actor`: who records it,
    where it is not the person who acts: another structure's case names neither that person nor what they did."""

    decider: Decider[Any]
    stream: UUID
    command: Any
    case: UUID | None = None
    actor: Actor | None = None


def no_companions(_state: Any, _event: Any, _context: Context) -> Iterable[CompanionCommand]:
    return ()


@dataclass(frozen=True, slots=True)
class Decider(Generic[S]):
    """One aggregate's behaviour, as pure functions. In the callables, `state` is the one before the event.

    The required fields: the aggregate's `name` in the log, its `initial` state, `decide(state, command, context)` that
    returns events or raises Refused, `evolve(state, event)`, and every command and event type that it knows."""

    name: str
    initial: S
    decide: Callable[[S, Any, Context], Sequence[Any]]
    evolve: Callable[[S, Any], S]
    commands: tuple[type, ...]
    events: tuple[type, ...]
    unique_keys: Callable[[S, Any], Iterable[UniqueKey]] = no_unique_keys
    """The unique keys that an event reserves or releases (`state, event`)."""
    unique_key_refusal: Refusal = ALREADY_TAKEN
    """What is answered when another case has reserved the key."""
    companions: Callable[[S, Any, Context], Iterable[CompanionCommand]] = no_companions
    """Commands to other aggregates, decided and recorded in the same transaction (`state, event, context`). What they
    lead to may have companions in turn, none of them to the aggregate that the command was given to. When one of them
    is refused, so is the command."""
    deadlines: Callable[[S, Any], Iterable[Deadline]] = no_deadlines
    """The deadlines that an event sets or withdraws (`state, event`)."""
    deadline_command: Callable[[str, str], Any] = no_deadline_command
    """The command that a deadline leads to on its day (`kind, key`)."""
    available_commands: Callable[[S], Iterable[type]] = any_command
    """The commands that may lead to an event in this state, those that create child aggregates included (`state`)."""
    destroyed_keys: Callable[[Any], Iterable[UUID]] = no_destroyed_keys
    """The data keys that an event destroys, for good (`event`)."""
    opened_in_case: type | None = None
    """The event that opens those other aggregates of the case which operations on this one ask for each time: a request
    reads their ids with the state."""
    case_table: CaseTable | None = None
    """The table that `case_row` fills."""
    case_row: Callable[[S, Any], Mapping[str, Any] | None] = no_case_row
    """The case's row after an event, by column, when the event changes it (`state, event`)."""
    names_cases: bool = False
    """Whether it belongs to several cases, each named `case`: the ids of those that a reader may not see are redacted
    for them."""
    linked_cases: frozenset[str] = frozenset()
    """The fields of its state and events that link it to other cases: a link to one that the reader may not know of is
    left out."""

    def state(self, events: Iterable[Any]) -> S:
        return reduce(self.evolve, events, self.initial)
