"""Sign-in to the console with a certified OpenID provider."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest
from tests.support.checks.console_pages import Browser, Switch, settings, text
from tests.support.servers.certified_provider import Provider
from tests.support.servers.in_process_client import InProcessClient
from tests.support.servers.served_service import Served, served
from typer.testing import CliRunner

from console.auth.sealed_cookies import SealedCookie
from console.auth.session import ReaderSession, decode_session, encode
from console.main import create_app
from embedded.processes.nats import Nats
from intake.main import cli, service
from shared.settings import RightsSource

ADDRESS = "http://127.0.0.1"
PERSON = "ines.martin"


@pytest.fixture
def intake(
    provider: Provider,
    database: Callable[..., str],
    nats: Nats,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Served]:
    """Believes the provider, and its own register: two rights for one person."""
    told: dict[str, Any] = {
        "issuer": provider.issuer,
        "jwks": f"{provider.issuer}/jwks",
        "rights_from": RightsSource.REGISTER,
    }
    with served(service, database, nats, tmp_path, **told) as intake:
        intake.speak_to(monkeypatch)
        for role, where in (("manager", ["--unit", "dla-44"]), ("auditor", ["--units", "dla-44"])):
            command = ["register", "--subject", PERSON, "--role", role, "--reason", "Mise en service.", *where]
            done = CliRunner().invoke(cli, command)
            assert done.exit_code == 0, done.output
        yield intake


@pytest.fixture
def ways(intake: Served) -> dict[str, Switch]:
    ways = {name: Switch(intake.web) for name in ("intake", "diagnostic", "parcours", "followup", "audit")}
    for name, way in ways.items():
        way.out = name != "intake"
    return ways


@pytest.fixture
def browser(provider: Provider, ways: dict[str, Switch]) -> Iterator[Browser]:
    told = settings(
        issuer=provider.issuer, address=ADDRESS, resource="urn:dla:ES256", scope="openid cases offline_access"
    )
    with InProcessClient(create_app(told, ways), base_url=ADDRESS, raise_server_exceptions=False) as http:
        yield Browser(http)


def sign_in(browser: Browser, provider: Provider, then: str = "/") -> httpx.Response:
    asked = browser.http.get("/connexion/fournisseur", params={"vers": then}, follow_redirects=False)
    back = urlsplit(provider.answered(asked.headers["Location"], PERSON))
    return browser.get(f"{back.path}?{back.query}")


def session(browser: Browser) -> ReaderSession:
    found: ReaderSession = decode_session(_jar().read(dict(browser.http.cookies)) or b"")
    return found


def put_back(browser: Browser, changed: ReaderSession) -> None:
    domain = next(cookie.domain for cookie in browser.http.cookies.jar if cookie.name.startswith("dla-session"))
    browser.http.cookies.clear()
    for kept in _jar().set_cookie_headers(encode(changed), {}):
        name, _, value = kept.split(";")[0].partition("=")
        browser.http.cookies.set(name, value, domain=domain)


def _jar() -> SealedCookie:
    return SealedCookie("dla-session", sha256(b"console").digest(), secure=False)


def test_somebody_signs_in_and_chooses_under_which_right(
    browser: Browser, provider: Provider, ways: dict[str, Switch]
) -> None:
    assert sign_in(browser, provider).status_code == 200
    shown = browser.get("/")
    assert "À quel titre" in text(shown) and "auditeur·rice" in text(shown)
    right = next(each for each in shown.text.split('value="') if "auditeur·rice" in each).partition('"')[0]
    listed = browser.submit("/titre", shown, droit=right, vers="/")
    assert "Aucun dossier dans votre territoire" in text(listed)
    assert ways["intake"].asked[-1].headers["DLA-Right"] == right
    assert "Changer de titre" in listed.text


def test_a_token_that_ends_is_renewed_and_the_refresh_token_turned_over(browser: Browser, provider: Provider) -> None:
    sign_in(browser, provider)
    first = session(browser)
    assert first.refresh and first.expires and first.expires > time.time() + 60
    put_back(browser, msgspec.structs.replace(first, expires=time.time() + 1))
    assert "À quel titre" in text(browser.get("/"))
    second = session(browser)
    assert second.token != first.token and second.refresh != first.refresh
    assert second.expires and second.expires > time.time() + 60


def test_a_refresh_token_that_the_provider_takes_back_ends_the_session(browser: Browser, provider: Provider) -> None:
    sign_in(browser, provider)
    put_back(browser, msgspec.structs.replace(session(browser), expires=time.time() - 1, refresh="taken-back"))
    assert "Votre session est terminée" in text(browser.get("/"))


def test_who_does_not_agree_is_not_signed_in(browser: Browser, provider: Provider) -> None:
    asked = browser.http.get("/connexion/fournisseur", follow_redirects=False)
    state = parse_qs(urlsplit(asked.headers["Location"]).query)["state"][0]
    shown = browser.get(f"/retour?error=access_denied&state={state}")
    assert shown.status_code == 403 and "n’êtes pas connecté·e" in text(shown)


def test_a_provider_that_is_out_is_said_out(browser: Browser, provider: Provider) -> None:
    provider.stop()
    shown = browser.get("/connexion/fournisseur")
    assert shown.status_code == 503 and "ne répond pas" in text(shown)
    provider.start()


def test_one_may_sign_out_of_the_provider_too(browser: Browser, provider: Provider) -> None:
    sign_in(browser, provider)
    shown = browser.submit("/deconnexion", browser.get("/connexion"))
    assert f'href="{provider.issuer}/session/end?client_id=console' in shown.text
