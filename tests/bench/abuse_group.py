"""Answers to somebody else while one address with one account asks for everything at once, beside quiet.

The abuser's process shares the machine with the service, its database and the caller that is measured, and so it is
`nice`: one that comes from elsewhere brings its own processors."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from http.client import HTTPConnection
from itertools import count, cycle, repeat
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from abusers import KINDS, AbusePlan
from bench_servers import BenchServers
from http_callers import request_body
from measurement import Aim, Row, Unit, compare, quantile
from sample_cases import ADVISER, CONTACT, TODAY, receive, structure_of

from intake.domain.request import request
from intake.domain.request.assessment import MeetingParticipant, RecordMeeting
from intake.domain.request.reception import ReceiveRequest
from shared.eventlog import ServiceApplication
from shared.kernel import uuid7
from shared.names import name_decider

GROUP = "abuse"
AIM = Aim(at_most=5.0)
FULL_SECONDS, QUICK_SECONDS = 60.0, 2.0
CASES, EVENTS, MEETINGS = 100, 12, 40
NOTES = "La structure a fait le point sur son modèle économique avec ses salariés et ses bénévoles. " * 75
COLLEAGUES = 40
"""Whose requests are measured: each stays far below what a person may ask in a minute."""
PAUSE_SECONDS = 0.01
MILLISECONDS = 1e3
HERE = Path(__file__).parent


def rows(servers: BenchServers, rounds: int, _seconds: float) -> list[Row]:
    """One round: a minute of each abuse, or two seconds when one short round is asked for."""
    seconds = QUICK_SECONDS if rounds == 1 else FULL_SECONDS
    with ExitStack() as running:
        address = running.enter_context(servers.services(GROUP, "intake", role="all", without={"DLA_RATE_PERSON"}))[
            "intake"
        ]
        case = _record_cases(servers)
        colleagues = Colleagues(servers, address, case)
        running.callback(colleagues.close)
        colleagues.measure(1.0)
        return [_row(servers, address, colleagues, kind, seconds) for kind in KINDS]


def _row(servers: BenchServers, address: str, colleagues: Colleagues, kind: str, seconds: float) -> Row:
    quiet = colleagues.measure(max(1.0, seconds / 4))
    where = urlsplit(address)
    plan = AbusePlan(
        kind,
        str(where.hostname),
        port=where.port or 0,
        seconds=seconds + 0.5,
        token=servers.issuer.mint("adviser", subject="abuser", unit="dla-44"),
        case=f"/api/v1/requests/{colleagues.case}",
        versions=MEETINGS + 1,
        instant=datetime.now(UTC).isoformat().replace("+00:00", "Z"),
    )
    with subprocess.Popen(
        [sys.executable, str(HERE / "abusers.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as abuser:
        assert abuser.stdin and abuser.stdout
        abuser.stdin.write(json.dumps(asdict(plan)))
        abuser.stdin.close()
        time.sleep(0.5)  # until it is there
        times = colleagues.measure(seconds)
        answers = abuser.stdout.read()
    if abuser.returncode or not json.loads(answers or "{}"):
        raise RuntimeError(f"the abuser ended with {abuser.returncode}: {answers}")
    print(f"  {kind}: {answers}; p50 {quantile(times, 0.5) * MILLISECONDS:.1f} ms")
    time.sleep(1.0)
    return compare(
        GROUP,
        f"p99, {kind}",
        Unit.MILLISECONDS,
        ours=[quantile(times, 0.99) * MILLISECONDS],
        floor=("p99 in quiet", [quantile(quiet, 0.99) * MILLISECONDS]),
        aim=AIM,
    )


class Colleagues:
    """People who read a dossier, look at their list, receive a request and whose health check is answered, in turn."""

    def __init__(self, servers: BenchServers, address: str, case: UUID) -> None:
        self._where = urlsplit(address)
        self.case = case
        tokens = [servers.issuer.mint("adviser", subject=f"colleague-{n}", unit="dla-44") for n in range(COLLEAGUES)]
        self._tokens, self._numbers = cycle(tokens), count(500_000)
        self._connection = self._connect()
        self._requests = cycle(self._each())

    def measure(self, seconds: float) -> list[float]:
        times, end = [], time.perf_counter() + seconds
        while time.perf_counter() < end:
            begin = time.perf_counter()
            self._ask(*next(self._requests))
            times.append(time.perf_counter() - begin)
            time.sleep(PAUSE_SECONDS)
        return times

    def close(self) -> None:
        self._connection.close()

    def _connect(self) -> HTTPConnection:
        return HTTPConnection(str(self._where.hostname), self._where.port, timeout=60, source_address=("127.0.0.1", 0))

    def _each(self) -> Iterator[tuple[str, str]]:
        yield "GET", f"/api/v1/requests/{self.case}/documents"
        yield "GET", "/api/v1/requests?limit=20"
        yield "POST", "/api/v1/requests"
        yield "GET", "/readyz"

    def _ask(self, method: str, path: str) -> None:
        if path == "/readyz":
            self._connection.close()  # a health check has a connection of its own
        headers = {"Authorization": f"Bearer {next(self._tokens)}", "Content-Type": "application/json"}
        body = json.dumps(request_body(next(self._numbers))) if method == "POST" else None
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status not in (200, 201):
            raise RuntimeError(f"{method} {path}: {answer.status} {content.decode()}")


def _record_cases(servers: BenchServers) -> UUID:
    """A past to ask about, and a dossier with many meetings, whose id is given."""
    key = b64decode((servers.folder / "secrets" / "intake.sealing").read_text())
    app = ServiceApplication("intake", [request.decider, name_decider], servers.database(f"{GROUP}_intake"), key)
    try:
        for nth in range(CASES):
            receive(app, uuid7(), structure_of(f"W44{nth:07}"), EVENTS)
        case = uuid7()
        meeting = RecordMeeting(TODAY, (MeetingParticipant(CONTACT.name),), notes=NOTES)
        for command in (ReceiveRequest(structure_of("W449999999"), CONTACT, need=NOTES), *repeat(meeting, MEETINGS)):
            app.handle(request.decider, case, command, app.context(case, ADVISER))
    finally:
        app.close()
    return case
