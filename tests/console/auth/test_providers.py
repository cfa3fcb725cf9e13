"""Identity providers of the console: two of them, levels of authentication, and what a provider must have signed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from pydantic import SecretStr
from tests.support.checks.console_pages import ADDRESS, Browser, settings, text
from tests.support.servers.in_process_client import InProcessClient

from console.auth.sealed_cookies import SealedCookie
from console.auth.session import ReaderSession, decode_session
from console.main import create_app
from console.settings import Userinfo
from shared.kernel import SERVICES
from shared.web.identity import SigningKeys

FIRST, SECOND = "https://identite.example.org", "https://secours.example.org"
KEY, ANOTHER_KEY = (ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True) for _ in range(2))
TWO_FACTORS = "https://levels.example.org/2fa"
Client = httpx.AsyncClient


class World:
    """Two providers that sign what `claims` and `userinfo` say. `out`: the issuers that do not answer."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {}
        self.userinfo: Callable[[str], httpx.Response] = signed_userinfo
        self.access_token = "a.b.c"
        self.methods = ["client_secret_basic"]
        self.out: set[str] = set()
        self.asked: list[httpx.Request] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        issuer = f"https://{request.url.host}"
        if issuer in self.out:
            raise httpx.ConnectError("out", request=request)
        if request.url.path.startswith("/.well-known"):
            names = {"authorization_endpoint", "token_endpoint", "userinfo_endpoint", "end_session_endpoint"}
            document = {name: f"{issuer}/{name}" for name in names} | {"jwks_uri": f"{issuer}/jwks", "issuer": issuer}
            return httpx.Response(200, json=document | {"token_endpoint_auth_methods_supported": self.methods})
        if request.url.path == "/userinfo_endpoint":
            return self.userinfo(issuer)
        tokens = {"access_token": self.access_token, "expires_in": 600, "id_token": sign(issuer, **self.claims)}
        return httpx.Response(200, json=tokens | {"refresh_token": f"refresh of {issuer}"})


def sign(issuer: str, key: ECKey = KEY, **changed: Any) -> str:
    claims = {"iss": issuer, "aud": "console", "sub": "ines", "exp": int(time.time()) + 60} | changed
    claims = {name: value for name, value in claims.items() if value is not ...}
    return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key, algorithms=["ES256"])


def signed_userinfo(issuer: str, key: ECKey = KEY, **changed: Any) -> httpx.Response:
    claims = {"exp": ..., "given_name": "Inès", "usual_name": "Martin"} | changed
    token = sign(issuer, key, **claims)
    return httpx.Response(200, content=token, headers={"Content-Type": "application/jwt; charset=utf-8"})


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """Nothing leaves this process: neither questions to the providers, nor for their keys."""
    world = World()
    way = httpx.MockTransport(world.answer)
    monkeypatch.setattr(httpx, "AsyncClient", lambda **told: Client(**told | {"transport": told["transport"] or way}))
    published = json.loads(json.dumps(KeySet([KEY]).as_dict(private=False)))
    monkeypatch.setattr(SigningKeys, "_fetch_keys", lambda _: published)
    return world


@pytest.fixture
def browser(world: World) -> Iterator[Callable[..., Browser]]:
    opened: list[InProcessClient] = []

    def begin(**told: Any) -> Browser:
        nowhere = httpx.MockTransport(lambda _: httpx.Response(503))
        app = create_app(settings(issuer=FIRST, **told), dict.fromkeys(SERVICES, nowhere))
        opened.append(InProcessClient(app, base_url=ADDRESS).__enter__())
        return Browser(opened[-1])

    yield begin
    for each in opened:
        each.__exit__(None, None, None)


def sign_in(browser: Browser, world: World, address: str = "/connexion/fournisseur", **claims: Any) -> httpx.Response:
    where = browser.http.get(address, follow_redirects=False).headers["Location"]
    asked = parse_qs(urlsplit(where).query)
    world.claims = {"nonce": asked["nonce"][0]} | claims
    return browser.get(f"/retour?code=c&state={asked['state'][0]}")


def session(browser: Browser) -> ReaderSession:
    jar = SealedCookie("dla-session", settings().sealing_key(), secure=False)
    return decode_session(jar.read(dict(browser.http.cookies)) or b"")


# Two providers

