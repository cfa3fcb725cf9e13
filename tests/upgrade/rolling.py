"""One rolling upgrade: each process in turn ends in order and comes back with the new code, while clients play."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.account import Account, EntryKind, of_kind
from tests.faults.checker import Finding, check
from tests.faults.clients import ADVISER, Client, stop_all
from tests.faults.cluster import Cluster
from tests.faults.evidence import collect
from tests.faults.run import Trace
from tests.upgrade.checkouts import CHANGED_EVENT

CLIENTS = 3
UNANSWERED_SECONDS = 120.0
DRAIN = {"DLA_DRAIN_SECONDS": "2"}
SEED = 1


@dataclass
class Upgrade:
    """`requests`: all that were sent; `unanswered`: those among them that were sent again, by the reason. `ends`: exit
    codes of the old processes. `versions`: how many events of CHANGED_EVENT were recorded under each version."""

    findings: list[Finding]
    requests: int
    unanswered: Counter[str]
    acknowledged: int
    events: dict[str, int]
    versions: dict[str, int]
    ends: Counter[int | None] = field(default_factory=Counter)


def upgrade(
    earlier: Path, newer: Path, folder: Path, *, seconds: float, say: Callable[[str], object] = lambda _: None
) -> Upgrade:
    """From one checkout to the other. `seconds`: how long clients play before, and after."""
    trace, account = Trace(say), Account(folder / "account.jsonl")
    ends: Counter[int | None] = Counter()
    with Cluster(folder, code=earlier, settings=DRAIN) as cluster:
        trace.write("all processes of the earlier commit are ready")
        token = cluster.token("adviser", ADVISER)
        clients = [Client(number, cluster.addresses, token, account, SEED) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        try:
            _play(seconds, clients)
            cluster.migrate(newer)
            trace.write("the deploy step of the newer commit is done")
            for replica in cluster.replicas:
                with cluster.out_of_rotation(replica):
                    code = replica.upgrade(newer)
                    ends[code] += 1
                    replica.wait_until_ready(cluster.http)
                trace.write(f"{replica.name}: ended with {code}, ready again")
                _play(0, clients)
            cluster.code = newer
            _play(seconds, clients)
        finally:
            stop_all(clients, UNANSWERED_SECONDS)
        tally = sum((client.tally for client in clients), Counter[str]())
        rows = cluster.rows(
            "intake",
            f"SELECT topic, count(*) AS n FROM intake_events WHERE topic LIKE '{CHANGED_EVENT}:%' GROUP BY topic",
        )
        evidence = collect(cluster, account, SEED)
        entries = account.read()
        return Upgrade(
            check(entries, evidence),
            requests=tally.pop("requests"),
            unanswered=tally,
            acknowledged=len(of_kind(entries, EntryKind.ACKNOWLEDGED)),
            events={name: len(log) for name, log in evidence.logs.items()},
            versions={row["topic"]: row["n"] for row in rows},
            ends=ends,
        )


def _play(seconds: float, clients: list[Client]) -> None:
    """Raises what ended a client."""
    end = time.monotonic() + seconds
    while True:
        for client in clients:
            if client.error:
                raise client.error
        if time.monotonic() >= end:
            return
        time.sleep(0.2)
