"""The status of a service: what is measured and what hurts, read from its tables. Any process may ask, and a command
line too while no process runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import Any

from shared.eventlog import DATABASE_ERRORS, ServiceApplication
from shared.health import measures
from shared.health.faults import (
    LATER_PARTS,
    PARTS,
    HealthFault,
    lateness_faults,
    part_faults,
    relay_faults,
    source_faults,
)
from shared.health.measures import Gauge, GaugeValue
from shared.health.parts import PartStatus, receiving
from shared.messaging import RelayStatus, find_relay_status

STATEMENT = Path(__file__).with_name("status.sql").read_text()
FRESH_SECONDS = 1.0
"""How long an answer serves everybody who asks: probes, scrapes and people."""


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """`halted`: by publisher, why nothing more of it is applied."""

    service: str
    at: datetime
    relay: RelayStatus
    halted: dict[str, str]
    measures: Sequence[GaugeValue]
    faults: Sequence[HealthFault]

    def worst(self, gauge: Gauge) -> float | None:
        """The largest value of a gauge, over its labels; null where nothing is measured."""
        return max((each.value for each in self.measures if each.gauge is gauge), default=None)

    def total(self, gauge: Gauge) -> int:
        """The sum of a gauge that counts, over its labels."""
        return round(sum(each.value for each in self.measures if each.gauge is gauge))


OwnStatus = tuple[Sequence[GaugeValue], Sequence[HealthFault]]
FindOwnStatus = Callable[[ServiceApplication], OwnStatus]
"""What a service measures and finds beyond what all services do."""


def nothing_more(_app: ServiceApplication) -> OwnStatus:
    return (), ()


@dataclass(slots=True)
class StatusReader:
    """Reads the status of one service. `publishers`, `projections`: those that it should have. Safe in any thread: of
    several at once one reads, and the others share its answer."""

    app: ServiceApplication
    publishers: Sequence[str]
    projections: Sequence[str]
    find_own: FindOwnStatus = nothing_more
    _lock: Lock = field(default_factory=Lock)
    _last: ServiceStatus | Exception | None = None
    _read_at: float = float("-inf")

    def recent(self) -> ServiceStatus:
        """At most a second old. Raises the errors of the database, to all who wait at once: else each of them would
        take a thread until the lost connection shows."""
        called_at = time.monotonic()
        with self._lock:
            if self._last is None or self._read_at < called_at - FRESH_SECONDS:
                try:
                    self._last = self.read()
                except DATABASE_ERRORS as error:
                    self._last = error
                self._read_at = time.monotonic()
            last = self._last
        if isinstance(last, Exception):
            raise last.with_traceback(None)
        return last

    def read(self) -> ServiceStatus:
        """Raises the errors of the database."""
        now = self.app.clock.now()
        (row,) = self.app.recorder.fetch(STATEMENT, {"now": now, "projections": list(self.projections)})
        found: dict[str, Any] = row["status"]
        relay = find_relay_status(self.app)
        unsent_age = max(0.0, found["unsent_age"] or 0.0)
        parts = self._parts(found["parts"] or ())
        own_measures, own_faults = self.find_own(self.app)
        return ServiceStatus(
            self.app.service,
            now,
            relay=relay,
            halted={each["publisher"]: each["halted"] for each in found["sources"] or () if each["halted"]},
            measures=[*_measures(found, relay, unsent_age, parts), *own_measures],
            faults=[
                *relay_faults(relay.error, relay.unsent, unsent_age),
                *chain.from_iterable(map(source_faults, found["sources"] or ())),
                *chain.from_iterable(map(part_faults, parts)),
                *lateness_faults(found),
                *own_faults,
            ],
        )

    def _parts(self, rows: Sequence[dict[str, Any]]) -> list[PartStatus]:
        """Those that should be, whether they ever reported or not."""
        reported = {row["part"]: PartStatus(**row) for row in rows}
        expected = [*PARTS, *map(receiving, self.publishers), *(part for part in LATER_PARTS if part in reported)]
        return [reported.get(part, PartStatus(part)) for part in expected]


def _measures(
    found: dict[str, Any], relay: RelayStatus, unsent_age: float, parts: Sequence[PartStatus]
) -> Iterator[GaugeValue]:
    yield measures.LOG_POSITION(found["position"])
    yield measures.RELAY_UP(relay.error is None)
    if found["relay"]:
        yield measures.RELAY_REPORT_AGE(max(0.0, found["relay"]["reported"]))
    yield measures.OUTBOX_EVENTS(relay.unsent)
    yield measures.OUTBOX_AGE(unsent_age)
    for source in found["sources"] or ():
        yield from _source_measures(source)
    for each in found["parked"] or ():
        yield measures.PARKED_CASES(each["cases"], each["publisher"])
        yield measures.PARKED_EVENTS(each["events"], each["publisher"])
        yield measures.PARKED_AGE(max(0.0, each["age"]), each["publisher"])
    for each in found["projections"] or ():
        yield measures.PROJECTION_EVENTS(max(0, found["position"] - each["position"]), each["projection"])
        yield measures.PROJECTION_LAG(max(0.0, each["age"] or 0.0), each["projection"])
    deadlines = found["deadlines"]
    yield measures.DEADLINES_LATE(deadlines["late"])
    yield measures.DEADLINE_AGE(max(0.0, deadlines["age"] or 0.0))
    yield measures.DEADLINES_FAILING(deadlines["failing"])
    for part in parts:
        yield measures.PART_UP(not part.is_silent and part.current_error is None, part.part)
        if part.ran is not None:
            yield measures.PART_AGE(max(0.0, part.ran), part.part)


def _source_measures(source: dict[str, Any]) -> Iterator[GaugeValue]:
    """Of a publisher that announced nothing yet, there is no lag to tell."""
    publisher = source["publisher"]
    yield measures.HALTED(source["halted"] is not None, publisher)
    if source["announced"] is not None:
        yield measures.ANNOUNCEMENT_AGE(max(0.0, source["announced"]), publisher)
    if source["lag"] is not None:
        yield measures.LAG(max(0.0, source["lag"]), publisher)