BOTH = {"second_issuer": SECOND, "provider_label": "ProConnect", "second_label": "le secours de la région"}


def ways_in(browser: Browser) -> dict[str, str]:
    shown = browser.get("/connexion")
    links = [each.partition("</a>")[0] for each in shown.text.split('href="/connexion/fournisseur')[1:]]
    return {each.partition(">")[2]: "/connexion/fournisseur" + unescape(each.partition('"')[0]) for each in links}


def test_the_sign_in_page_offers_both_and_each_leads_to_its_own(browser: Callable[..., Browser], world: World) -> None:
    assert list(ways_in(browser())) == ["Se connecter"]
    both = browser(**BOTH)
    found = ways_in(both)
    assert list(found) == ["Se connecter avec ProConnect", "Se connecter avec le secours de la région"]
    hosts = [both.http.get(way, follow_redirects=False).headers["Location"] for way in found.values()]
    assert [urlsplit(each).netloc for each in hosts] == ["identite.example.org", "secours.example.org"]
    assert both.get("/connexion/fournisseur?par=https://ailleurs.example.org").status_code == 404


def test_one_outlives_the_other_and_a_session_signs_out_where_it_began(
    browser: Callable[..., Browser], world: World
) -> None:
    both = browser(**BOTH)
    world.out = {FIRST}
    first, second = ways_in(both).values()
    silent = both.get(first)
    assert silent.status_code == 503
    assert "connectez-vous par l’autre service" in text(silent)
    assert sign_in(both, world, second).status_code == 200
    signed_in = session(both)
    assert (signed_in.issuer, signed_in.refresh) == (SECOND, f"refresh of {SECOND}")
    shown = both.submit("/deconnexion", both.get("/connexion"))
    assert f'href="{SECOND}/end_session_endpoint?' in shown.text
    assert f"id_token_hint={signed_in.id_token}" in shown.text


def test_a_token_is_renewed_where_the_session_began(browser: Callable[..., Browser], world: World) -> None:
    both = browser(**BOTH)
    sign_in(both, world, list(ways_in(both).values())[1])
    jar = SealedCookie("dla-session", settings().sealing_key(), secure=False)
    late = json.loads(jar.read(dict(both.http.cookies)) or b"") | {"expires": time.time() + 1}
    domain = next(cookie.domain for cookie in both.http.cookies.jar)
    both.http.cookies.clear()
    for kept in jar.set_cookie_headers(json.dumps(late).encode(), {}):
        name, _, value = kept.split(";")[0].partition("=")
        both.http.cookies.set(name, value, domain=domain)
    world.asked.clear()
    both.get("/dossiers")
    assert [each.url.host for each in world.asked] == ["secours.example.org"]
    assert b"grant_type=refresh_token" in world.asked[0].content


def test_a_way_back_from_the_other_provider_is_refused(browser: Callable[..., Browser], world: World) -> None:
    both = browser(**BOTH)
    where = both.http.get("/connexion/fournisseur", follow_redirects=False).headers["Location"]
    state, nonce = (parse_qs(urlsplit(where).query)[name][0] for name in ("state", "nonce"))
    world.claims = {"nonce": nonce}
    assert both.get(f"/retour?code=c&state={state}&iss={SECOND}").status_code == 403


# Levels of authentication


def test_the_levels_are_asked_for_as_essential(browser: Callable[..., Browser], world: World) -> None:
    strict, any_level = browser(acr_values=f"eidas2 {TWO_FACTORS}"), browser()
    where = strict.http.get("/connexion/fournisseur", follow_redirects=False).headers["Location"]
    asked = parse_qs(urlsplit(where).query)
    values = ["eidas2", TWO_FACTORS]
    assert json.loads(asked["claims"][0]) == {"id_token": {"acr": {"essential": True, "values": values}}}
    assert "claims" not in any_level.http.get("/connexion/fournisseur", follow_redirects=False).headers["Location"]


@pytest.mark.parametrize("claims", [{}, {"acr": "eidas1"}, {"acr": None}, {"acr": [TWO_FACTORS]}, {"acr": "eidas2 x"}])
def test_an_id_token_without_a_required_level_lets_nobody_in(
    browser: Callable[..., Browser], world: World, claims: dict[str, Any]
) -> None:
    strict = browser(acr_values=("eidas2", TWO_FACTORS))
    shown = sign_in(strict, world, **claims)
    assert shown.status_code == 403
    assert "recommencez avec un second facteur" in text(shown)
    assert not session(strict).signed_in
    assert sign_in(strict, world, acr=TWO_FACTORS).status_code == 200
    assert session(strict).signed_in


