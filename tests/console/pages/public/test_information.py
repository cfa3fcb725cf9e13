"""The public pages: what a deployment said of itself, what it did not, and who stays signed in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from tests.support.checks.console_pages import ADDRESS, Browser, settings, text
from tests.support.servers.in_process_client import InProcessClient

from console.main import create_app
from console.public_information import Compliance, PublicPagesSettings
from shared.kernel import SERVICES
from shared.settings import Misconfigured, load_settings

PAGES = ("/mentions-legales", "/donnees-personnelles", "/accessibilite", "/affichage", "/plan-du-site", "/stats")
WHOLE: dict[str, Any] = {
    "publisher": "Association régionale d’appui, loi de 1901",
    "publisher_address": "1 quai de l’Exemple, 44000 Nantes, 02 40 00 00 00",
    "publication_director": "Maëlle Exemple",
    "hosting": "Hébergeur d’exemple, SAS",
    "hosting_address": "2 rue de l’Exemple, 59000 Lille, 03 20 00 00 00",
    "contact": "site@dla.example.org",
    "controller": "Association régionale d’appui",
    "dpo_contact": "https://dla.example.org/dpo",
    "accessibility_declared": date(2026, 2, 1),
    "accessibility_plan": "https://dla.example.org/schema",
}
Shown = Callable[..., Browser]


@pytest.fixture
def shown() -> Iterator[Shown]:
    """The console of a deployment that says this of itself; no service answers."""
    nowhere = httpx.MockTransport(lambda _: httpx.Response(404, json={}))
    with ExitStack() as running:

        def browser(**said: Any) -> Browser:
            app = create_app(settings(), dict.fromkeys(SERVICES, nowhere), PublicPagesSettings(**said))
            return Browser(running.enter_context(InProcessClient(app, base_url=ADDRESS)))

        yield browser


@pytest.mark.parametrize("path", PAGES)
def test_everybody_reads_a_public_page_and_each_page_leads_to_all(shown: Shown, path: str) -> None:
    page = shown().get(path)
    assert page.status_code == 200
    assert page.url.path == path
    foot = page.text.partition("<footer")[2]
    assert re.findall(r'href="([^"]+)"', foot) == [
        "/mentions-legales",
        "/donnees-personnelles",
        "/accessibilite",
        "/stats",
        "/affichage",
        "/plan-du-site",
    ]
    assert "Accessibilité&nbsp;: non conforme" in foot, "RGAA: the state stands on the first page too"


def test_every_address_of_the_site_map_leads_somewhere(shown: Shown) -> None:
    browser = shown(security_contact="mailto:a@example.org", security_expires=datetime.now(UTC) + timedelta(days=9))
    page = browser.get("/plan-du-site")
    found = re.findall(r'href="(/[^"]*)"', page.text.partition("<main")[2].partition("</main>")[0])
    assert set(PAGES) - {"/plan-du-site"} <= set(found)
    assert [path for path in found if browser.get(path).status_code not in (200, 503)] == []


def test_what_a_deployment_says_is_shown_and_what_it_does_not_is_not_invented(shown: Shown) -> None:
    full, empty = shown(**WHOLE), shown()
    pages = "".join(text(full.get(path)) for path in PAGES)
    for name, value in WHOLE.items():
        assert ("1er février 2026" if isinstance(value, date) else value) in pages, name
    assert "pas encore indiqué" not in pages
    assert 'href="mailto:site@dla.example.org"' in full.get("/mentions-legales").text
    assert 'href="https://dla.example.org/dpo"' in full.get("/donnees-personnelles").text
    lacking = {path: text(empty.get(path)).count("pas encore indiqué") for path in PAGES[:3]}
    assert lacking == {"/mentions-legales": 6, "/donnees-personnelles": 3, "/accessibilite": 3}


def test_markup_in_a_setting_is_shown_as_text(shown: Shown) -> None:
    assert "<script>x" not in shown(publisher="<script>x</script>").get("/mentions-legales").text


# Accessibility


@pytest.mark.parametrize(
    ("rate", "age_days", "state"),
    [
        (None, None, Compliance.NONE),
        (49.9, 10, Compliance.NONE),
        (50.0, 10, Compliance.PARTIAL),
        (99.9, 10, Compliance.PARTIAL),
        (100.0, 10, Compliance.FULL),
        (100.0, 3 * 366 + 1, Compliance.NONE),
    ],
)
def test_compliance_is_that_of_a_valid_audit(rate: float | None, age_days: int | None, state: Compliance) -> None:
    today = datetime.now(UTC).date()
    audit: dict[str, Any] = (
        {"audit_date": today - timedelta(days=age_days), "audited_by": "Un cabinet"} if age_days else {}
    )
    assert PublicPagesSettings(**audit, audit_rate=rate).compliance(today) is state


def test_an_audit_of_29_february_is_valid_for_three_years() -> None:
    audited = PublicPagesSettings(audit_date=date(2024, 2, 29), audited_by="Un cabinet", audit_rate=80)
    assert audited.compliance(date(2027, 2, 28)) is Compliance.PARTIAL
    assert audited.compliance(date(2027, 3, 1)) is Compliance.NONE


def test_without_an_audit_the_declaration_says_not_compliant_and_whom_to_turn_to(shown: Shown) -> None:
    page = text(shown(**WHOLE).get("/accessibilite"))
    assert "http://console.test est non conforme avec le référentiel général" in page
    assert "car aucun audit n’a encore été fait" in page
    for owed in ("loi n° 2005-102", "Défenseur des droits", "Libre réponse 71120", "site@dla.example.org"):
        assert owed in page, owed


def test_an_audit_is_declared_with_its_rate_and_what_it_found(shown: Shown) -> None:
    day = datetime.now(UTC).date() - timedelta(days=3)
    browser = shown(
        **WHOLE, audit_date=day, audited_by="Un cabinet", audit_rate=81.5, audit_findings="Le tableau A ; Le menu"
    )
    page = browser.get("/accessibilite")
    assert "est partiellement conforme avec" in text(page)
    assert "81,5 % des critères" in text(page)
    assert re.findall(r"<li>(Le [^<]+)</li>", page.text) == ["Le tableau A", "Le menu"]
    assert "Accessibilité&nbsp;: partiellement conforme" in browser.get("/connexion").text


# security.txt


def test_security_txt_is_served_until_it_expires(shown: Shown) -> None:
    expires = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)
    said = {"security_contact": "mailto:securite@dla.example.org", "security_policy": "https://dla.example.org/failles"}
    answer = shown(**said, security_expires=expires).get("/.well-known/security.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.text.splitlines() == [
        "Contact: mailto:securite@dla.example.org",
        f"Expires: {expires.isoformat()}",
        "Policy: https://dla.example.org/failles",
        "Preferred-Languages: fr, en",
        "Canonical: http://console.test/.well-known/security.txt",
    ]
    past = expires - timedelta(days=31)
    for browser in (shown(), shown(**said, security_expires=past)):
        assert browser.get("/.well-known/security.txt").status_code == 404
        assert "security.txt" not in browser.get("/plan-du-site").text


# Settings


NEXT_YEAR = (datetime.now(UTC) + timedelta(days=400)).isoformat()


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"SECURITY_CONTACT": "securite@example.org", "SECURITY_EXPIRES": NEXT_YEAR}, "no address that RFC 9116 knows"),
        ({"SECURITY_CONTACT": "mailto:a@example.org\nPolicy: x"}, "no address that RFC 9116 knows"),
        ({"SECURITY_CONTACT": "mailto:a@example.org"}, "go together"),
        ({"SECURITY_CONTACT": "mailto:a@example.org", "SECURITY_EXPIRES": NEXT_YEAR}, "more than a year away"),
        ({"SECURITY_POLICY": "http://example.org"}, "is not https://"),
        ({"AUDIT_RATE": "80"}, "of no audit: set DLA_CONSOLE_AUDIT_DATE, DLA_CONSOLE_AUDITED_BY"),
        ({"AUDIT_DATE": "2026-01-12"}, "set its DLA_CONSOLE_AUDIT_RATE"),
        (
            {"AUDIT_DATE": NEXT_YEAR[:10], "AUDITED_BY": "x", "AUDIT_RATE": "80"},
            "DLA_CONSOLE_AUDIT_DATE is in the futu",
        ),
        ({"AUDIT_RATE": "101"}, "DLA_CONSOLE_AUDIT_RATE: "),
    ],
)
def test_what_contradicts_itself_is_refused_at_the_start(
    said: dict[str, str], fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_settings(PublicPagesSettings)
    for name, value in said.items():
        monkeypatch.setenv(f"DLA_CONSOLE_{name}", value)
    with pytest.raises(Misconfigured) as refused:
        load_settings(PublicPagesSettings)
    assert [each for each in refused.value.faults if fault in each]


# Sessions


def test_a_link_of_another_site_to_a_public_page_leaves_the_session_alone(shown: Shown) -> None:
    browser = shown()
    for path in (*PAGES, "/dossiers"):
        answer = browser.http.get(path, headers={"Sec-Fetch-Site": "cross-site"})
        assert "Set-Cookie" not in answer.headers, path
    assert "Set-Cookie" in browser.http.get("/connexion").headers
