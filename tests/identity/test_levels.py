"""The console before a certified provider: levels of authentication, signed userinfo, signing out with a hint."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from joserfc.jws import extract_compact
from pydantic import SecretStr
from tests.identity.test_console import ADDRESS, PERSON, session
from tests.support.checks.console_pages import Browser, settings, text
from tests.support.servers.certified_provider import Provider
from tests.support.servers.in_process_client import InProcessClient

from console.main import create_app
from console.settings import Userinfo
from shared.kernel import SERVICES

TWO_FACTORS = "urn:dla:two-factors"


@pytest.fixture
def browser(provider: Provider) -> Iterator[Browser]:
    """Levels are required and userinfo is signed; no service answers."""
    told: dict[str, Any] = {
        "issuer": provider.issuer,
        "address": ADDRESS,
        "client_id": "signed",
        "client_secret": SecretStr("a-console-of-the-tests"),
        "resource": "urn:dla:ES256",
        "scope": "openid profile cases offline_access",
        "acr_values": (TWO_FACTORS, "urn:dla:a-card"),
        "userinfo": Userinfo.SIGNED,
    }
    nowhere = httpx.MockTransport(lambda _: httpx.Response(503))
    with InProcessClient(create_app(settings(**told), dict.fromkeys(SERVICES, nowhere)), base_url=ADDRESS) as http:
        yield Browser(http)


def begun(browser: Browser) -> str:
    return str(browser.http.get("/connexion/fournisseur", follow_redirects=False).headers["Location"])


def back(browser: Browser, provider: Provider, where: str) -> httpx.Response:
    returned = urlsplit(provider.answered(where, PERSON))
    return browser.get(f"{returned.path}?{returned.query}")


def test_who_shows_the_level_is_let_in_under_the_name_that_was_signed(browser: Browser, provider: Provider) -> None:
    assert back(browser, provider, begun(browser)).status_code == 200
    signed_in = session(browser)
    assert signed_in.name == "Inès Martin", "the id token names nobody: the userinfo does"
    assert signed_in.token is not None
    assert b'"aud":"dla"' in extract_compact(signed_in.token.encode()).payload, "the token is for the services"
    assert signed_in.id_token is not None
    assert f'"acr":"{TWO_FACTORS}"'.encode() in extract_compact(signed_in.id_token.encode()).payload
    shown = browser.submit("/deconnexion", browser.get("/connexion"))
    leave = next(each for each in shown.text.split('href="') if each.startswith(provider.issuer)).partition('"')[0]
    asked = parse_qs(urlsplit(leave.replace("&amp;", "&")).query)
    assert asked["id_token_hint"] == [signed_in.id_token]
    assert asked["client_id"] == ["signed"]
    assert provider.http.get(leave.replace("&amp;", "&")).status_code == 200, "the provider accepts the hint"


def test_who_takes_the_level_out_of_the_question_is_not_let_in(browser: Browser, provider: Provider) -> None:
    """The question passes through the person's own browser, which may change it."""
    where = urlsplit(begun(browser))
    asked = {name: values[0] for name, values in parse_qs(where.query).items()}
    del asked["claims"]
    shown = back(browser, provider, f"{where.scheme}://{where.netloc}{where.path}?{urlencode(asked)}")
    assert shown.status_code == 403
    assert "recommencez avec un second facteur" in text(shown)
    assert not session(browser).signed_in


def test_userinfo_that_is_not_signed_lets_nobody_in(provider: Provider) -> None:
    told = {"issuer": provider.issuer, "address": ADDRESS, "scope": "openid profile offline_access cases"}
    app = create_app(settings(**told, userinfo=Userinfo.SIGNED))
    with InProcessClient(app, base_url=ADDRESS) as http:
        browser = Browser(http)
        shown = back(browser, provider, begun(browser))
        assert shown.status_code == 403
        assert not session(browser).signed_in
