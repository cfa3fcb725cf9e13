"""Six auditors ask for the bundle of one case at once, three times each: the memory that audit's process takes."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx
from bench_servers import BenchServers
from http_callers import MEETING, request_body
from measurement import Row, Unit, compare

from embedded.processes.resources import forget_peak, peak_mebibytes, resident_mebibytes

EVENTS, QUICK_EVENTS = 1_000, 30
READERS, EACH = 6, 3
SIGNED_TIMEOUT_SECONDS = 300.0
UNREADY = {404, 409, 503}
"""Not received yet, not signed, or not yet in the ledger that audit signs."""
ANSWERS = {200, 429, 503}


def rows(servers: BenchServers, addresses: dict[str, str], is_quick: bool) -> list[Row]:
    events, pid = QUICK_EVENTS if is_quick else EVENTS, servers.pids["audit"]
    case = _record(servers, addresses["intake"], events)
    readers = [_auditor(servers, addresses["audit"], nth) for nth in range(READERS)]
    size = _wait_until_signed(readers[0], case)
    forget_peak(pid)
    before = resident_mebibytes(pid)
    readers[0].get(f"/api/v1/cases/{case}/bundle").raise_for_status()
    one = peak_mebibytes(pid) - before
    forget_peak(pid)
    with ThreadPoolExecutor(READERS * EACH) as at_once:
        statuses = Counter(at_once.map(lambda nth: _ask(readers[nth % READERS], case), range(READERS * EACH)))
    six = peak_mebibytes(pid) - before
    print(
        f"  bundles of {events} events, {size / 1e6:.1f} MB each: {dict(statuses)}; audit had {before:.0f} MiB,"
        f" one took {one:.0f} more, {READERS * EACH} at once {six:.0f} more"
    )
    if statuses.keys() - ANSWERS or not statuses[200]:
        raise RuntimeError(f"bundles were answered {dict(statuses)}")
    for each in readers:
        each.close()
    took = "memory of many bundles at once"
    return [compare("load", took, Unit.MEBIBYTES, ours=[before + six], floor=("before", [before]))]


def _record(servers: BenchServers, intake: str, events: int) -> str:
    headers = {"Authorization": f"Bearer {servers.token(99)}"}
    with httpx.Client(base_url=intake, headers=headers, trust_env=False, timeout=60) as http:
        case: str = http.post("/api/v1/requests", json=request_body(1)).raise_for_status().json()["id"]
        for _ in range(events - 1):
            while (answer := http.post(f"/api/v1/requests/{case}/meetings", json=MEETING)).status_code == 429:
                time.sleep(float(answer.headers["Retry-After"]))
            answer.raise_for_status()
    return case


def _auditor(servers: BenchServers, audit: str, nth: int) -> httpx.Client:
    token = servers.issuer.mint("auditor", subject=f"auditor-{nth}", units=["dla-44"])
    headers = {"Authorization": f"Bearer {token}", "DLA-Reason": "Mesure"}
    return httpx.Client(base_url=audit, headers=headers, trust_env=False, timeout=120)


def _wait_until_signed(reader: httpx.Client, case: str) -> int:
    """The bytes of the bundle once audit has received, entered and signed all of the case."""
    end, sizes, answer = time.monotonic() + SIGNED_TIMEOUT_SECONDS, list[int](), None
    while time.monotonic() < end:
        answer = reader.get(f"/api/v1/cases/{case}/bundle")
        if answer.status_code == 200:
            sizes.append(len(answer.content))
            if sizes[-2:] == [sizes[-1]] * 2:
                return sizes[-1]
        elif answer.status_code not in UNREADY:
            answer.raise_for_status()
        time.sleep(2.0)
    last = answer.text if answer else "nothing"
    raise RuntimeError(f"audit has not signed the case within {SIGNED_TIMEOUT_SECONDS:.0f} s; last it answered {last}")


def _ask(reader: httpx.Client, case: str) -> int:
    return reader.get(f"/api/v1/cases/{case}/bundle").status_code
