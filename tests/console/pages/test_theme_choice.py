"""« Affichage »: a theme that the server writes on each page, from a cookie that no script can read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from tests.support.checks.console_pages import ADDRESS, Browser, Switch, World, settings
from tests.support.servers.in_process_client import InProcessClient

from console.main import create_app
from console.pages.forms import safe_path

HERE = {"Referer": f"{ADDRESS}/stats?annee=2026"}


@pytest.fixture
def secure(ways: dict[str, Switch]) -> Iterator[Browser]:
    address = "https://console.test"
    with ExitStack() as running:
        app = create_app(settings(address=address), ways)
        yield Browser(running.enter_context(InProcessClient(app, base_url=address)))


def choose(browser: Browser, theme: str, **fields: str) -> Any:
    shown = browser.get("/affichage", **HERE)
    vers = shown.text.partition('name="vers" value="')[2].partition('"')[0]
    return browser.submit("/affichage", shown, theme=theme, **({"vers": vers} | fields))


def theme_of(answer: Any) -> str:
    return str(answer.text.partition('data-theme="')[2].partition('"')[0])


@pytest.mark.parametrize(
    ("theme", "scheme"), [("light", "light"), ("dark", "dark"), ("contrast", "light dark"), ("device", "light dark")]
)
def test_a_theme_is_on_the_page_as_it_comes(browser: Browser, theme: str, scheme: str) -> None:
    answer = choose(browser, theme)
    assert answer.url.path == "/stats" and answer.url.query == b"annee=2026", "back to where one was"
    assert theme_of(answer) == theme
    assert f'<meta name="color-scheme" content="{scheme}">' in answer.text
    assert ('media="screen"' in answer.text) == (theme == "contrast")
    assert f'value="{theme}" checked' in browser.get("/affichage").text


def test_the_device_decides_until_somebody_does(browser: Browser) -> None:
    assert theme_of(browser.get("/connexion")) == "device"
    choose(browser, "dark")
    assert "dla-theme" in browser.http.cookies
    choose(browser, "device")
    assert "dla-theme" not in browser.http.cookies
    assert theme_of(browser.get("/connexion")) == "device"


def test_the_theme_outlives_the_session(browser: Browser, world: World) -> None:
    browser.enter(world.token("adviser", unit="dla-44"))
    choose(browser, "contrast")
    home = browser.get("/aujourdhui")
    assert theme_of(home) == "contrast"
    assert theme_of(browser.submit("/deconnexion", home)) == "contrast"
    assert theme_of(browser.get("/connexion")) == "contrast"
    assert browser.get("/aujourdhui").url.path == "/connexion", "nobody is signed in any more"


@pytest.mark.parametrize("value", ["purple", "", 'dark" onload="alert(1)', "DARK", "dark-"])
def test_a_value_that_is_none_of_ours_is_ignored_in_the_cookie_and_refused_in_the_form(
    browser: Browser, value: str
) -> None:
    refused = choose(browser, value)
    assert refused.status_code == 400 and "Set-Cookie" not in refused.headers
    shown = browser.get("/connexion", Cookie=f"dla-theme={value}")
    assert shown.status_code == 200 and theme_of(shown) == "device"


def test_the_cookie_is_for_the_server_alone_and_for_tls_where_there_is_tls(browser: Browser, secure: Browser) -> None:
    def stored(browser: Browser) -> str:
        shown = browser.get("/affichage")
        csrf = shown.text.partition('name="csrf" value="')[2].partition('"')[0]
        sent = {"csrf": csrf, "theme": "dark"}
        origin = {"Origin": str(browser.http.base_url)}
        answer = browser.http.post("/affichage", data=sent, headers=origin, follow_redirects=False)
        assert answer.status_code == 303 and answer.headers["Location"] == "/"
        return next(str(each) for each in answer.headers.get_list("Set-Cookie") if "theme" in each)

    assert stored(browser) == "dla-theme=dark; Max-Age=31536000; Path=/; HttpOnly; SameSite=Lax"
    assert stored(secure) == "__Host-dla-theme=dark; Max-Age=31536000; Path=/; HttpOnly; SameSite=Lax; Secure"
    assert theme_of(secure.get("/connexion")) == "dark"


def test_a_form_of_another_site_chooses_nothing(browser: Browser) -> None:
    shown = browser.get("/affichage")
    csrf = shown.text.partition('name="csrf" value="')[2].partition('"')[0]
    for sent, origin in (({}, ADDRESS), ({"csrf": csrf}, "https://elsewhere.example")):
        answer = browser.http.post("/affichage", data={"theme": "dark", **sent}, headers={"Origin": origin})
        assert answer.status_code == 403 and "Formulaire périmé" in answer.text
    assert theme_of(browser.get("/connexion")) == "device"


@pytest.mark.parametrize(
    "referer",
    [
        "https://elsewhere.example/stats",
        f"{ADDRESS}.elsewhere.example/stats",
        f"{ADDRESS}//elsewhere.example/",
        f"{ADDRESS}/affichage",
        f"{ADDRESS}/deconnexion",
        f"{ADDRESS}/nowhere",
        "http://[",
        "",
    ],
)
def test_one_goes_back_to_a_page_of_the_console_or_to_the_first(browser: Browser, referer: str) -> None:
    assert 'name="vers" value="/"' in browser.get("/affichage", Referer=referer).text


@pytest.mark.parametrize("path", ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere", "//[", "stats"])
def test_what_is_sent_with_the_form_leads_nowhere_else(browser: Browser, path: str) -> None:
    assert safe_path(path) == "/"
    assert choose(browser, "dark", vers=path).url.host == "console.test"


def test_a_link_of_another_site_leaves_the_session_alone(browser: Browser) -> None:
    answer = browser.get("/affichage", **{"Sec-Fetch-Site": "cross-site"})
    assert "Set-Cookie" not in answer.headers and 'content="0;url=/affichage"' in answer.text
