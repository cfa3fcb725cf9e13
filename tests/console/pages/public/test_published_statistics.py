"""/stats: what the services publish to everybody, each asked once, and nothing else of them."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from tests.support.checks.console_pages import ADDRESS, Browser, settings, text
from tests.support.samples.published_statistics import published_statistics as sample
from tests.support.servers.in_process_client import InProcessClient

from console.main import create_app
from console.upstream import published_statistics
from shared.kernel import SERVICES
from shared.web.collections.statistics import FORMULA


class Publishing:
    """Intake publishes, parcours has too few cases, followup is out, and diagnostic publishes nothing to everybody."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        period = request.url.params.get("period", "2026-T3")
        if request.url.host.startswith("followup"):
            raise httpx.ConnectError("out", request=request)
        if request.url.host.startswith("diagnostic") or period == "1998":
            problem = {"type": "/problems/not-published", "title": "Non publiées", "detail": "Aucune."}
            return httpx.Response(404, json=problem)
        return httpx.Response(200, json=sample(period, None if request.url.host.startswith("parcours") else 1239))


@pytest.fixture
def services() -> Publishing:
    return Publishing()


@pytest.fixture
def browser(services: Publishing) -> Iterator[Browser]:
    way = httpx.MockTransport(services.answer)
    with InProcessClient(create_app(settings(), dict.fromkeys(SERVICES, way)), base_url=ADDRESS) as http:
        yield Browser(http)


def test_everybody_reads_what_is_published_and_what_is_masked_stays_masked(
    browser: Browser, services: Publishing
) -> None:
    page = browser.get("/stats")
    assert page.status_code == 200
    shown = text(page)
    figures = ("1 239", "10–19 salarié·es masqué", "1–2 salarié·es 1 234", "50 salarié·es et plus")
    for owed in ("3e trimestre 2026", *figures):
        assert owed in shown, owed
    assert shown.count("masqué ") >= 2, "a cell, and the total of parcours with all its tables"
    assert page.text.count("<details>") == 1
    assert "Suivi" in shown and "ne répond pas" in shown, "a service that is out is named"
    assert FORMULA.replace("\u202f", " ") in shown
    assert not [each for each in services.asked if "Authorization" in each.headers]


def test_visitors_do_not_multiply_the_questions_to_the_services(
    browser: Browser, services: Publishing, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        browser.get("/stats")
    hosts = [each.url.host.partition(".")[0] for each in services.asked]
    assert sorted(hosts) == ["diagnostic", "followup", "followup", "followup", "intake", "parcours"]
    assert "2e trimestre 2026" in text(browser.get("/stats?periode=2026-T2"))
    monkeypatch.setattr(published_statistics, "MAX_ANSWERS", 4)
    for number in range(6):
        browser.get(f"/stats?periode=201{number}")
    assert len(browser.http.app.state.published._answers) == 4  # type: ignore[attr-defined]
    monkeypatch.setattr(published_statistics, "TTL_SECONDS", -1.0)
    services.asked.clear()
    browser.get("/stats?periode=2015")
    assert len(services.asked) == 4, "asked again when they are old"


def test_a_period_of_which_nothing_is_published_says_so(browser: Browser, services: Publishing) -> None:
    assert browser.get("/stats?periode=hier").status_code == 404
    assert services.asked == []
    assert "Suivi" in text(browser.get("/stats?periode=1998"))
