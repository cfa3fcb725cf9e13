"""HTTP hygiene of the console, by the rules of the services: headers, rates, bodies, slow senders."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from threading import Thread
from typing import Any

import pytest
from tests.support.checks.console_pages import ADDRESS, Browser, Switch, World, settings, text
from tests.support.samples.sample_services import eventually
from tests.support.servers.in_process_client import InProcessClient

from console.auth.request_session import POLICY
from console.main import create_app
from console.pages import sign_in
from embedded.processes import ports
from shared.web.http import SECURITY_HEADERS, request_body
from shared.web.limits import build_server, connections

HERE, ELSEWHERE = "10.0.0.1", "10.0.0.2"
GUESS = f"dla_link_{'A' * 43}"


class Doors:
    """One console, to which people come from several addresses."""

    def __init__(self, ways: dict[str, Switch], leaving: ExitStack, **deployed: Any) -> None:
        self._app, self._leaving = create_app(settings(**deployed), ways), leaving

    def at(self, address: str) -> Browser:
        http = InProcessClient(self._app, base_url=ADDRESS, client=(address, 5000), raise_server_exceptions=False)
        return Browser(self._leaving.enter_context(http))


@pytest.fixture
def leaving() -> Iterator[ExitStack]:
    with ExitStack() as leaving:
        yield leaving


def told_to_wait(answer: Any) -> None:
    assert answer.status_code == 429 and "Trop de demandes" in text(answer)
    assert f"dans {answer.headers['Retry-After']} secondes" in text(answer)
    assert answer.headers["Content-Security-Policy"] == POLICY


def test_every_answer_keeps_others_out_as_those_of_the_services_do(ways: dict[str, Switch]) -> None:
    app = create_app(settings(), ways)

    @app.get("/broken")
    def broken() -> None:
        raise ZeroDivisionError

    own = {"Content-Security-Policy": POLICY, "Referrer-Policy": "same-origin"}
    with InProcessClient(app, base_url=ADDRESS, raise_server_exceptions=False) as http:
        answers = {
            path: http.get(path) for path in ("/connexion", "/nowhere", "/livez", "/statique/console.js", "/broken")
        }
    assert [answer.status_code for answer in answers.values()] == [200, 404, 200, 200, 500]
    for path, answer in answers.items():
        kept = {"Cache-Control": "public, max-age=31536000, immutable"} if path.startswith("/statique") else {}
        for name, value in (SECURITY_HEADERS | own | kept).items():
            assert answer.headers[name] == value, (path, name)


def test_who_is_not_signed_in_is_counted_by_address(ways: dict[str, Switch], world: World, leaving: ExitStack) -> None:
    doors = Doors(ways, leaving, rate_address="4/day")
    here = doors.at(HERE)
    signed_in = doors.at(HERE)
    signed_in.enter(world.token())
    assert [here.get("/connexion").status_code for _ in range(2)] == [200, 200]
    told_to_wait(here.get("/connexion"))
    assert here.get("/livez").status_code == 200 and here.get("/statique/console.css").status_code == 200
    assert doors.at(ELSEWHERE).get("/connexion").status_code == 200
    assert signed_in.get("/titre").status_code == 200


def test_who_is_signed_in_is_counted_by_themselves(ways: dict[str, Switch], world: World, leaving: ExitStack) -> None:
    doors = Doors(ways, leaving, rate_person="3/day")
    hasty, calm = doors.at(HERE), doors.at(HERE)
    hasty.enter(world.token(subject="hasty"))
    calm.enter(world.token(subject="calm"))
    assert [hasty.get("/titre").status_code for _ in range(2)] == [200, 200]
    told_to_wait(hasty.get("/titre"))
    assert calm.get("/titre").status_code == 200


def test_who_guesses_links_is_heard_no_more_and_the_services_are_left_in_peace(
    ways: dict[str, Switch], world: World, leaving: ExitStack
) -> None:
    doors = Doors(ways, leaving, rate_failures="3/day")
    here, signed_in = doors.at(HERE), doors.at(HERE)
    signed_in.enter(world.token())
    shown = here.get("/acces")
    assert [here.submit("/acces", shown, secret=GUESS).status_code for _ in range(3)] == [401] * 3
    asked = len(ways["audit"].asked)
    refused = here.submit("/acces", shown, secret=GUESS)
    assert refused.status_code == 429 and "Trop de demandes" in text(refused)
    assert f"dans {refused.headers['Retry-After']} secondes" in text(refused)
    told_to_wait(here.get("/retour?code=guess&state=guess"))
    assert len(ways["audit"].asked) == asked
    assert here.get("/connexion").status_code == 200, "who comes by the provider is not kept from it"
    assert signed_in.get("/titre").status_code == 200
    elsewhere = doors.at(ELSEWHERE)
    assert elsewhere.submit("/acces", elsewhere.get("/acces"), secret=GUESS).status_code == 401


def test_what_is_no_link_is_never_asked_of_the_services(browser: Browser, ways: dict[str, Switch]) -> None:
    for secret in ("", "dla_link_short", f"{GUESS}x", "eyJhbGciOiJub25lIn0.e30."):
        refused = browser.submit("/acces", browser.get("/acces"), secret=secret)
        assert refused.status_code == 422 and "Ce code n’est pas complet" in text(refused)
    assert ways["audit"].asked == []


def test_a_form_that_is_too_long_is_refused(browser: Browser) -> None:
    refused = browser.submit("/acces", browser.get("/acces"), secret="A" * 40_000)
    assert refused.status_code == 413 and "est trop long" in text(refused)


def test_whatever_refuses_a_secret_answers_by_a_redirect(
    ways: dict[str, Switch], leaving: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A browser keeps the body of a form beside the page that answers it, on the disk too; never beside a redirect."""
    browser = Doors(ways, leaving, rate_failures="3/day").at(HERE)
    csrf = {"csrf": re.findall(r'name="csrf" value="([^"]+)"', browser.get("/acces").text)[0]}

    def answer(path: str = "/acces", origin: str = ADDRESS, **fields: str) -> tuple[int, str]:
        sent = browser.http.post(path, data=fields, headers={"Origin": origin}, follow_redirects=False)
        assert "Content-Security-Policy" in sent.headers and sent.headers["Cache-Control"] == "private, no-store"
        assert GUESS not in sent.text
        return sent.status_code, sent.headers["Location"].partition("&")[0]

    refused = "/acces?refus="
    assert answer(**csrf, secret="short") == (303, f"{refused}422")
    assert answer(**csrf, secret="A" * 40_000) == (303, f"{refused}413")
    too_many = {f"field{number}": "" for number in range(30)}
    assert answer(secret=GUESS, **too_many) == (303, f"{refused}400")
    assert answer(secret=GUESS) == (303, f"{refused}403"), "a forged form"
    assert answer(**csrf, secret=GUESS, origin="https://elsewhere.example") == (303, f"{refused}403")
    for way in ways.values():
        way.out = True
    assert answer(**csrf, secret=GUESS) == (303, f"{refused}503")
    for way in ways.values():
        way.out = False
    with monkeypatch.context() as patched:
        patched.setattr(sign_in, "fetch_rights", fail)
        assert answer(**csrf, secret=GUESS) == (303, f"{refused}500")
    assert answer(**csrf, secret=GUESS) == (303, f"{refused}401")
    assert answer("/connexion/jeton", **csrf, jeton="no token") == (303, "/connexion?refus=429")
    assert answer(**csrf, secret=GUESS) == (303, f"{refused}429")


