"""Things that move between units and are painted, on a day or on an earlier one: with two projections of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from tests.support.samples.note_aggregate import ADVISER

from shared.eventlog import LogEntry, RecordedEvent, ServiceApplication
from shared.kernel import Context, Decider, PersonalData, Refusal, event
from shared.kernel.events import command
from shared.projections import Projection, Row

NAME = "Enora Kerguelen"


@command
class Change:
    what: str
    value: str
    on: date | None = None


@event("moved", label="Déplacé")
class Moved:
    unit: str


@event("painted", label="Peint", effective="on")
class Painted:
    colour: str
    on: date
    by: PersonalData


@event("seen", label="Vu")
class Seen:
    colour: str


@dataclass(frozen=True, slots=True)
class Thing:
    events: int = 0


def decide(_thing: Thing, change: Change, context: Context) -> list[Any]:
    match change.what:
        case "moved":
            return [Moved(change.value)]
        case "painted":
            assert change.on is not None
            return [Painted(change.value, change.on, by=context.person(NAME))]
    return [Seen(change.value)]


decider: Decider[Thing] = Decider(
    "thing",
    Thing(),
    decide=decide,
    evolve=lambda thing, _: replace(thing, events=thing.events + 1),
    commands=(Change,),
    events=(Moved, Painted, Seen),
    unique_keys=lambda _thing, _event: (),
    unique_key_refusal=Refusal("taken", "Déjà pris"),
)


def project(row: Row, entry: LogEntry, recorded: RecordedEvent[Any]) -> Row:
    match recorded.data:
        case Moved(unit):
            opened = {"opened_at": row.get("opened_at", entry.recorded_at), "colour": row.get("colour")}
            return row | opened | {"unit": unit}
        case Painted(colour):
            return row | {"colour": colour, "painted": sorted({*row.get("painted", ()), colour})}
        case Seen(colour) if row.get("colour") == colour:
            return row | {"seen": True}
    return row


everything = Projection("things:v1", project, searched=("colour",), sorts=("colour",))
moves = Projection("moves:v1", project, about=(Moved,), sorts=("unit",))
VIEWS = (everything, moves)


def change(app: ServiceApplication, case: UUID, what: str, value: str, on: date | None = None) -> None:
    app.handle(decider, case, Change(what, value, on=on), app.context(case, ADVISER))
