"""Tokens of a certified provider that nobody here wrote (oidc-provider, by npm), presented to a real service."""

from __future__ import annotations

import base64
import hmac
import json
import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey
from tests.support.servers.certified_provider import Provider
from tests.support.servers.served_service import Serve, Served

from intake.main import service

ALGORITHMS = ("ES256", "RS256", "PS256", "Ed25519")


@pytest.fixture
def intake(provider: Provider, serve: Serve) -> Served:
    return serve(service, issuer=provider.issuer, jwks=f"{provider.issuer}/jwks")


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


def test_neither_its_published_keys_nor_a_stranger_s_sign_for_it(intake: Served, provider: Provider) -> None:
    genuine = provider.token()
    told = json.loads(base64.urlsafe_b64decode(genuine.split(".")[1] + "=="))
    published = provider.http.get(f"{provider.issuer}/jwks").raise_for_status().json()["keys"]
    assert len(published) == 3
    for each in published:
        public = JWKRegistry.import_key(each)
        assert isinstance(public, ECKey | RSAKey | OKPKey)
        pem, der = public.as_pem(private=False), public.as_der(private=False)
        for secret in (pem, pem.strip(), der, json.dumps(each).encode(), each.get("n", each.get("x")).encode()):
            assert asked(intake, confused(told, each["kid"], secret)) == STRANGER
    stranger = ECKey.generate_key("P-256", auto_kid=True)
    for kid in (stranger.kid, published[0]["kid"]):
        forged = jwt.encode({"alg": "ES256", "kid": kid}, told, stranger, algorithms=["ES256"])
        assert asked(intake, forged) == STRANGER
    assert asked(intake, genuine) == KNOWN


def confused(claims: dict[str, Any], kid: str, secret: bytes) -> str:
    """Signed by HMAC, as if a key that everybody reads were a secret."""
    parts = [json.dumps(each).encode() for each in ({"alg": "HS256", "kid": kid}, claims)]
    signed = ".".join(base64.urlsafe_b64encode(each).decode().rstrip("=") for each in parts)
    signature = hmac.digest(secret, signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def test_it_changes_its_keys(intake: Served, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.web.identity.signing_keys.RETRY_SECONDS", 0)
    before = provider.token()
    assert asked(intake, before) == KNOWN
    provider.rotate()
    provider.restart()
    assert asked(intake, provider.token()) == KNOWN
    assert asked(intake, before) == STRANGER


def test_it_is_out(intake: Served, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    keys, hours = intake.web.state.authenticator._verifier.keys_of(provider.issuer), 0.0
    monkeypatch.setattr(keys, "_clock", lambda: time.monotonic() + hours * 3600)
    token = provider.token()
    assert asked(intake, token) == KNOWN
    provider.stop()
    for hours in (0, 1, 23.9):  # noqa: B007  the clock reads it
        assert asked(intake, token) == KNOWN, "its keys are trusted for a while"
    hours = 24.1
    assert asked(intake, token) == NOBODY_CAN_TELL, "and no longer"
    provider.start()
    hours = 24.2
    assert asked(intake, token) == KNOWN


def test_it_is_out_from_the_start(intake: Served, provider: Provider) -> None:
    token = provider.token()
    provider.stop()
    assert asked(intake, token) == NOBODY_CAN_TELL
    provider.start()
    end = time.monotonic() + 10
    while asked(intake, token) != KNOWN:
        assert time.monotonic() < end, "its keys were never read again"