async def fail(*_: Any) -> None:
    raise RuntimeError("a fault of the console")


@pytest.fixture
def port(ways: dict[str, Switch], monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Of a console that waits for nobody."""
    monkeypatch.setattr(connections, "HEADER_TIMEOUT_SECONDS", 0.3)
    monkeypatch.setattr(request_body, "BODY_TIMEOUT_SECONDS", 0.3)
    told = settings(port=ports.choose_ports({"console": None})["console"])
    server = build_server(create_app(told, ways), told, shutdown_seconds=1)
    thread = Thread(target=server.run, name="console")
    thread.start()
    eventually(lambda: server.started)
    yield told.port
    server.should_exit = True
    thread.join()


def answer_to(port: int, sent: bytes) -> bytes:
    """All that is answered until the console closes the connection."""
    answer = bytearray()
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(sent)
        while part := connection.recv(65536):
            answer += part
    return bytes(answer)


def test_headers_and_forms_that_do_not_come_are_not_waited_for(port: int) -> None:
    assert answer_to(port, b"GET /connexion HTTP/1.1\r\nHost: here\r\nX-Slow: ") == b""
    form = b"POST /acces HTTP/1.1\r\nHost: here\r\nContent-Length: 20\r\n\r\nsecret="
    slow = answer_to(port, form)
    assert slow.startswith(b"HTTP/1.1 303 ") and re.search(rb"(?i)\r\nconnection: close\r\n", slow)
    assert b"\r\nlocation: /acces?refus=408\r\n" in slow
