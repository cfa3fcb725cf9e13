"""Sign-in and what keeps others out: code with PKCE, encrypted strict cookies, forms of one session only."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest
from tests.support.checks.console_pages import ADDRESS, Browser, Switch, World, new_structure, play_case, settings, text
from tests.support.servers.in_process_client import InProcessClient

from console.auth.sealed_cookies import SealedCookie
from console.auth.session import ChosenRight, decode_session, encode, new_session
from console.main import create_app
from embedded.identity.provider import Provider
from embedded.identity.provider_page import Person
from embedded.processes import ports

AUDITOR = Person("ariane", "Ariane Audren", role="auditor", units=("dla-44",))


@pytest.fixture(scope="module")
def provider(world: World) -> Iterator[Provider]:
    """The development provider, whose tokens the services believe."""
    port = ports.choose_ports({"provider": None})["provider"]
    provider = Provider(world.audit.issuer, port, f"{ADDRESS}/retour", [AUDITOR])
    with provider.serve():
        yield provider


@pytest.fixture
def browser(provider: Provider, ways: dict[str, Switch]) -> Iterator[Browser]:
    told = settings(discovery=f"{provider.address}/.well-known/openid-configuration")
    with InProcessClient(create_app(told, ways), base_url=ADDRESS, raise_server_exceptions=False) as http:
        yield Browser(http)


def begun_at(browser: Browser, then: str = "/") -> str:
    """Where the console sends the browser to sign in."""
    answer = browser.http.get("/connexion/fournisseur", params={"vers": then}, follow_redirects=False)
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def who_says(where: str, who: str = "0") -> str:
    """The way back from the provider’s page « Qui êtes-vous ? »."""
    with httpx.Client(trust_env=False) as http:
        page = http.get(where).raise_for_status()
        hidden = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text.partition("<ul>")[0]))
        fields = {name: unescape(value) for name, value in hidden.items()}
        answer = http.post(where.partition("?")[0], data=fields | {"who": who})
        assert answer.status_code == 303, answer.text
        return str(answer.headers["Location"])


def back(browser: Browser, where: str) -> httpx.Response:
    parts = urlsplit(where)
    return browser.get(f"{parts.path}?{parts.query}")


def test_somebody_signs_in_and_comes_to_the_page_they_wanted(browser: Browser, world: World) -> None:
    wanted = f"/dossiers/{world.case}"
    asked = browser.get(wanted)
    assert asked.url.path == "/connexion" and "Bienvenue" in text(asked)
    where = begun_at(browser, wanted)
    told = parse_qs(urlsplit(where).query)
    assert told["code_challenge_method"] == ["S256"] and told["response_type"] == ["code"]
    shown = back(browser, who_says(where))
    assert shown.status_code == 200 and f'content="0;url={wanted}"' in shown.text
    assert "Pourquoi consultez-vous" in text(browser.get(wanted))
    assert "Ariane Audren" in browser.get("/").text


def test_who_guesses_ways_back_keeps_no_colleague_of_the_same_address_out(
    provider: Provider, ways: dict[str, Switch]
) -> None:
    told = settings(discovery=f"{provider.address}/.well-known/openid-configuration", rate_failures="2/day")
    app = create_app(told, ways)
    with InProcessClient(app, base_url=ADDRESS) as guessing, InProcessClient(app, base_url=ADDRESS) as calm:
        guess = "/retour?code=guess&state=guess"
        assert [guessing.get(guess).status_code for _ in range(3)] == [403, 403, 429]
        colleague = Browser(calm)
        where = who_says(begun_at(colleague))
        assert back(colleague, where).status_code == 200
        begun_at(colleague)
        assert calm.get(guess).status_code == 429, "another state than that of the sign-in that was begun"


def test_a_way_back_is_good_for_one_browser_and_once(browser: Browser) -> None:
    where = who_says(begun_at(browser))
    kept = browser.http.cookies.pop("dla-sign-in-0")
    assert "n’êtes pas connecté·e" in text(back(browser, where)), "another browser, which began nothing"
    browser.http.cookies.set("dla-sign-in-0", kept)
    assert back(browser, where.replace("state=", "state=x")).status_code == 403
    browser.http.cookies.set("dla-sign-in-0", kept)
    assert back(browser, where).status_code == 200
    browser.http.cookies.set("dla-sign-in-0", kept)
    assert back(browser, where).status_code == 403, "its code was spent"


def test_a_code_is_worth_nothing_without_its_verifier(provider: Provider, browser: Browser) -> None:
    code = parse_qs(urlsplit(who_says(begun_at(browser))).query)["code"][0]
    asked = {"grant_type": "authorization_code", "client_id": "console", "redirect_uri": f"{ADDRESS}/retour"}
    assert provider.tokens(asked | {"code": code, "code_verifier": "v" * 43}) is None
    assert provider.tokens({}) is None


def test_the_development_provider_sends_codes_to_the_console_alone(provider: Provider, browser: Browser) -> None:
    where = begun_at(browser)
    with httpx.Client(trust_env=False) as http:
        elsewhere = http.get(where.replace("console.test", "elsewhere.test"))
        assert elsewhere.status_code == 400 and "redirect_uri" in elsewhere.text
        assert http.get(where.replace("S256", "plain")).status_code == 400
        assert "Qui êtes-vous" in http.get(where).text


@pytest.mark.parametrize("change", [{"nonce": "another"}, {"aud": "another"}, {"iss": "https://another"}, {"exp": 1}])
def test_an_id_token_that_is_not_for_this_sign_in_is_refused(
    provider: Provider, browser: Browser, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    from joserfc import jwt

    made = jwt.encode
    monkeypatch.setattr(jwt, "encode", lambda header, claims, key: made(header, claims | change, key))
    assert back(browser, who_says(begun_at(browser))).status_code == 403
    assert "Se connecter" in text(browser.get("/"))


def test_the_session_is_sealed_strict_and_not_for_scripts(browser: Browser) -> None:
    shown = back(browser, who_says(begun_at(browser)))
    (kept,) = [each for each in shown.headers.get_list("Set-Cookie") if "session-0" in each]
    assert "; HttpOnly; SameSite=Strict" in kept and "Path=/" in kept
    token = browser.http.cookies["dla-session-0"]
    browser.http.cookies.set("dla-session-0", token[:-2] + ("AA" if token[-2:] != "AA" else "BB"))
    assert browser.get("/").url.path == "/connexion", "altered, it is nobody’s"


def test_a_session_too_large_for_one_cookie_takes_several_and_leaves_none_behind() -> None:
    jar = SealedCookie("kept", bytes(32), secure=True)
    large = b"x" * 9000
    cookies = dict(each.split(";")[0].split("=", 1) for each in jar.set_cookie_headers(large, {}))
    assert len(cookies) > 2 and all(name.startswith("__Host-kept-") for name in cookies)
    assert jar.read(cookies) == large
    assert jar.read(dict(list(cookies.items())[:-1])) is None
    assert SealedCookie("other", bytes(32), secure=True).read(cookies) is None
    shorter = list(jar.set_cookie_headers(b"y", cookies))
    assert sum("Max-Age=0" in each for each in shorter) == len(cookies) - 1
    with pytest.raises(ValueError, match="do not fit"):
        list(jar.set_cookie_headers(b"x" * 100_000, {}))


def test_a_form_of_another_session_or_another_site_does_nothing(auditor: Browser, world: World) -> None:
    path = f"/dossiers/{world.case}/motif"
    shown = auditor.get(path)
    good = re.search(r'name="csrf" value="([^"]+)"', shown.text)
    assert good
    fields = {"motif": "Contrôle annuel", "vers": "/"}
    for data, headers in (
        (fields, {}),
        (fields | {"csrf": "x"}, {}),
        (fields | {"csrf": good[1]}, {"Origin": "https://elsewhere.test"}),
    ):
        answer = auditor.http.post(path, data=data, headers=headers)
        assert answer.status_code == 403 and "Formulaire périmé" in answer.text
    assert "Pourquoi consultez-vous" in text(auditor.get(f"/dossiers/{world.case}"))


def test_a_text_typed_before_signing_in_again_is_there_to_be_sent(auditor: Browser, world: World) -> None:
    path = f"/dossiers/{world.case}/motif"
    typed = {"motif": "Contrôle annuel de la région", "vers": f"/dossiers/{world.case}", "csrf": "of-the-tab-before"}
    own = {"Origin": str(auditor.http.base_url)}
    kept = auditor.http.post(path, data=typed, headers=own)
    assert kept.status_code == 403 and "Contrôle annuel de la région</textarea>" in kept.text
    auditor.submit(path, kept, motif=typed["motif"], vers=typed["vers"])
    assert "Pourquoi consultez-vous" not in text(auditor.get(f"/dossiers/{world.case}"))


@pytest.mark.parametrize("vers", ["https://elsewhere.test", "//elsewhere.test", "/\\elsewhere.test", "javascript:x"])
def test_nobody_is_sent_elsewhere(browser: Browser, vers: str) -> None:
    assert "elsewhere.test" not in browser.http.get("/connexion", params={"vers": vers}).text
    shown = back(browser, who_says(begun_at(browser, vers)))
    assert 'content="0;url=/"' in shown.text


def test_who_comes_from_another_site_is_asked_again_by_our_own_page(auditor: Browser, world: World) -> None:
    """Their browser held our strict cookies back: they are signed in, and are not to sign in again."""
    kept, auditor.http.cookies = auditor.http.cookies, httpx.Cookies()
    shown = auditor.get(f"/dossiers/{world.case}", **{"Sec-Fetch-Site": "cross-site"})
    assert f'content="0;url=/dossiers/{world.case}"' in shown.text
    auditor.http.cookies = kept
    again = auditor.get(f"/dossiers/{world.case}", **{"Sec-Fetch-Site": "same-origin"})
    assert "Pourquoi consultez-vous" in text(again)


def test_a_session_ends_and_says_so(browser: Browser, world: World) -> None:
    browser.enter(world.token())
    key = settings().sealing_key()
    jar = SealedCookie("dla-session", key, secure=False)
    session = decode_session(jar.read(dict(browser.http.cookies)) or b"")
    late = msgspec.structs.replace(session, until=time.time() - 1)
    browser.http.cookies.set(
        "dla-session-0", next(jar.set_cookie_headers(encode(late), {})).split(";")[0].split("=", 1)[1]
    )
    shown = browser.get(f"/dossiers/{world.case}")
    assert "Votre session est terminée" in text(shown)


def test_a_token_that_the_services_refuse_ends_the_session_too(browser: Browser, world: World) -> None:
    shown = browser.enter(world.token() + "x")
    assert shown.url.path == "/connexion" and "Votre session est terminée" in text(shown)


def test_signing_out_forgets_everything_here(auditor: Browser, world: World) -> None:
    shown = auditor.submit("/deconnexion", auditor.get("/"))
    assert "Vous êtes déconnecté·e" in text(shown)
    assert auditor.get(f"/dossiers/{world.case}").url.path == "/connexion"


def test_a_pasted_token_is_for_development_alone(ways: dict[str, Switch], world: World) -> None:
    told = {"mode": "production", "issuer": "https://login.example.fr", "address": "https://console.test"}
    with InProcessClient(create_app(settings(**told), ways), base_url="https://console.test") as http:
        browser = Browser(http)
        assert "jeton" not in browser.get("/connexion").text
        shown = browser.get("/acces")
        csrf = re.search(r'name="csrf" value="([^"]+)"', shown.text)
        assert csrf
        answer = http.post("/connexion/jeton", data={"csrf": csrf[1], "jeton": world.token(), "vers": "/"})
        assert answer.status_code == 401
        assert "Strict-Transport-Security" in answer.headers


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ({"issuer": "https://dev-issuer.dla.invalid"}, "development issuer"),
        ({"address": "http://console.example.fr"}, "not https"),
        ({"discovery": "http://login.example.fr"}, "without TLS"),
        ({"key": None}, "KEY_FILE"),
        ({"sessions": Path("/nowhere")}, "DLA_CONSOLE_SESSIONS names no folder"),
        ({"host": "0.0.0.0"}, "DLA_TLS_CERTIFICATE"),
        ({"feeds": {"intake": "https://intake.example.fr"}}, "diagnostic, parcours, followup, audit"),
    ],
)
def test_in_production_it_does_not_start_half_protected(told: dict[str, Any], fault: str) -> None:
    whole = {"mode": "production", "issuer": "https://login.example.fr", "address": "https://console.example.fr"}
    settings(**whole)
    with pytest.raises(ValueError, match=fault):
        settings(**(whole | told))


def test_a_key_file_that_others_read_is_refused(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("A" * 43 + "=")
    key.chmod(0o644)
    with pytest.raises(ValueError, match="chmod 600"):
        settings(key=None, key_file=key)
    key.chmod(0o600)
    assert settings(key=None, key_file=key).sealing_key() == bytes(32)


def test_a_personal_link_leads_its_bearer_to_the_one_dossier(
    browser: Browser, world: World, ways: dict[str, Switch]
) -> None:
    """Its secret comes in a form, never in an address; the services judge what it opens."""
    asked = {"role": "leader", "name": "Maëlle Kerdoncuff", "reason": "Pour lire le dossier."}
    case = play_case(world, **new_structure("Le Fournil partagé"))
    links = f"/api/v1/requests/{case}/access-links"
    given = world.intake.by("adviser").post(links, asked).json()
    world.carried()
    shown = browser.submit("/acces", browser.get("/acces"), secret=given["secret"])
    assert shown.url.path == f"/dossiers/{case}/mon-accompagnement"
    assert "Le Fournil partagé" in shown.text
    addresses = [str(each.url) for way in ways.values() for each in way.asked]
    assert addresses
    assert [each for each in addresses if given["secret"] in each] == []
    assert world.intake.by("adviser").post(f"{links}/{given['id']}/revocation", {"reason": "Essai."}).status_code == 200
    world.carried()
    assert browser.get(f"/dossiers/{case}").url.path == "/connexion"


def test_a_personal_link_that_opens_nothing_says_whom_to_ask(browser: Browser) -> None:
    refused = browser.submit("/acces", browser.get("/acces"), secret=f"dla_link_{'A' * 43}")
    assert refused.status_code == 401, refused.text
    assert "demandez-en un nouveau à la personne du DLA qui suit votre dossier" in refused.text
    assert browser.get("/").url.path == "/connexion"


def test_who_has_several_rights_says_under_which_they_read(
    auditor: Browser, world: World, ways: dict[str, Switch], monkeypatch: pytest.MonkeyPatch
) -> None:
    rights = [
        ChosenRight("11111111-1111-1111-1111-111111111111", "auditor", None, ("dla-44",)),
        ChosenRight("22222222-2222-2222-2222-222222222222", "adviser", "dla-44"),
    ]

    async def two(*_: object) -> list[ChosenRight]:
        return rights

    monkeypatch.setattr("console.upstream.reader.fetch_rights", two)
    monkeypatch.setattr("console.pages.sign_in.fetch_rights", two)
    auditor.submit("/deconnexion", auditor.get("/"))
    auditor.enter(world.token())
    shown = auditor.get(f"/dossiers/{world.case}")
    assert "À quel titre" in text(shown) and "chargé·e d’accompagnement" in text(shown)
    auditor.submit("/titre", shown, droit=rights[1].id, vers=f"/dossiers/{world.case}")
    assert ways["audit"].asked[-1].headers["DLA-Right"] == rights[1].id
    assert "Changer de titre" in auditor.get("/").text


def test_pages_hold_no_inline_script_style_or_address_of_others(auditor: Browser, world: World) -> None:
    for shown in (auditor.get("/connexion"), auditor.get("/"), auditor.open(world.case)):
        assert not re.search(r"<script(?![^>]*src=)|<style|\son\w+=|\sstyle=|javascript:", shown.text)
        assert all(where.startswith(("/", "#")) for where in re.findall(r'(?:src|href)="([^"]+)"', shown.text))


def test_begun_sessions_share_no_form_secret() -> None:
    assert new_session(1).csrf != new_session(1).csrf
