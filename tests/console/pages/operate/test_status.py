"""« Exploitation »: how services are and what waits in them, for the operator and nobody else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from tests.support.checks.console_pages import Browser, Switch, World, text

from audit.status import ADVICE as AUDIT_ADVICE
from console.pages.operate.status import service_line
from console.presentation.health_faults import fault_texts
from console.upstream.services import UpstreamError
from shared.health import ADVICE

WAITING = {
    "outbox_seconds": 0,
    "lag_seconds": 3,
    "projection_seconds": 0,
    "deadline_seconds": 7300,
    "late_deadlines": 4,
    "failing_deadlines": 1,
    "parked_cases": 2,
    "parked_events": 17,
}
PARKED = {
    "fault": "cases-parked",
    "about": "intake",
    "detail": "17 events of 2 cases wait, since 90 seconds",
    "advice": "`list-parked` says why.",
}


def answer(*faults: dict[str, Any], waiting: Mapping[str, int] | None = None) -> dict[str, Any]:
    relay = {"position": 12, "unsent": 0, "error": None, "reported_at": None}
    status = "degraded" if faults else "ok"
    return {"status": status, "halted": {}, "relay": relay, "faults": list(faults), "waiting": waiting}


@pytest.fixture
def operator(browser: Browser, world: World) -> Browser:
    browser.enter(world.token("ops", subject="operates", unit=None))
    return browser


def test_an_operator_begins_with_how_the_services_are(operator: Browser, ways: dict[str, Switch]) -> None:
    ways["intake"].instead["/readyz"] = answer(waiting=WAITING | {"late_deadlines": 0, "parked_cases": 0})
    ways["diagnostic"].instead["/readyz"] = answer(PARKED, waiting=WAITING)
    shown = operator.get("/")
    assert (shown.url.path, shown.headers["Cache-Control"]) == ("/exploitation", "no-store")
    read = text(shown)
    assert "Quelqu’un doit regarder." in read
    assert "Des dossiers sont mis de côté Accueil" in read
    assert "« list-parked » dit pourquoi" in read
    assert "2 (17 messages)" in read and "4 , 1 en échec" in read.replace("4,", "4 ,")
    assert "ne répond pas" in read, "of the services that are not there"


def test_what_a_real_service_says_of_itself_is_shown(operator: Browser) -> None:
    """Nothing else of its processes runs here, and it says so."""
    assert "Plus rien n’est envoyé aux autres services" in text(operator.get("/exploitation"))


def test_a_release_that_measures_nothing_here_is_shown_as_such(operator: Browser, ways: dict[str, Switch]) -> None:
    for way in ways.values():
        way.out, way.instead["/readyz"] = False, answer()
    read = text(operator.get("/exploitation"))
    assert "Tout va bien." in read and "non mesuré par cette version" in read


def test_nobody_else_has_this_page(auditor: Browser) -> None:
    assert auditor.http.get("/exploitation", follow_redirects=False).headers["location"] == "/"
    assert "/exploitation" not in auditor.get("/").text


def test_every_fault_has_a_title_and_an_advice_in_french() -> None:
    known = ADVICE.keys() | AUDIT_ADVICE.keys()
    texts = fault_texts()
    assert texts["titles"].keys() == texts["advice"].keys() == known


def test_a_fault_of_a_newer_release_keeps_its_own_words() -> None:
    newer = {"fault": "comet-struck", "about": None, "detail": "it glows", "advice": "Look up."}
    (item,) = service_line("intake", answer(newer)).faults
    assert (item.title, item.about, item.advice) == ("comet-struck", "", "Look up.")
    silent = UpstreamError("audit", 503, slug="silent", title="Ne répond pas", detail="Réessayez.")
    assert not service_line("audit", silent).is_well
