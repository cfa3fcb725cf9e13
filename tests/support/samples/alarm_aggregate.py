"""A small aggregate to try the scheduler with: alarms are set on days, moved, and ring. A broken one refuses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from uuid import UUID

from tests.support.samples.note_aggregate import ADVISER, DEPLOYMENT_KEY

from shared.eventlog import ServiceApplication
from shared.kernel import Clock, Context, Deadline, Decider, Refusal, event
from shared.kernel.events import command

BROKEN = Refusal("alarm-broken", "Réveil cassé")


@command
class SetAlarm:
    alarm: str
    on: date | None


@command
class Ring:
    alarm: str


@command
class Mend:
    pass


@event("alarm-set", label="Réveil réglé")
class AlarmSet:
    alarm: str
    on: date | None


@event("alarm-rang", label="Réveil sonné")
class AlarmRang:
    alarm: str


@event("alarms-mended", label="Réveils réparés")
class AlarmsMended:
    pass


@dataclass(frozen=True, slots=True)
class Alarms:
    rang: tuple[str, ...] = ()
    mended: bool = False


def decide(
    alarms: Alarms, command: SetAlarm | Ring | Mend, _context: Context
) -> list[AlarmSet | AlarmRang | AlarmsMended]:
    match command:
        case SetAlarm(alarm, on):
            return [AlarmSet(alarm, on)]
        case Ring("broken") if not alarms.mended:
            raise BROKEN("Ce réveil ne sonne pas.")
        case Ring(alarm):
            return [AlarmRang(alarm)]
        case Mend():
            return [AlarmsMended()]


def evolve(alarms: Alarms, event: AlarmSet | AlarmRang | AlarmsMended) -> Alarms:
    match event:
        case AlarmRang(alarm):
            return replace(alarms, rang=(*alarms.rang, alarm))
        case AlarmsMended():
            return replace(alarms, mended=True)
    return alarms


def deadlines(_alarms: Alarms, event: AlarmSet | AlarmRang | AlarmsMended) -> Iterator[Deadline]:
    if isinstance(event, AlarmSet):
        yield Deadline("alarm", event.alarm, on=event.on)


def ring(_kind: str, alarm: str) -> Ring:
    return Ring(alarm)


decider: Decider[Alarms] = Decider(
    "alarms",
    Alarms(),
    decide=decide,
    evolve=evolve,
    commands=(SetAlarm, Ring, Mend),
    events=(AlarmSet, AlarmRang, AlarmsMended),
    deadlines=deadlines,
    deadline_command=ring,
)


def open_alarms(url: str, lead: Path | None = None) -> ServiceApplication:
    return ServiceApplication("alarms", [decider], url, DEPLOYMENT_KEY, Clock(lead))


def ask(app: ServiceApplication, stream: UUID, command: SetAlarm | Mend) -> None:
    app.handle(decider, stream, command, app.context(stream, ADVISER))


def count_rings(app: ServiceApplication, stream: UUID) -> Counter[str]:
    return Counter(app.load(decider, stream).state.rang)
