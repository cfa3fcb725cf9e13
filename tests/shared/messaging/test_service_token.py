"""The token of a service: renewed in its file or by the identity provider, and spoken of before it ends."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs

import pytest

from shared.messaging import Feed, FeedUnavailable, find_token_fault, seconds_left
from shared.messaging.service_token import ClientCredentials, FileToken, FixedToken, TokenUnavailable, expiry_of

DAY = 86_400.0


def jwt(exp: float) -> str:
    parts: tuple[dict[str, object], ...] = ({"alg": "EdDSA"}, {"exp": exp}, {})
    return ".".join(urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)


class Provider(ThreadingHTTPServer):
    """Gives tokens that live for `lives` seconds, and serves the feed of a publisher to who shows the newest one."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.given: list[str] = []
        self.asked: list[tuple[str, dict[str, list[str]]]] = []
        self.lives, self.status = 100, 200
        self.shown: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Answers(BaseHTTPRequestHandler):
    server: Provider

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.asked.append((self.headers["Authorization"], parse_qs(body)))
        self.server.given.append(f"token-{len(self.server.given) + 1}")
        self._answer(self.server.status, {"access_token": self.server.given[-1], "expires_in": self.server.lives})

    def do_GET(self) -> None:
        self.server.shown.append(self.headers["Authorization"])
        self._answer(503, {})

    def _answer(self, status: int, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing on the terminal."""


class Now:
    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def now() -> Now:
    return Now()


def test_a_token_is_asked_for_once_and_again_before_it_ends(provider: Provider, now: Now) -> None:
    token = ClientCredentials(provider.url, ("intake", "secret"), clock=now)
    assert [token.value(), token.value()] == ["token-1", "token-1"]
    assert token.expires_at == 1_100
    ((authorization, form),) = provider.asked
    assert (authorization[:6], form) == ("Basic ", {"grant_type": ["client_credentials"]})
    now.seconds += 69
    assert token.value() == "token-1"
    now.seconds += 1
    assert (token.value(), token.expires_at) == ("token-2", 1_170)


def test_the_token_before_is_used_until_it_ends_while_the_provider_is_away(
    provider: Provider, now: Now, caplog: pytest.LogCaptureFixture
) -> None:
    token = ClientCredentials(provider.url, ("intake", "secret"), clock=now)
    token.value()
    provider.status = 500
    now.seconds += 80
    assert [token.value(), token.value()] == ["token-1", "token-1"]
    assert len(provider.asked) == 2, "not again at once"
    assert "cannot be renewed" in caplog.text
    assert "secret" not in caplog.text
    now.seconds += 20
    with pytest.raises(TokenUnavailable):
        token.value()
    provider.status = 200
    now.seconds += 5
    assert token.value() == "token-4"


def test_an_answer_without_a_token_is_none(provider: Provider, now: Now) -> None:
    provider.lives = 0
    with pytest.raises(TokenUnavailable):
        ClientCredentials(provider.url, ("intake", "secret"), clock=now).value()


def test_a_file_is_read_again_when_somebody_has_renewed_it(tmp_path: Path) -> None:
    file = tmp_path / "token"
    token = FileToken(file)
    with pytest.raises(TokenUnavailable, match=f"no service token is in {file}"):
        token.value()
    file.write_text(f"{jwt(5_000)}\n")
    assert (token.value(), token.expires_at) == (jwt(5_000), 5_000)
    replacement = tmp_path / "next"
    replacement.write_text(jwt(9_000))
    replacement.replace(file)
    assert (token.value(), token.expires_at) == (jwt(9_000), 9_000)
    file.unlink()
    assert token.value() == jwt(9_000)


def test_the_feed_shows_the_token_of_the_moment(provider: Provider, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("first")
    with closing(Feed({"intake": provider.url}, FileToken(file))) as feed:
        for token in ("first", "second-one"):
            file.write_text(token)
            with pytest.raises(FeedUnavailable):
                feed.page("intake", None, 0)
    assert provider.shown == ["Bearer first", "Bearer second-one"]
    without = Feed({"intake": provider.url}, FileToken(tmp_path / "none"))
    with closing(without), pytest.raises(FeedUnavailable, match="no service token is in"):
        without.page("intake", None, 0)
    assert len(provider.shown) == 2, "nothing was asked without a token"


@pytest.mark.parametrize(
    ("left", "fault"),
    [(8 * DAY, None), (6 * DAY, "ends in 8640 minutes"), (60, "ends in 1 minutes"), (0, "has ended")],
)
def test_a_fixed_token_is_a_fault_from_a_week_before_its_end(left: float, fault: str | None, now: Now) -> None:
    token = FixedToken(jwt(now.seconds + left))
    assert seconds_left(token, now.seconds) == left
    assert find_token_fault(token, now) == (fault and f"the service token {fault}")


def test_a_token_that_is_renewed_is_a_fault_when_nobody_renews_it(provider: Provider, now: Now, tmp_path: Path) -> None:
    assert "no service token is in" in str(find_token_fault(FileToken(tmp_path / "none"), now))
    provider.lives = 1_000
    token = ClientCredentials(provider.url, ("intake", "secret"), clock=now)
    assert find_token_fault(token, now) is None
    provider.status = 503
    now.seconds += 699
    assert find_token_fault(token, now) is None
    now.seconds += 2
    assert find_token_fault(token, now) == "the service token ends in 5 minutes"
    now.seconds += 299
    assert "gives no token for this service" in str(find_token_fault(token, now))


def test_a_token_that_says_nothing_of_its_end_is_no_fault() -> None:
    assert [expiry_of(each) for each in ("opaque", "a.b.c", jwt(7))] == [None, None, 7]
    assert find_token_fault(FixedToken("opaque")) is None
