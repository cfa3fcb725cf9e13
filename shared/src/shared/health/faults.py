"""What hurts a service: each fault by a stable name, with what an operator does about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict

from shared.health.parts import DEADLINES, HOUSEKEEPING, PROJECTIONS, TOKEN, PartStatus

SILENT_SECONDS = 30.0
LATE_SECONDS = 60.0
"""Work that has waited longer is late."""

ADVICE = {
    "relay-stopped": "Start a process with the role `relay`, or read in its log why it has no database or no NATS.",
    "stream-missing": "Run `migrate` of this service: it makes the stream again, and nothing is lost.",
    "stream-diverged": "Something else wrote into the stream, or a restored log kept its id: find out which, then run"
    " `migrate` (it removes a foreign last message) or `declare-restored`.",
    "relay-failing": "Read the error: nothing is sent until NATS or the database answers the relay again.",
    "outbox-late": "The relay sends more slowly than the service records, or not at all: look at its log and its load.",
    "publisher-halted": "Read why: `follow-restored` follows a restored log, `resume-publisher` one that spoke for"
    " another, once its keys are changed.",
    "publisher-silent": "Its relay is stopped, or NATS does not carry its announcements: look at that service first.",
    "receiving-stopped": "Start a process with the role `work`.",
    "receiving-failing": "Read the error: run `migrate` when NATS lacks the stream or the consumer. Until then events"
    " come from the feed, which is slower.",
    "receiving-late": "Look at the log and the load of the role `work`; add a replica where the database has room.",
    "cases-parked": "`list-parked` says why; mend the cause, then `replay-parked`, or `skip-parked` with a reason.",
    "projections-stopped": "Start a process with the role `work`: lists show what they showed.",
    "projections-failing": "Read its log: a projection cannot fold an event. The others go on; mend it and start anew.",
    "projections-late": "Lists are behind the log: look at the load of the role `work`. After a new version it is so"
    " until all is folded.",
    "deadlines-stopped": "Start a process with the role `work`: deadlines fire as soon as it runs.",
    "deadlines-failing": "The command of a deadline fails, or the scheduler itself: its log says which.",
    "deadlines-late": "Deadlines are due and not fired: look at the load of the role `work`.",
    "housekeeping-stopped": "Start a process with the role `work`.",
    "token-stopped": "Start a process with the role `work`.",
    "token-failing": "Renew the token of this service, or see why the identity provider or the file gives none: once it"
    " has ended, what NATS did not bring cannot be read.",
    "housekeeping-failing": "Read its log: the access log, receipts or the service's own tidying does not go on.",
}


class HealthFault(BaseModel):
    """`fault`: its name, which never changes. `about`: the service, part or projection that it is about. `detail`: what
    is seen; `advice`: what to do."""

    model_config = ConfigDict(frozen=True)

    fault: str
    about: str | None = None
    detail: str
    advice: str


def fault(name: str, detail: str, about: str | None = None) -> HealthFault:
    return HealthFault(fault=name, about=about, detail=detail, advice=ADVICE[name])


def relay_faults(error: str | None, unsent: int, unsent_age: float) -> Iterator[HealthFault]:
    """`error`: as `RelayStatus` gives it; `unsent_age`: in seconds, of the oldest event that waits."""
    if error is not None:
        names = {"StreamMissing": "stream-missing", "StreamDiverged": "stream-diverged", "no relay": "relay-stopped"}
        name = next((name for beginning, name in names.items() if error.startswith(beginning)), "relay-failing")
        yield fault(name, error)
    elif unsent and unsent_age > LATE_SECONDS:
        yield fault("outbox-late", f"{unsent} events wait, the oldest for {unsent_age:.0f} seconds")


def source_faults(source: dict[str, Any]) -> Iterator[HealthFault]:
    """Of one publisher, by its row of status.sql."""
    publisher, announced, lag = source["publisher"], source["announced"], source["lag"]
    if source["halted"]:
        yield fault("publisher-halted", source["halted"], publisher)
    elif announced is not None and abs(announced) > SILENT_SECONDS:  # far ahead: before its clock was set back
        yield fault("publisher-silent", f"it has announced nothing for {SILENT_SECONDS:.0f} seconds", publisher)
    elif lag is not None and lag > LATE_SECONDS:
        yield fault("receiving-late", f"all that it recorded is received up to {lag:.0f} seconds ago", publisher)


def part_faults(part: PartStatus) -> Iterator[HealthFault]:
    kind, _, about = part.part.partition(" ")
    if part.is_silent:
        yield fault(f"{kind}-stopped", "no process has reported that it runs", about or None)
    elif part.current_error:
        yield fault(f"{kind}-failing", part.current_error, about or None)


def lateness_faults(status: dict[str, Any]) -> Iterator[HealthFault]:
    """Of parked cases, projections and deadlines, by their rows of status.sql."""
    for parked in status["parked"] or ():
        detail = f"{parked['events']} events of {parked['cases']} cases wait, since {parked['age']:.0f} seconds"
        yield fault("cases-parked", detail, parked["publisher"])
    for each in status["projections"] or ():
        if (each["age"] or 0) > LATE_SECONDS:
            yield fault("projections-late", f"its oldest event waits for {each['age']:.0f} seconds", each["projection"])
    deadlines = status["deadlines"]
    if (deadlines["age"] or 0) > LATE_SECONDS:
        yield fault("deadlines-late", f"{deadlines['late']} are due, the oldest for {deadlines['age']:.0f} seconds")
    if deadlines["failing"]:
        yield fault("deadlines-failing", f"the command of {deadlines['failing']} fails; each is tried again")


PARTS = (PROJECTIONS, DEADLINES, HOUSEKEEPING)
"""Those of every service."""
LATER_PARTS = (TOKEN,)
"""Those that an earlier release does not report: none misses them before a first report."""
