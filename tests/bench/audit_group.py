"""Cost of replaying, exporting, verifying and comparing what audit holds, beside reading the same without proofs."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from hashlib import sha256
from typing import Any
from uuid import UUID

import httpx
import orjson
import psycopg
from bench_servers import BenchServers
from measurement import Aim, Measure, Row, Unit, compare, measure_interleaved, median_call_time
from psycopg.sql import SQL

from audit import domain
from audit.bundle.archive import build_archive, unpack
from audit.bundle.collect import collect_bundle, fetch_contents
from audit.bundle.verify import verify_bundle
from audit.bundle.write import build_entries
from audit.ledger.integrator import integrate
from audit.ledger.signing import CheckpointSigner
from audit.main import service
from audit.phase_services import PhaseServices
from audit.reactions import receive_event
from audit.reconcile.run import Reconciler, begin_reconciliation
from audit.timeline import build_timeline, select_known
from audit.tlog import Signer
from shared.eventlog import ServiceApplication
from shared.kernel import Actor, Role
from shared.messaging import Feed, Message

OTHER_CASES, OF_EACH_OTHER, OF_THE_CASE = 400, 13, 60
EVENTS = OTHER_CASES * OF_EACH_OTHER + OF_THE_CASE
"""More than 5,000: with a page or two, what a reconciliation costs by itself would hide what an event costs."""
CALLERS = 4
MET = {
    "held_on": "2026-03-02",
    "participants": [{"name": "Maëlle Kerdoncuff"}],
    "notes": "Le besoin se précise.",
}
MILLISECONDS = 1e3
SELECT = "SELECT topic, state, recorded_at FROM {} WHERE case_id = %b ORDER BY position"
OURSELVES = Actor("service:audit", Role.SERVICE)


def rows(servers: BenchServers, rounds: int, seconds: float) -> list[Row]:
    """One case of sixty events among four hundred others of thirteen each, over a real feed."""
    with _measures(servers) as measures:
        found = measure_interleaved(measures, rounds, seconds)
    named = {
        "reconcile": (f"{EVENTS} events compared", Unit.PER_SECOND, "the same feed, read", Aim(at_least=0.5)),
        "timeline": ("of 60 events", Unit.MILLISECONDS, "the same rows and orjson", None),
        "export": ("a bundle of 60 events", Unit.MILLISECONDS, "what the service shows of them, read", None),
        "verify": ("a bundle of 60 events", Unit.MILLISECONDS, "sha256sum of its entries", None),
    }
    return [
        compare(key, name, unit, ours=found[key, "ours"], floor=(floor, found[key, "floor"]), aim=aim)
        for key, (name, unit, floor, aim) in named.items()
    ]


@contextmanager
def _measures(servers: BenchServers) -> Iterator[dict[tuple[str, str], Measure[float]]]:
    with ExitStack() as closing:
        intake = closing.enter_context(servers.services("audit", "intake", role="api"))["intake"]
        yield _of(servers, intake, closing)


def _of(servers: BenchServers, intake: str, closing: ExitStack) -> dict[tuple[str, str], Measure[float]]:
    reader = {"Authorization": f"Bearer {servers.token()}"}
    case = _record_cases(intake, reader)
    feed = Feed({"intake": intake}, servers.issuer.mint("service", subject="service:audit"))
    closing.callback(feed.close)
    app = ServiceApplication(
        "audit", [domain.decider], servers.database("auditing"), os.urandom(32), tables=service.tables
    )
    closing.callback(app.close)
    app.create_tables()
    if len(messages := _read_feed(feed)) != EVENTS:
        raise RuntimeError(f"{EVENTS} events were meant, and the feed has {len(messages)}")
    for message in messages:  # one after the other: audit receives a service's log in its order
        _receive(app, message)
    while integrate(app):
        pass
    CheckpointSigner(Signer("registre.example/dla", os.urandom(32)), None).sign(app)

    connection = closing.enter_context(psycopg.connect(app.url, autocommit=True))
    raw_rows = partial(_raw, connection, SQL(SELECT).format(app.recorder.events).as_bytes(), case)
    stored = f"{intake}/api/v1/requests/{case}/stored"
    export = partial(_export_bundle, app, case, {"intake": intake}, reader)
    raw = export()
    if len(raw_rows()) != OF_THE_CASE or len(verify_bundle(raw).headers) != OF_THE_CASE:
        raise RuntimeError(f"{OF_THE_CASE} events were meant")
    http = closing.enter_context(httpx.Client(headers=reader, trust_env=False))
    return {
        ("reconcile", "ours"): partial(_per_second, partial(_compare_all, app, feed)),
        ("reconcile", "floor"): partial(_per_second, partial(_read_feed, feed)),
        ("timeline", "ours"): partial(_time, partial(_timeline, app, case)),
        ("timeline", "floor"): partial(_time, raw_rows),
        ("export", "ours"): partial(_time, export),
        ("export", "floor"): partial(_time, lambda: http.get(stored).json()),
        ("verify", "ours"): partial(_time, partial(verify_bundle, raw)),
        ("verify", "floor"): partial(_time, partial(_hash_entries, raw)),
    }


def _record_cases(intake: str, reader: dict[str, str]) -> UUID:
    """Over HTTP, so that everything is encrypted and signed as it is in production."""
    with (
        httpx.Client(base_url=intake, headers=reader, trust_env=False, timeout=30) as http,
        ThreadPoolExecutor(CALLERS) as callers,
    ):
        list(callers.map(partial(_record_case, http, OF_EACH_OTHER), range(OTHER_CASES)))
        return _record_case(http, OF_THE_CASE, OTHER_CASES)


def _record_case(http: httpx.Client, events: int, nth: int) -> UUID:
    structure = {"name": f"Les Jardins {nth}", "legal_form": "association", "department": "44", "rna": f"W44{nth:07}"}
    request = {"structure": structure, "contact": {"name": f"Maëlle {nth}"}, "need": "Diversifier nos ressources."}
    case: str = http.post("/api/v1/requests", json=request).raise_for_status().json()["id"]
    for _ in range(events - 1):
        http.post(f"/api/v1/requests/{case}/meetings", json=MET).raise_for_status()
    return UUID(case)


def _receive(app: ServiceApplication, message: Message) -> None:
    context = app.context(message.header.case, OURSELVES, message.header.id, message.header.correlation)
    app.handle(domain.decider, message.header.id, receive_event(message).command, context)


def _read_feed(feed: Feed) -> list[Message]:
    messages, after = list[Message](), 0
    while True:
        page = feed.page("intake", None, after)
        messages += page.events
        if page.next is None:
            return messages
        after = page.next


def _compare_all(app: ServiceApplication, feed: Feed) -> range:
    if found := list(Reconciler(app, feed, begin_reconciliation(app, "bench", ["intake"])).findings()):
        raise RuntimeError(f"nothing was altered, and {found[0]}")
    return range(EVENTS)


def _timeline(app: ServiceApplication, case: UUID) -> object:
    received = [event.data for _, event in app.events_of(app.recorder.entries_of_case(case))]
    return [each.header for each in select_known(build_timeline(received), None, None)]


def _raw(connection: psycopg.Connection[Any], select: bytes, case: UUID) -> list[Any]:
    rows = connection.execute(select, (case,), prepare=True, binary=True).fetchall()
    return [json.loads(orjson.loads(state)["data"]["header"]) for _, state, _ in rows]


def _export_bundle(app: ServiceApplication, case: UUID, addresses: dict[str, str], reader: dict[str, str]) -> bytes:
    contents_of = partial(fetch_contents, services=PhaseServices(addresses), case=case, reader=reader)
    return build_archive(build_entries(collect_bundle(app, case, contents_of)))


def _hash_entries(raw: bytes) -> list[str]:
    return [sha256(content).hexdigest() for content in unpack(raw).values()]


def _time(work: Callable[[], object], seconds: float) -> float:
    return median_call_time(work, seconds) * MILLISECONDS


def _per_second(work: Callable[[], Any], seconds: float) -> float:
    return len(work()) / median_call_time(work, seconds)
