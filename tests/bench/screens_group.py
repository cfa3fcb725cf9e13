"""Pages of the console that ten advisers of one unit read at once, over the history of a region.

The issue's aim is a time, and no ratio: the floor is that time."""

from __future__ import annotations

import re
import sys
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import cycle, islice, product

import httpx
import psycopg
import wrk_callers
from bench_servers import BenchServers
from histories import small_and_big
from measurement import Aim, Measure, Row, Unit, compare, measure_interleaved

from embedded.environment import database_name
from embedded.identity.issuer import ISSUER
from embedded.processes.nats import SERVICES
from embedded.stack import Stack
from shared.web.identity import pseudonym

GROUP = "screens"
ADVISERS = 10
AIM_MILLISECONDS, AIM = 200.0, Aim(at_most=1.0)
RATE = "DLA_RATE_PERSON=1000000/minute"
"""Ten people ask without a pause."""
POSTS, HOLDERS = range(1, 60), range(1, 12)
"""Of advisers in a unit of a history, and of who had a post one after the other."""
MIN_SECONDS = 2.0
"""In which ten pages are answered on a busy machine too."""
MILLISECONDS = 1e3


def rows(servers: BenchServers, rounds: int, seconds: float) -> list[Row]:
    if not wrk_callers.is_available():
        print("  nothing is measured: wrk is not installed")
        return []
    _, folder = small_and_big(servers, is_quick=rounds == 1)
    roles = dict.fromkeys(SERVICES, "api")
    with Stack(folder, roles=roles, program=lambda service: ["env", RATE, sys.executable, "-m", service]) as stack:
        unit, cases = _busiest_unit(stack)
        advisers = [*islice(cycle(_advisers(stack, unit)), ADVISERS)]
        cookies = [_signed_in(stack, "adviser", each, unit) for each in advisers]
        manager = [_signed_in(stack, "manager", f"{unit}-manager", unit)] * ADVISERS
        measures: dict[str, Measure[float]] = {
            name: partial(_p95, stack.console, manager if name == "the unit" else cookies, paths)
            for name, paths in _pages(cases).items()
        }
        found = measure_interleaved(measures, rounds, seconds)
    return [
        compare(
            GROUP,
            f"{name}, p95 at {ADVISERS}",
            Unit.MILLISECONDS,
            ours=times,
            floor=("the aim", [AIM_MILLISECONDS] * len(times)),
            aim=AIM,
        )
        for name, times in found.items()
    ]


def _pages(cases: Sequence[str]) -> Mapping[str, Sequence[str]]:
    return {
        "today, one's own": ["/aujourdhui"],
        "today, the unit's": ["/aujourdhui?qui=unite"],
        "a search": ["/dossiers?q=atelier", "/dossiers?q=les%20jardins", "/dossiers?statut=admitted"],
        "work on a case": [f"/dossiers/{case}/travail" for case in cases],
        "a form": [f"/dossiers/{case}/faire/intake/requests/{case}/meetings" for case in cases],
        "a new request": ["/nouvelle-demande"],
        "the unit": ["/responsable"],
    }


def _p95(address: str, cookies: Sequence[str], paths: Sequence[str], seconds: float) -> float:
    return wrk_callers.read_pages(address, cookies, max(seconds, MIN_SECONDS), paths).p95 * MILLISECONDS


def _busiest_unit(stack: Stack) -> tuple[str, list[str]]:
    """With some of its open cases."""
    with psycopg.connect(stack.postgres.url(database_name("intake"))) as connection:
        row = connection.execute(
            "SELECT document->>'unit' AS unit, "
            " (array_agg(case_id::text ORDER BY case_id) FILTER (WHERE document->>'status' = 'admitted'))[:20] AS cases"
            " FROM projection_rows WHERE projection LIKE 'requests:%' GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
        ).fetchone()
    assert row is not None, "the history has no lists"
    unit, cases = row
    return unit, cases


def _advisers(stack: Stack, unit: str) -> Iterator[str]:
    """Those with cases, as the development issuer names them; those with the most first."""
    key = b64decode(stack.environments["intake"]["DLA_IDENTITY_KEY"])
    subjects = {
        pseudonym(key, ISSUER, subject): subject
        for subject in (f"{unit}-adviser-{post}-{holder}" for post, holder in product(POSTS, HOLDERS))
    }
    with psycopg.connect(stack.postgres.url(database_name("intake"))) as connection:
        counted = connection.execute(
            "SELECT document->>'adviser' FROM projection_rows"
            " WHERE projection LIKE 'requests:%%' AND document->>'unit' = %s GROUP BY 1 ORDER BY count(*) DESC",
            (unit,),
        ).fetchall()
    found = [subjects[identity] for (identity,) in counted if identity in subjects]
    if not found:
        raise RuntimeError(f"nobody of {unit} is an adviser of its cases")
    yield from found[:ADVISERS]


def _signed_in(stack: Stack, role: str, subject: str, unit: str) -> str:
    """The cookie of a session at the console."""
    with httpx.Client(base_url=stack.console, trust_env=False, timeout=30) as browser:
        shown = browser.get("/connexion").raise_for_status()
        csrf = re.search(r'name="csrf" value="([^"]+)"', shown.text)
        assert csrf, shown.text
        token = stack.issuer.mint(role, subject=subject, unit=unit)
        answer = browser.post("/connexion/jeton", data={"csrf": csrf[1], "jeton": token, "vers": "/aujourdhui"})
        if answer.status_code != httpx.codes.SEE_OTHER:
            raise RuntimeError(f"nobody is signed in: {answer.status_code} {answer.text[:500]}")
        browser.get("/aujourdhui").raise_for_status()  # a right is chosen at the first page
        return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
