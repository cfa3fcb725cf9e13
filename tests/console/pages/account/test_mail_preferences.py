"""« Mes courriels », and the end of all mails by the link in one of them, without an account."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.support.checks.console_pages import ADDRESS, Browser, Switch, settings, text
from tests.support.servers.in_process_client import InProcessClient
from tests.support.servers.mailed_intake import MailedIntake, mailed_intake

from console.main import create_app
from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres
from intake.domain.mail_preferences import mail_preferences_id
from intake.mail.tokens import TokenUse, make_token

CHOICE = {"adresse": "moi@dla.example", "rythme": "weekly"}


@pytest.fixture(scope="module")
def house(postgres: Postgres, nats: Nats, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailedIntake]:
    with mailed_intake(postgres, nats, tmp_path_factory.mktemp("account")) as house:
        yield house


@pytest.fixture
def way(house: MailedIntake) -> Switch:
    return Switch(house.intake.web)


@pytest.fixture
def browser(house: MailedIntake, way: Switch) -> Iterator[Browser]:
    """Only intake is there."""
    ways = {name: Switch(house.intake.web) for name in ("diagnostic", "parcours", "followup", "audit")}
    for each in ways.values():
        each.out = True
    with InProcessClient(
        create_app(settings(), {"intake": way, **ways}), base_url=ADDRESS, raise_server_exceptions=False
    ) as http:
        yield Browser(http)


def signed_in(house: MailedIntake, browser: Browser, subject: str, role: str = "adviser") -> None:
    browser.enter(house.intake.issuer.mint(role, subject=subject, unit="dla-44", units=(), case=None))


def unsubscribe_address(house: MailedIntake, subject: str) -> str:
    keys = house.app.key_store
    preferences = mail_preferences_id(keys.pseudonym, house.intake.id_of(subject))  # type: ignore[arg-type]
    return f"/desabonnement/{make_token(keys, TokenUse.UNSUBSCRIBE, preferences)}"


def test_a_rhythm_is_chosen_and_shown_again(house: MailedIntake, browser: Browser) -> None:
    signed_in(house, browser, "chooses")
    first = browser.get("/mes-courriels")
    assert "à partir de 7 h" in text(first)
    assert 'value="never" required checked' in first.text
    saved = browser.submit("/mes-courriels", first, **CHOICE)
    assert "C’est enregistré" in text(saved)
    assert 'value="weekly" required checked' in saved.text
    assert 'value="moi@dla.example"' in saved.text


def test_an_address_that_is_none_is_said_at_its_field_and_what_was_typed_stays(
    house: MailedIntake, browser: Browser
) -> None:
    signed_in(house, browser, "mistypes")
    shown = browser.submit("/mes-courriels", browser.get("/mes-courriels"), adresse="moi@dla", rythme="daily")
    assert shown.status_code == 422
    assert 'value="moi@dla" aria-invalid="true"' in shown.text
    assert 'value="daily" required checked' in shown.text


def test_others_than_the_staff_have_no_such_page(house: MailedIntake, browser: Browser) -> None:
    signed_in(house, browser, "audits", "auditor")
    assert browser.http.get("/mes-courriels", follow_redirects=False).headers["location"] == "/"
    assert "/mes-courriels" not in browser.get("/apparence").text


def test_one_click_unsubscribes_without_a_session_and_looking_does_not(house: MailedIntake, browser: Browser) -> None:
    signed_in(house, browser, "leaves")
    browser.submit("/mes-courriels", browser.get("/mes-courriels"), **CHOICE)
    browser.http.cookies.clear()
    address = unsubscribe_address(house, "leaves")
    assert "Ne plus recevoir de courriel" in text(browser.get(address))
    assert house.intake.by("adviser", subject="leaves").get("/api/v1/mail-preferences").json()["digest"] == "weekly"
    done = browser.http.post(address, data={"List-Unsubscribe": "One-Click"})
    assert (done.status_code, "C’est fait" in text(done)) == (200, True)
    assert house.intake.by("adviser", subject="leaves").get("/api/v1/mail-preferences").json()["digest"] == "never"


def test_a_link_that_is_none_or_a_silent_service_is_said(house: MailedIntake, browser: Browser, way: Switch) -> None:
    wrong = browser.http.post(f"/desabonnement/{'t' * 64}")
    assert (wrong.status_code, "pas complète" in text(wrong)) == (404, True)
    way.out = True
    silent = browser.http.post(unsubscribe_address(house, "leaves"))
    assert (silent.status_code, "rien n’est changé encore" in text(silent)) == (503, True)
