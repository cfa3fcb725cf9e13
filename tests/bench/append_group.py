"""Cost of an append: ours, pgbench with one row a transaction, and the library's stock recorder; and of a whole command
in process, beside pgbench with the rows that it writes."""

from __future__ import annotations

import math
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from threading import Barrier, Thread
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import psycopg
import stock_library
from bench_servers import BenchServers
from eventsourcing.persistence import StoredEvent
from measurement import Aim, Measure, Row, Unit, compare, measure_interleaved
from psycopg.sql import SQL, Identifier

from embedded.processes.postgres import binaries, c_locale_environment
from intake.domain import structure
from intake.domain.request import request
from intake.domain.request.reception import ReceiveRequest
from shared.eventlog import ServiceApplication
from shared.kernel import Actor, Role, uuid7
from shared.names import name_decider

GROUP = "append"
STATE = b"x" * 500
AIMS = {1: Aim(at_least=0.50), 4: Aim(at_least=0.35), 8: Aim(at_least=0.30)}
WHOLE_COMMAND = Aim(at_least=0.50)
SAME_ROWS = Path(__file__).with_name("same_rows.sql")
"""What pgbench does beside whole commands; see there."""
COPIED = ("data_keys", "unique_keys", "people_index")
SAMPLES = {
    "sample_event": "SELECT topic, state FROM bench_events",
    "sample_key": "SELECT wrapped FROM data_keys LIMIT 1",
    "sample_unique_keys": "SELECT kind, key FROM unique_keys",
    "sample_people": "SELECT version, path, words FROM people_index",
}
ADVISER = Actor("adviser-1", Role.ADVISER, unit="dla-44")
Task = Callable[[], object]


def rows(servers: BenchServers, rounds: int, seconds: float) -> list[Row]:
    """Writers are threads of one process, as a service's are; pgbench has as many clients."""
    with _measures(servers) as measures:
        found = measure_interleaved(measures, rounds, seconds)
    shown = []
    for writers, aim in AIMS.items():
        name = f"{writers} writer{'s' if writers > 1 else ''}"
        floor, theirs = ("pgbench, one 500-byte row", found["pgbench", writers]), ("recorder", found["stock", writers])
        ours, handled = found["ours", writers], found["handled", writers]
        shown.append(compare(GROUP, name, Unit.PER_SECOND, ours=ours, floor=floor, stock=theirs, aim=aim))
        rows_alone = ("pgbench, the rows of a command", found["same rows", writers])
        shown.append(
            compare(
                GROUP,
                f"{name}, whole command",
                Unit.PER_SECOND,
                ours=handled,
                floor=rows_alone,
                aim=WHOLE_COMMAND,
            )
        )
    return shown


@contextmanager
def _measures(servers: BenchServers) -> Iterator[dict[tuple[str, int], Measure[float]]]:
    floor_url = servers.database("append_floor")
    with psycopg.connect(floor_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE floor (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state bytea)")
    insert = servers.folder / "insert.sql"
    insert.write_text(f"INSERT INTO floor (state) VALUES ('\\x{STATE.hex()}');\n")
    log, handled = (
        ServiceApplication("bench", [request.decider, name_decider], servers.database(name), os.urandom(32))
        for name in ("append_ours", "append_handled")
    )
    log.create_tables()
    handled.create_tables()
    theirs = stock_library.stock_recorder(servers.database("append_stock"))
    numbers = count(1)
    handled_url = servers.database("append_handled")
    _receive_task(handled, numbers)()
    _copy_tables(handled_url)
    measures: dict[tuple[str, int], Measure[float]] = {}
    for writers in AIMS:
        measures["ours", writers] = partial(_per_second, writers, partial(_append_task, log.recorder))
        measures["pgbench", writers] = partial(_pgbench, floor_url, str(insert), writers)
        measures["stock", writers] = partial(_per_second, writers, partial(_append_task, theirs))
        measures["same rows", writers] = partial(_pgbench, handled_url, str(SAME_ROWS), writers)
        measures["handled", writers] = partial(_per_second, writers, partial(_receive_task, handled, numbers))
    try:
        yield measures
    finally:
        log.close()
        handled.close()
        theirs.datastore.close()


def _copy_tables(url: str) -> None:
    """Tables like those of the log, empty, and what the first reception wrote into each as a sample."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA floor; CREATE SEQUENCE floor.positions")
        for table, copy in {"bench_events": "events", **{name: name for name in COPIED}}.items():
            connection.execute(
                SQL("CREATE TABLE floor.{} (LIKE {} INCLUDING ALL)").format(*map(Identifier, (copy, table)))
            )
        for sample, query in SAMPLES.items():
            connection.execute(SQL("CREATE TABLE floor.{} AS {}").format(Identifier(sample), SQL(query)))


def _append_task(recorder: Any) -> Task:
    case, versions = uuid7(), count(1)

    def append() -> None:
        recorder.insert_events([StoredEvent(case, next(versions), "noted:v1", STATE)])

    return append


def _receive_task(app: ServiceApplication, numbers: Iterator[int]) -> Task:
    """A request is received: one event with encrypted values, two new keys, one unique key."""

    def receive() -> None:
        case: UUID = uuid7()
        who = structure.Contact("Maëlle Kerdoncuff", "Présidente", email="maelle@example.org")
        asks = structure.Structure(
            "Les Jardins de l’Erdre",
            structure.LegalForm.ASSOCIATION,
            department="44",
            rna=f"W{next(numbers):09}",
            headcount=12,
        )
        command = ReceiveRequest(asks, who, need="Notre modèle économique repose sur une seule subvention.")
        app.handle(request.decider, case, command, app.context(case, ADVISER))

    return receive


def _per_second(threads: int, task: Callable[[], Task], seconds: float) -> float:
    """How often the tasks of so many threads are done in a second, all together."""
    ready = Barrier(threads + 1)
    done: list[int] = []

    def work() -> None:
        do, times = task(), 0
        ready.wait()
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            do()
            times += 1
        done.append(times)

    workers = [Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    ready.wait()
    begin = time.perf_counter()
    for worker in workers:
        worker.join()
    if len(done) < threads:
        raise RuntimeError("a writer gave up: see its error above")
    return sum(done) / (time.perf_counter() - begin)


def _pgbench(url: str, script: str, clients: int, seconds: float) -> float:
    where = urlsplit(url)
    run = subprocess.run(
        [
            str(binaries() / "pgbench"),
            "--no-vacuum",
            "--protocol=prepared",
            f"--client={clients}",
            f"--jobs={min(clients, os.cpu_count() or 1)}",
            f"--time={math.ceil(seconds)}",
            f"--file={script}",
            f"--host={where.hostname}",
            f"--port={where.port}",
            f"--username={where.username}",
            where.path.lstrip("/"),
        ],
        env=c_locale_environment() | {"PGPASSWORD": where.password or ""},
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"^tps = ([\d.]+)", run.stdout, re.MULTILINE)
    if run.returncode or not found:
        raise RuntimeError(f"pgbench failed: {run.stderr}")
    return float(found[1])
