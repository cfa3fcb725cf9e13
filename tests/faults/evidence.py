"""Collects what the services hold once nothing moves any more: their logs, states, positions, rebuilds and ledger."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import cache, partial
from importlib import import_module
from random import Random

import httpx
from tests.faults.account import Account, Entry, EntryKind, of_kind
from tests.faults.checker import Evidence
from tests.faults.clients import ADVISER, Caller, answer_of
from tests.faults.cluster import Cluster
from tests.faults.stories import Command

from embedded.processes.nats import SERVICES
from shared.messaging import Feed, FeedPage, FeedUnavailable, Header
from shared.runtime import Service

WITHOUT_PROGRESS_SECONDS = 180.0
"""After all faults are over, the consumers may need a while on a busy machine; standing still so long is a finding."""
POLL_SECONDS = 0.5
WHOLE_LOG = -1
MAX_REPEATED = 400
MAX_STATES = 300
ANSWER_SECONDS = 240.0
RECONCILE_INCOMPLETE, RECONCILE_TRIES = 3, 5

Positions = Mapping[tuple[str, str, int], tuple[int, int]]
"""By consumer, publisher and partition: the number reached, and the last one of the publisher's log."""


@cache
def service(name: str) -> Service:
    found: Service = import_module(f"{name}.main").service
    return found


def find_positions(cluster: Cluster) -> Positions:
    ends: dict[tuple[str, int], int] = {}
    for publisher in SERVICES:
        numbers = (
            f"SELECT partition, max(number) AS number, max(position) AS position FROM {publisher}_events GROUP BY 1"
        )
        for row in cluster.rows(publisher, numbers):
            ends[publisher, row["partition"]] = row["number"]
            ends[publisher, WHOLE_LOG] = max(ends.get((publisher, WHOLE_LOG), 0), row["position"])
    found: dict[tuple[str, str, int], tuple[int, int]] = {}
    for consumer in SERVICES:
        statement = "SELECT t.publisher, t.partition, t.number FROM tracked t JOIN sources s USING (publisher, log_id)"
        rows = cluster.rows(consumer, statement)
        reached = {(row["publisher"], row["partition"]): row["number"] for row in rows}
        reactions = service(consumer).reactions
        for (publisher, partition), end in ends.items():
            if publisher in reactions.publishers and (partition == WHOLE_LOG) == reactions.reads_whole_logs:
                found[consumer, publisher, partition] = reached.get((publisher, partition), 0), end
    return found


def wait_until_settled(cluster: Cluster) -> Positions:
    """Until every consumer and projection has all of the logs, or none has moved for WITHOUT_PROGRESS_SECONDS."""
    moved_at, before = time.monotonic(), None
    while True:
        positions = find_positions(cluster)
        behind = [reached for reached, end in positions.values() if reached != end]
        projections = _projections_behind(cluster)
        if not behind and not projections:
            return positions
        now = (positions, projections)
        if now != before:
            moved_at, before = time.monotonic(), now
        if time.monotonic() > moved_at + WITHOUT_PROGRESS_SECONDS:
            return positions
        time.sleep(POLL_SECONDS)


def _projections_behind(cluster: Cluster) -> list[str]:
    behind = []
    for name in SERVICES:
        statement = "SELECT projection, position FROM projection_checkpoints"
        checkpoints = {row["projection"]: row["position"] for row in cluster.rows(name, statement)}
        (end,) = cluster.rows(name, f"SELECT coalesce(max(position), 0) AS position FROM {name}_events")
        for projection in service(name).projections:
            if (reached := checkpoints.get(projection.name, 0)) != end["position"]:
                behind.append(f"{name} {projection.name} is at {reached} of {end['position']}")
    return behind


def collect(cluster: Cluster, account: Account, seed: int) -> Evidence:
    positions = wait_until_settled(cluster)
    repeat_commands(cluster, account, seed)
    return Evidence(
        logs=read_logs(cluster),
        states=read_states(cluster, account.read(), seed),
        tracked=positions,
        stuck=[*_stuck(cluster), *_projections_behind(cluster)],
        rebuilt=_rebuilt(cluster),
        ledger=_reconciled(cluster),
    )


def read_logs(cluster: Cluster) -> dict[str, list[Header]]:
    """From the feed of each service, as the others read it."""
    bases = {name: addresses[0] for name, addresses in cluster.addresses.items()}
    with closing(Feed(bases, cluster.token("service", "service:audit"))) as feed:
        return {name: list(_read_log(feed, name)) for name in SERVICES if name != "audit"}