def test_a_level_that_the_provider_cannot_give_is_named_so(browser: Callable[..., Browser], world: World) -> None:
    strict = browser(acr_values=(TWO_FACTORS,))
    where = strict.http.get("/connexion/fournisseur", follow_redirects=False).headers["Location"]
    state = parse_qs(urlsplit(where).query)["state"][0]
    shown = strict.get(f"/retour?error=unmet_authentication_requirements&state={state}")
    assert "recommencez avec un second facteur" in text(shown)


def test_each_provider_has_levels_of_its_own(browser: Callable[..., Browser], world: World) -> None:
    both = browser(**BOTH, second_acr_values=(TWO_FACTORS,))
    first, second = ways_in(both).values()
    assert sign_in(both, world, second).status_code == 403
    assert sign_in(both, world, first).status_code == 200


# What must be signed


def test_the_name_comes_from_signed_userinfo(browser: Callable[..., Browser], world: World) -> None:
    signed = browser(userinfo=Userinfo.SIGNED)
    assert sign_in(signed, world).status_code == 200
    assert session(signed).name == "Inès Martin"


@pytest.mark.parametrize(
    "answer",
    [
        lambda issuer: httpx.Response(200, json={"sub": "ines", "given_name": "Inès"}),
        lambda issuer: signed_userinfo(issuer, ANOTHER_KEY),
        lambda issuer: signed_userinfo(issuer, sub="somebody else"),
        lambda issuer: signed_userinfo(issuer, aud="another client"),
        lambda _: signed_userinfo(SECOND),
        lambda issuer: httpx.Response(200, content="x.y.z", headers={"Content-Type": "application/jwt"}),
    ],
    ids=["plain", "another key", "another person", "another client", "another issuer", "no JWT"],
)
def test_userinfo_that_is_not_signed_for_this_person_lets_nobody_in(
    browser: Callable[..., Browser], world: World, answer: Callable[[str], httpx.Response]
) -> None:
    signed = browser(userinfo=Userinfo.SIGNED)
    world.userinfo = answer
    assert sign_in(signed, world).status_code == 403
    assert not session(signed).signed_in


def test_userinfo_that_does_not_answer_is_an_outage(browser: Callable[..., Browser], world: World) -> None:
    signed = browser(userinfo=Userinfo.SIGNED)
    world.userinfo = lambda _: httpx.Response(502)
    assert sign_in(signed, world).status_code == 503


def test_an_access_token_that_no_service_can_verify_is_refused_at_the_door(
    browser: Callable[..., Browser], world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.access_token = "opaque"
    assert sign_in(browser(), world).status_code == 403
    assert "is no JWT: the services cannot verify it" in caplog.text


def test_a_provider_that_wants_the_secret_in_the_body_is_given_it_there(
    browser: Callable[..., Browser], world: World
) -> None:
    for methods, in_body in ((["client_secret_basic", "client_secret_post"], False), (["client_secret_post"], True)):
        world.methods = methods
        confidential = browser(client_secret=SecretStr("a-secret"))
        world.asked.clear()
        assert sign_in(confidential, world).status_code == 200
        (asked,) = (each for each in world.asked if each.url.path == "/token_endpoint")
        assert (b"client_secret=a-secret" in asked.content, "Authorization" in asked.headers) == (in_body, not in_body)


# Settings


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ({"second_issuer": FIRST}, "two providers have two names"),
        ({"second_issuer": "http://secours.example.org"}, "DLA_SECOND_ISSUER is no https:// address"),
        ({"second_issuer": "https://dev-issuer.dla.invalid"}, "is the development issuer"),
        ({"second_issuer": SECOND, "second_discovery": "http://secours.example.org"}, "read without TLS"),
    ],
)
def test_in_production_a_second_provider_is_as_safe_as_the_first(told: dict[str, Any], fault: str) -> None:
    whole = {"mode": "production", "issuer": FIRST, "address": "https://console.example.fr"}
    settings(**whole, second_issuer=SECOND)
    with pytest.raises(ValueError, match=fault):
        settings(**(whole | told))
