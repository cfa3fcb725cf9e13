"""Two identity providers: each is believed for its own people, by its own keys, and one outlives the other."""

from __future__ import annotations

import json
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from pydantic import SecretBytes, SecretStr, ValidationError

from embedded.processes.nats_users import new_seed
from shared.settings import Mode, Settings
from shared.web.http import ProblemError
from shared.web.identity import TokenVerifier, pseudonym

FIRST, SECOND = "https://identite.example.org", "https://secours.example.org"
KEYS = {issuer: ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True) for issuer in (FIRST, SECOND)}
IDENTITY_KEY = sha256(b"identity").digest()


def deployment(**changed: Any) -> Settings:
    usual: dict[str, Any] = {
        "mode": Mode.DEVELOPMENT,
        "database_url": SecretStr("postgresql://"),
        "nats_url": "nats://127.0.0.1",
        "nats_seed": SecretStr(new_seed()),
        "sealing_key": SecretBytes(sha256(b"sealing").digest()),
        "identity_key": SecretBytes(IDENTITY_KEY),
        "issuer": FIRST,
        "jwks": "https://identite.example.org/jwks",
        "service_token": SecretStr("x"),
    }
    return Settings(**(usual | changed))


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    files = {FIRST: tmp_path / "first.json", SECOND: tmp_path / "second.json"}
    for issuer, file in files.items():
        file.write_text(json.dumps(KeySet([KEYS[issuer]]).as_dict(private=False)))
    return files


@pytest.fixture
def both(files: dict[str, Path]) -> TokenVerifier:
    second = {"second_issuer": SECOND, "second_jwks": str(files[SECOND]), "second_audience": "dla-secours"}
    return TokenVerifier(deployment(jwks=str(files[FIRST]), **second))


def token(issuer: str, key: ECKey | None = None, audience: str = "dla") -> str:
    signing, now = key or KEYS[issuer], int(time.time())
    claims = {"iss": issuer, "aud": audience, "sub": "ines.martin", "exp": now + 600}
    return jwt.encode({"alg": "ES256", "kid": signing.kid}, claims, signing, algorithms=["ES256"])


def refusal(verifier: TokenVerifier, token: str) -> str:
    with pytest.raises(ProblemError) as problem:
        verifier.verify(token)
    return problem.value.slug


def test_each_is_believed_for_its_own_people(both: TokenVerifier) -> None:
    people = [both.verify(each).pseudonym for each in (token(FIRST), token(SECOND, audience="dla-secours"))]
    assert people == [pseudonym(IDENTITY_KEY, issuer, "ines.martin") for issuer in (FIRST, SECOND)]
    assert people[0] != people[1], "one subject of two providers is two identities"


def test_neither_signs_for_the_other_nor_for_its_audience(both: TokenVerifier) -> None:
    assert refusal(both, token(FIRST, KEYS[SECOND])) == "unauthenticated"
    assert refusal(both, token(SECOND, KEYS[FIRST], "dla-secours")) == "unauthenticated"
    assert refusal(both, token(SECOND, audience="dla")) == "unauthenticated"
    assert refusal(both, token(FIRST, audience="dla-secours")) == "unauthenticated"
    assert refusal(both, token("https://ailleurs.example.org", KEYS[FIRST])) == "unauthenticated"


def test_a_second_provider_is_believed_only_where_it_is_named(files: dict[str, Path]) -> None:
    alone = TokenVerifier(deployment(jwks=str(files[FIRST])))
    assert alone.verify(token(FIRST)).pseudonym
    assert refusal(alone, token(SECOND)) == "unauthenticated"


def test_one_goes_on_when_the_keys_of_the_other_cannot_be_read(both: TokenVerifier, files: dict[str, Path]) -> None:
    files[FIRST].unlink()
    assert refusal(both, token(FIRST)) == "issuer-unreachable"
    assert both.verify(token(SECOND, audience="dla-secours")).claims["sub"] == "ines.martin"


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"second_issuer": SECOND}, "DLA_SECOND_ISSUER and DLA_SECOND_JWKS go together"),
        ({"second_jwks": "https://secours.example.org/jwks"}, "DLA_SECOND_ISSUER and DLA_SECOND_JWKS go together"),
        ({"second_issuer": FIRST, "second_jwks": "x"}, "two providers have two names"),
        ({"second_issuer": "http://s.example.org", "second_jwks": "x"}, "DLA_SECOND_ISSUER is no https:// address"),
        ({"second_issuer": SECOND, "second_jwks": "http://s.example.org/jwks"}, "DLA_SECOND_JWKS is read without TLS"),
        ({"second_issuer": "https://dev-issuer.dla.invalid", "second_jwks": "x"}, "is the development issuer"),
    ],
)
def test_half_a_provider_or_an_unsafe_one_is_refused(changed: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        deployment(mode=Mode.PRODUCTION, **changed)