def _read_log(feed: Feed, name: str) -> Iterable[Header]:
    after: int | None = 0
    while after is not None:
        page = _read_page(feed, name, after)
        yield from (message.header for message in page.events)
        after = page.next


def _read_page(feed: Feed, name: str, after: int) -> FeedPage:
    """Raises FeedUnavailable."""
    end = time.monotonic() + ANSWER_SECONDS
    while True:
        try:
            return feed.page(name, None, after)
        except FeedUnavailable:
            if time.monotonic() > end:
                raise
            time.sleep(POLL_SECONDS)


def read_states(cluster: Cluster, entries: Sequence[Entry], seed: int) -> dict[tuple[str, str], str]:
    """What each service serves of the cases that were written to; of MAX_STATES of them, drawn at random."""
    places = sorted(
        {(entry.service, entry.case or entry.answer["id"]) for entry in of_kind(entries, EntryKind.ACKNOWLEDGED)}
    )
    random = Random(f"{seed} states")
    drawn = random.sample(places, min(len(places), MAX_STATES))
    caller = Caller(cluster.http, cluster.addresses, token=cluster.token("adviser", ADVISER), random=random)
    states = {}
    for name, case in drawn:
        path = f"/{'requests' if name == 'intake' else 'diagnoses'}/{case}"
        response = _answered(partial(caller.get, name, path))
        states[name, case] = response.text if response.is_success else ""
    return states


def _answered(send: Callable[[], httpx.Response | None]) -> httpx.Response:
    """Raises TimeoutError."""
    end = time.monotonic() + ANSWER_SECONDS
    while (response := send()) is None:
        if time.monotonic() > end:
            raise TimeoutError(f"a request was not answered for {ANSWER_SECONDS:.0f} s")
        time.sleep(POLL_SECONDS)
    return response


def repeat_commands(cluster: Cluster, account: Account, seed: int) -> None:
    """Sends acknowledged commands again with their keys, MAX_REPEATED of them, drawn at random."""
    entries = account.read()
    sent = {entry.key: entry for entry in of_kind(entries, EntryKind.SENT)}
    acknowledged = of_kind(entries, EntryKind.ACKNOWLEDGED)
    random = Random(f"{seed} repeated")
    caller = Caller(cluster.http, cluster.addresses, token=cluster.token("adviser", ADVISER), random=random)
    for entry in random.sample(acknowledged, min(len(acknowledged), MAX_REPEATED)):
        command = Command(entry.service, entry.path, body=sent[entry.key].body)
        response = _answered(partial(caller.post, command, entry.key))
        answer = answer_of(response) if response.is_success else {"body": response.text}
        account.write(replace(entry, kind=EntryKind.REPEATED, answer=answer))


def _stuck(cluster: Cluster) -> list[str]:
    lines = []
    for name in SERVICES:
        for row in cluster.rows(name, "SELECT publisher, halted FROM sources WHERE halted IS NOT NULL"):
            lines.append(f"{name} has halted {row['publisher']}: {row['halted']}")
        for row in cluster.rows(name, "SELECT publisher, case_id, number, error FROM parked"):
            lines.append(f"{name} has parked {row['publisher']} {row['case_id']} {row['number']}: {row['error']}")
    return lines


def _rebuilt(cluster: Cluster) -> list[str]:
    found = []
    for name in SERVICES:
        finished = cluster.run(name, "check-rebuild")
        if finished.returncode:
            found.append(f"{name}: exit code {finished.returncode}: {finished.stderr[-500:]}")
        lines = [json.loads(line) for line in finished.stdout.splitlines()]
        found += [f"{name}: {json.dumps(line, ensure_ascii=False)[:500]}" for line in lines if not line["matches"]]
    return found


def _reconciled(cluster: Cluster) -> list[str]:
    """As often as it takes the feeds to answer it in time."""
    finished = cluster.run("audit", "reconcile", "--json")
    output = finished.stdout
    for _ in range(RECONCILE_TRIES):
        if finished.returncode == RECONCILE_INCOMPLETE:
            finished = cluster.run("audit", "reconcile", "--json", "--resume")
            output += finished.stdout
    found = [line[:500] for line in output.splitlines()]
    if finished.returncode and not found:
        found.append(f"exit code {finished.returncode}: {finished.stderr[-500:]}")
    return found
