"""Tokens of a certified provider that nobody here wrote (oidc-provider, by npm), presented to a real service."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey
from serving import Served, served

from embedded import ports
from embedded.nats import Nats
from intake.main import service

HERE = Path(__file__).parent
ALGORITHMS = ("ES256", "RS256", "PS256", "Ed25519")


class Provider:
    """`restart` lets it take new keys, or another time of day, under the same issuer."""

    def __init__(self, folder: Path) -> None:
        self._keys = folder / "keys.json"
        self.port = ports.choose({"issuer": None})["issuer"]
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.http = httpx.Client(trust_env=False, timeout=10)
        self.rotate()

    def rotate(self) -> None:
        keys = (
            ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True),
            RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True),
            OKPKey.generate_key("Ed25519", {"use": "sig"}, auto_kid=True),
        )
        self._keys.write_text(json.dumps({"keys": [key.as_dict(private=True) for key in keys]}))

    def start(self, ahead: int = 0) -> None:
        command = ["node", str(HERE / "provider.mjs"), str(self.port), str(self._keys), str(ahead)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "listening\n", "oidc-provider did not start"

    def stop(self) -> None:
        self._process.terminate()
        self._process.communicate(timeout=10)

    def restart(self, ahead: int = 0) -> None:
        self.stop()
        self.start(ahead)

    def token(self, audience: str = "dla", algorithm: str = "ES256") -> str:
        """Of a program, by its own credentials."""
        asked = {"grant_type": "client_credentials", "resource": f"urn:{audience}:{algorithm}", "scope": "cases"}
        answer = self.http.post(f"{self.issuer}/token", data=asked, auth=("partner", "a-partner-of-the-tests"))
        return str(answer.raise_for_status().json()["access_token"])

    def token_of(self, person: str) -> dict[str, Any]:
        """Of a person, who logs in and agrees in a browser: authorization code with PKCE."""
        verifier = "v" * 43
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        asked = {
            "client_id": "console",
            "response_type": "code",
            "redirect_uri": "http://127.0.0.1/callback",
            "scope": "openid cases",
            "resource": "urn:dla:ES256",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        answer = self.http.get(f"{self.issuer}/auth", params=asked)
        while not (where := answer.headers.get("Location", "")).startswith("http://127.0.0.1/callback"):
            answer = self.http.get(urljoin(self.issuer, where)) if where else self._submitted(answer, person)
        code = parse_qs(urlsplit(where).query)["code"][0]
        asked = {"grant_type": "authorization_code", "client_id": "console", "code": code, "code_verifier": verifier}
        asked |= {"redirect_uri": "http://127.0.0.1/callback", "resource": "urn:dla:ES256"}
        told: dict[str, Any] = self.http.post(f"{self.issuer}/token", data=asked).raise_for_status().json()
        return told

    def _submitted(self, page: httpx.Response, person: str) -> httpx.Response:
        form = re.search(r'<form[^>]*action="([^"]+)"', page.raise_for_status().text)
        assert form, page.text
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)"', page.text))
        return self.http.post(urljoin(self.issuer, unescape(form[1])), data=fields | {"login": person, "password": "x"})


@pytest.fixture(scope="module")
def installed() -> None:
    if not shutil.which("node"):
        pytest.skip("node is not here: no certified OpenID provider to try tokens of")
    if (HERE / "node_modules" / "oidc-provider").is_dir():
        return
    command = ["npm", "ci", "--no-audit", "--no-fund"]
    npm = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    if npm.returncode:
        pytest.skip(f"oidc-provider cannot be installed by npm: {npm.stderr[-500:]}")


@pytest.fixture
def provider(installed: None, tmp_path: Path) -> Iterator[Provider]:
    provider = Provider(tmp_path)
    provider.start()
    yield provider
    provider.stop()


@pytest.fixture
def intake(provider: Provider, database: Callable[..., str], nats: Nats, tmp_path: Path) -> Iterator[Served]:
    with served(service, database, nats, tmp_path, issuer=provider.issuer, jwks=f"{provider.issuer}/jwks") as intake:
        yield intake


def asked(intake: Served, token: str) -> Any:
    """Whoever the provider knows reads who they are, with rights or without; a stranger is not even heard."""
    answer = intake.http.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    return answer.json()["type"].rsplit("/", 1)[1] if answer.is_error else "known"


KNOWN, STRANGER, NOBODY_CAN_TELL = "known", "unauthenticated", "issuer-unreachable"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_its_tokens_are_believed(intake: Served, provider: Provider, algorithm: str) -> None:
    assert asked(intake, provider.token(algorithm=algorithm)) == KNOWN


def test_a_person_logs_in_with_a_code_and_pkce(intake: Served, provider: Provider) -> None:
    told = provider.token_of("ines.martin")
    assert asked(intake, told["access_token"]) == KNOWN
    assert asked(intake, told["id_token"]) == STRANGER, "what tells the console who is there opens no service"


def test_its_tokens_for_others_and_for_another_time_are_refused(intake: Served, provider: Provider) -> None:
    assert asked(intake, provider.token("another")) == STRANGER
    for ahead in (-3600, 3600):
        provider.restart(ahead)
        assert asked(intake, provider.token()) == STRANGER
    provider.restart(10)
    assert asked(intake, provider.token()) == KNOWN


def test_its_token_altered_is_refused(intake: Served, provider: Provider) -> None:
    header, claims, signature = provider.token().split(".")
    told = json.loads(base64.urlsafe_b64decode(claims + "=="))
    forged = base64.urlsafe_b64encode(json.dumps(told | {"sub": "somebody else"}).encode()).decode().rstrip("=")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    assert asked(intake, f"{header}.{forged}.{signature}") == STRANGER
    assert asked(intake, f"{none}.{claims}.") == STRANGER


def test_it_changes_its_keys(intake: Served, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.web.signing_keys.TRY_AT_MOST_EVERY", 0)
    before = provider.token()
    assert asked(intake, before) == KNOWN
    provider.rotate()
    provider.restart()
    assert asked(intake, provider.token()) == KNOWN
    assert asked(intake, before) == STRANGER


def test_it_is_out(intake: Served, provider: Provider) -> None:
    token = provider.token()
    assert asked(intake, token) == KNOWN
    provider.stop()
    assert asked(intake, token) == KNOWN, "its keys are trusted for a while"
    provider.start()


def test_it_is_out_from_the_start(intake: Served, provider: Provider) -> None:
    token = provider.token()
    provider.stop()
    assert asked(intake, token) == NOBODY_CAN_TELL
    provider.start()
    end = time.monotonic() + 10
    while asked(intake, token) != KNOWN:
        assert time.monotonic() < end, "its keys were never read again"
