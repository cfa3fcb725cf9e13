"""What does the ledger cost? Leaves integrated a second beside bare hashing and inserting, and the time of a proof."""

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
from figures import Aim, Measure, Row, Unit, compared, interleaved, quantile
from psycopg.rows import dict_row
from world import World

from audit import domain
from audit.ledger.integrator import BATCH_EVENTS, append_leaves, integrate
from audit.ledger.opening import Opening
from audit.ledger.store import Ledger
from audit.main import service
from audit.tlog import tree
from audit.tlog.proof import TlogProof
from shared.eventlog import EventMetadata, RecordedEvent, ServiceApplication
from shared.kernel import Role, uuid7

LEAVES = 4 * BATCH_EVENTS
"""Integrated in each round."""
SIZES = {"10 thousand": 10_000, "100 thousand": 100_000}
MICROSECONDS = 1e6
HEADER = b'{"actor":"adviser-1","event":"request-received","payload_hash":"%s","position":%d}'
NOTE = "a note\n"


def rows(world: World, rounds: int, seconds: float) -> list[Row]:
    """Ten times the leaves: a proof that cost like n would take ten times as long, like log n a quarter longer, and
    by steps, for a level of tiles more is read at 65,536."""
    with _measures(world) as (rates, times):
        rate = interleaved(rates, rounds, seconds)
        proofs = interleaved(times, rounds, seconds)
    shown = [
        compared(
            "ledger",
            "leaves integrated",
            Unit.PER_SECOND,
            ours=rate["ours"],
            floor=("three SHA-256 and one row a leaf, by batches", rate["floor"]),
        )
    ]
    for name in SIZES:
        for share in (0.50, 0.99):
            found = [quantile(each, share) for each in proofs[name]]
            floor = ("one row read by its key", [quantile(each, share) for each in proofs["floor"]])
            shown.append(compared("proof", f"p{share * 100:.0f} at {name}", Unit.MICROSECONDS, ours=found, floor=floor))
    small, large = ([quantile(each, 0.50) for each in proofs[name]] for name in SIZES)
    floor = ("p50 at 10 thousand leaves", small)
    growth = compared("growth", "p50 at 100 thousand", Unit.MICROSECONDS, ours=large, floor=floor, aim=Aim(at_most=2.0))
    return [*shown, growth]


Times = dict[str, Measure[list[float]]]


@contextmanager
def _measures(world: World) -> Iterator[tuple[dict[str, Measure[float]], Times]]:
    with ExitStack() as closing:
        apps = {}
        for name in ("rate", *SIZES):
            url = world.database(f"ledger_{name.replace(' ', '_')}")
            apps[name] = ServiceApplication("audit", [domain.decider], url, os.urandom(32), tables=service.tables)
            closing.callback(apps[name].close)
            apps[name].create_tables()
        connection = closing.enter_context(psycopg.connect(world.database("ledger_floor"), autocommit=True))
        connection.execute("CREATE TABLE floor (id bigint PRIMARY KEY, salt bytea, entry bytea)")
        rates: dict[str, Measure[float]] = {
            "ours": partial(_integrated, apps["rate"], count(1)),
            "floor": partial(_hashed_and_inserted, connection, count(0, LEAVES)),
        }
        times: Times = {name: partial(_proofs, apps[name], _grown(apps[name], size)) for name, size in SIZES.items()}
        times["floor"] = partial(_reads, connection)
        yield rates, times


def _integrated(app: ServiceApplication, positions: Iterator[int], _seconds: float) -> float:
    heard = [_heard(next(positions)) for _ in range(LEAVES)]
    for at in range(0, LEAVES, BATCH_EVENTS):
        app.recorder.insert_events([app.mapper.to_stored_event(each) for each in heard[at : at + BATCH_EVENTS]])
    begin = time.perf_counter()
    while integrate(app):
        pass
    return LEAVES / (time.perf_counter() - begin)


def _heard(position: int) -> RecordedEvent[domain.EventReceived]:
    id_, case = uuid7(), uuid7()
    meta = EventMetadata(id_, case, "service:audit", Role.SERVICE, case)
    header = (HEADER % (sha256(b"%d" % position).hexdigest().encode(), position)).decode()
    at = datetime(2026, 3, 2, tzinfo=UTC)
    told = domain.EventReceived(
        "intake", UUID(int=1), position=position, event="request-received", recorded_at=at, header=header, body=None
    )
    return RecordedEvent(id_, 1, meta=meta, data=told)


def _hashed_and_inserted(connection: psycopg.Connection[Any], firsts: Iterator[int], _seconds: float) -> float:
    first = next(firsts)
    begin = time.perf_counter()
    for at in range(first, first + LEAVES, BATCH_EVENTS):
        numbers = list(range(at, at + BATCH_EVENTS))
        hashes = [sha256(sha256(sha256(b"%d" % n).digest()).digest()).digest() for n in numbers]
        connection.execute(
            "INSERT INTO floor SELECT * FROM unnest(%b::bigint[], %b::bytea[], %b::bytea[])",
            (numbers, hashes, hashes),
            prepare=True,
        )
    return LEAVES / (time.perf_counter() - begin)


def _grown(app: ServiceApplication, size: int) -> list[UUID]:
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
        hashes = ledger.asked(partial(tree.inclusion_proof, leaf.index, size))
        str(TlogProof(leaf.index, tuple(hashes), checkpoint=NOTE))

    return _each(lambda: prove(rng.choice(events)), seconds)


def _reads(connection: psycopg.Connection[Any], seconds: float) -> list[float]:
    rng = random.Random(3)
    return _each(
        lambda: connection.execute(
            "SELECT salt, entry FROM floor WHERE id = %b", (rng.randrange(LEAVES),), prepare=True
        ).fetchone(),
        seconds,
    )


def _each(work: Any, seconds: float) -> list[float]:
    times, end = [], time.perf_counter() + seconds
    while (begin := time.perf_counter()) < end:
        work()
        times.append((time.perf_counter() - begin) * MICROSECONDS)
    return times
