"""A case of ten thousand events: what reading it and recording in it take, beside one of forty."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from functools import partial
from itertools import cycle, repeat
from uuid import UUID

import httpx
from bench_servers import BenchServers
from http_callers import MEETING
from measurement import Measure, Row, Unit, compare, measure_interleaved, median_call_time
from sample_cases import ADVISER, CONTACT, NOTES, TODAY, structure_of

from embedded.processes.resources import forget_peak, peak_mebibytes, resident_mebibytes
from intake.domain.request import request
from intake.domain.request.assessment import MeetingParticipant, RecordMeeting
from intake.domain.request.reception import ReceiveRequest
from shared.eventlog import ServiceApplication
from shared.kernel import uuid7
from shared.names import name_decider

SHORT, LONG, QUICK_LONG = 40, 10_000, 200
ROUNDS, SECONDS = 3, 1.5
PEOPLE = 40
"""Who ask in turn: each stays far below what a person may ask in a minute."""
MILLISECONDS = 1e3


def rows(servers: BenchServers, intake: str, is_quick: bool) -> list[Row]:
    events = QUICK_LONG if is_quick else LONG
    long, short = _record(servers, [events, SHORT])
    pid = servers.pids["intake"]
    with httpx.Client(base_url=intake, auth=_in_turn(servers), trust_env=False, timeout=60) as http:
        works = {"long": _works(http, long), "short": _works(http, short)}
        before = resident_mebibytes(pid)
        forget_peak(pid)
        measures: dict[tuple[str, str], Measure[float]] = {
            (name, size): partial(_time, work) for size, own in works.items() for name, work in own.items()
        }
        found = measure_interleaved(measures, 1 if is_quick else ROUNDS, 0.1 if is_quick else SECONDS)
    print(f"  a case of {events} events: {before:.0f} MiB before, at most {peak_mebibytes(pid):.0f} while it was read")
    return [
        compare(
            "load",
            f"{name}, {events} events",
            Unit.MILLISECONDS,
            ours=found[name, "long"],
            floor=(f"{SHORT} events", found[name, "short"]),
        )
        for name in works["long"]
    ]


def _in_turn(servers: BenchServers) -> Callable[[httpx.Request], httpx.Request]:
    tokens = cycle([servers.token(number) for number in range(1, PEOPLE + 1)])

    def authorize(request: httpx.Request) -> httpx.Request:
        request.headers["Authorization"] = f"Bearer {next(tokens)}"
        return request

    return authorize


def _works(http: httpx.Client, case: UUID) -> dict[str, Callable[[], object]]:
    path = f"/api/v1/requests/{case}"
    return {
        "a case": lambda: http.get(path).raise_for_status(),
        "its history": lambda: http.get(f"{path}/history").raise_for_status(),
        "a command": lambda: http.post(f"{path}/meetings", json=MEETING).raise_for_status(),
    }


def _record(servers: BenchServers, sizes: list[int]) -> list[UUID]:
    key = b64decode((servers.folder / "secrets" / "intake.sealing").read_text())
    app = ServiceApplication("intake", [request.decider, name_decider], servers.database("load_intake"), key)
    meeting = RecordMeeting(TODAY, (MeetingParticipant(CONTACT.name),), notes=NOTES)
    cases = []
    try:
        for nth, events in enumerate(sizes):
            cases.append(case := uuid7())
            reception = ReceiveRequest(structure_of(f"W45{nth:07}"), CONTACT, need=NOTES)
            for command in (reception, *repeat(meeting, events - 1)):
                app.handle(request.decider, case, command, app.context(case, ADVISER))
    finally:
        app.close()
    return cases


def _time(work: Callable[[], object], seconds: float) -> float:
    return median_call_time(work, seconds) * MILLISECONDS
