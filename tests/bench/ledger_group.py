"""Cost of the ledger: leaves integrated a second, beside bare hashing and inserting, and the time of a proof."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import psycopg
from bench_servers import BenchServers
from measurement import Aim, Measure, Row, Unit, compare, measure_interleaved, quantile
from psycopg.rows import dict_row

from audit import domain
from audit.ledger.integrator import BATCH_EVENTS, append_leaves, integrate
from audit.ledger.opening import Opening
from audit.ledger.store import Ledger
from audit.main import service
from audit.tlog import TlogProof, tree
from shared.eventlog import EventMetadata, RecordedEvent, ServiceApplication
from shared.kernel import Role, uuid7

LEAVES_PER_ROUND = 4 * BATCH_EVENTS
"""Integrated in each round."""
SIZES = {"10 thousand": 10_000, "100 thousand": 100_000}
MICROSECONDS = 1e6
HEADER = b'{"actor":"adviser-1","event":"request-received","payload_hash":"%s","position":%d}'
NOTE = "a note\n"


def rows(servers: BenchServers, rounds: int, seconds: float) -> list[Row]:
    """Ten times the leaves: a proof that cost like n would take ten times as long, like log n a quarter longer, and
    by steps, for a level of tiles more is read at 65,536."""
    with _measures(servers) as (rates, times):
        rate = measure_interleaved(rates, rounds, seconds)
        proofs = measure_interleaved(times, rounds, seconds)
    shown = [
        compare(
            "ledger",
            "leaves integrated",
            Unit.PER_SECOND,
            ours=rate["ours"],
            floor=("three SHA-256 and one row a leaf, by batches", rate["floor"]),
            aim=Aim(at_least=0.5),
        )
    ]
    for name in SIZES:
        for share in (0.50, 0.99):
            found = [quantile(each, share) for each in proofs[name]]
            floor = ("one row read by its key", [quantile(each, share) for each in proofs["floor"]])
            shown.append(compare("proof", f"p{share * 100:.0f} at {name}", Unit.MICROSECONDS, ours=found, floor=floor))
    small, large = ([quantile(each, 0.50) for each in proofs[name]] for name in SIZES)
    floor = ("p50 at 10 thousand leaves", small)
    growth = compare("growth", "p50 at 100 thousand", Unit.MICROSECONDS, ours=large, floor=floor, aim=Aim(at_most=2.0))
    return [*shown, growth]


Times = dict[str, Measure[list[float]]]


@contextmanager
def _measures(servers: BenchServers) -> Iterator[tuple[dict[str, Measure[float]], Times]]:
    with ExitStack() as closing:
        apps = {}
        for name in ("rate", *SIZES):
            url = servers.database(f"ledger_{name.replace(' ', '_')}")
            apps[name] = ServiceApplication("audit", [domain.decider], url, os.urandom(32), tables=service.tables)
            closing.callback(apps[name].close)
            apps[name].create_tables()
        connection = closing.enter_context(psycopg.connect(servers.database("ledger_floor"), autocommit=True))
        connection.execute("CREATE TABLE floor (id bigint PRIMARY KEY, salt bytea, entry bytea)")
        rates: dict[str, Measure[float]] = {
            "ours": partial(_integration_rate, apps["rate"], count(1)),
            "floor": partial(_hash_and_insert_rate, connection, count(0, LEAVES_PER_ROUND)),
        }
        times: Times = {
            name: partial(_proofs, apps[name], _grow_ledger(apps[name], size)) for name, size in SIZES.items()
        }
        times["floor"] = partial(_reads, connection)
        yield rates, times


def _integration_rate(app: ServiceApplication, positions: Iterator[int], _seconds: float) -> float:
    received = [_received_event(next(positions)) for _ in range(LEAVES_PER_ROUND)]
    for at in range(0, LEAVES_PER_ROUND, BATCH_EVENTS):
        app.recorder.insert_events([app.mapper.to_stored_event(each) for each in received[at : at + BATCH_EVENTS]])
    begin = time.perf_counter()
    while integrate(app):
        pass
    return LEAVES_PER_ROUND / (time.perf_counter() - begin)


def _received_event(position: int) -> RecordedEvent[domain.EventReceived]:
    id_, case = uuid7(), uuid7()
    meta = EventMetadata(id_, case, "service:audit", Role.SERVICE, case)
    header = (HEADER % (sha256(b"%d" % position).hexdigest().encode(), position)).decode()
    at = datetime(2026, 3, 2, tzinfo=UTC)
    content = domain.EventReceived(
        "intake", UUID(int=1), position=position, event="request-received", recorded_at=at, header=header, body=None
    )
    return RecordedEvent(id_, 1, meta=meta, data=content)


def _hash_and_insert_rate(connection: psycopg.Connection[Any], firsts: Iterator[int], _seconds: float) -> float:
    first = next(firsts)
    begin = time.perf_counter()
    for at in range(first, first + LEAVES_PER_ROUND, BATCH_EVENTS):
        numbers = list(range(at, at + BATCH_EVENTS))
        hashes = [sha256(sha256(sha256(b"%d" % n).digest()).digest()).digest() for n in numbers]
        connection.execute(
            "INSERT INTO floor SELECT * FROM unnest(%b::bigint[], %b::bytea[], %b::bytea[])",
            (numbers, hashes, hashes),
            prepare=True,
        )
    return LEAVES_PER_ROUND / (time.perf_counter() - begin)


def _grow_ledger(app: ServiceApplication, size: int) -> list[UUID]:
    """A ledger of so many leaves, without a log behind them."""
    events: list[UUID] = []
    with psycopg.connect(app.url, row_factory=dict_row) as connection:
        while len(events) < size:
            batch = [uuid4() for _ in range(BATCH_EVENTS)]
            openings = [Opening(os.urandom(32), HEADER % (b"0" * 64, n)) for n in range(BATCH_EVENTS)]
            append_leaves(connection, len(events), batch, openings, [None] * BATCH_EVENTS)
            events += batch
    return events


def _proofs(app: ServiceApplication, events: Sequence[UUID], seconds: float) -> list[float]:
    ledger, size, rng = Ledger(app.recorder), len(events), random.Random(3)

    def prove(event: UUID) -> None:
        leaf = ledger.leaf(event)
        assert leaf is not None
        hashes = ledger.compute(partial(tree.inclusion_proof, leaf.index, size))
        str(TlogProof(leaf.index, tuple(hashes), checkpoint=NOTE))

    return _each(lambda: prove(rng.choice(events)), seconds)


def _reads(connection: psycopg.Connection[Any], seconds: float) -> list[float]:
    rng = random.Random(3)
    return _each(
        lambda: connection.execute(
            "SELECT salt, entry FROM floor WHERE id = %b", (rng.randrange(LEAVES_PER_ROUND),), prepare=True
        ).fetchone(),
        seconds,
    )


def _each(work: Any, seconds: float) -> list[float]:
    times, end = [], time.perf_counter() + seconds
    while (begin := time.perf_counter()) < end:
        work()
        times.append((time.perf_counter() - begin) * MICROSECONDS)
    return times
