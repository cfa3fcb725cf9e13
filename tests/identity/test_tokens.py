"""Every way we know to be believed without the provider's signature, refused; and its outages, outlived to a limit."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jws, jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey
from pydantic import SecretBytes, SecretStr, ValidationError

from embedded.processes.nats_users import new_seed
from shared.settings import Mode, Settings
from shared.web.http import ProblemError
from shared.web.identity import SigningKeys, TokenVerifier, pseudonym

ISSUER = "https://identite.example.org"
KEY = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
RSA = RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True)
IDENTITY_KEY = sha256(b"identity").digest()
DAY = 24 * 3600.0


class Provider:
    """Its key set is a file that a test publishes anew or takes away; time goes on when a test says so."""

    def __init__(self, folder: Path) -> None:
        self.file, self.now, self.read = folder / "jwks.json", 1000.0, 0
        self.publish(KEY, RSA)
        self.keys = Counted(self, str(self.file), DAY, lambda: self.now)
        self.verifier = TokenVerifier(deployment(jwks=str(self.file)), self.keys)

    def publish(self, *keys: Any) -> None:
        self.file.write_text(json.dumps(KeySet(list(keys)).as_dict(private=False)))

    def proven(self, token: str) -> str:
        return self.verifier.verify(token).pseudonym

    def refused(self, token: str) -> ProblemError:
        with pytest.raises(ProblemError) as problem:
            self.verifier.verify(token)
        return problem.value


class Counted(SigningKeys):
    def __init__(self, provider: Provider, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._provider = provider

    def _fetch_keys(self) -> Any:
        self._provider.read += 1
        return super()._fetch_keys()


def deployment(**changed: Any) -> Settings:
    told: dict[str, Any] = {
        "database_url": SecretStr("postgresql://"),
        "nats_url": "nats://127.0.0.1",
        "nats_seed": SecretStr(new_seed()),
        "sealing_key": SecretBytes(sha256(b"sealing").digest()),
        "identity_key": SecretBytes(IDENTITY_KEY),
        "jwks": "https://identite.example.org/jwks",
        "issuer": ISSUER,
        "service_token": SecretStr("x"),
    }
    return Settings(**(told | changed))


def token(header: dict[str, Any] | None = None, key: Any = KEY, **changed: Any) -> str:
    """As the provider would sign it, but for what is changed; a claim that is `...` is left out."""
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": "dla", "sub": "ines.martin", "iat": now, "exp": now + 600} | changed
    claims = {name: value for name, value in claims.items() if value is not ...}
    return jwt.encode({"alg": "ES256", "kid": KEY.kid} | (header or {}), claims, key, algorithms=["ES256", "HS256"])


def unsigned(header: Any, claims: Any = None, signature: str = "") -> str:
    claims = claims or {"iss": ISSUER, "aud": "dla", "sub": "x", "exp": int(time.time()) + 600}
    return ".".join([_base64(json.dumps(header).encode()), _base64(json.dumps(claims).encode()), signature])


def _base64(told: bytes) -> str:
    return base64.urlsafe_b64encode(told).decode().rstrip("=")


@pytest.fixture
def provider(tmp_path: Path) -> Provider:
    return Provider(tmp_path)


# Who it proves


def test_a_token_proves_a_person_under_a_pseudonym(provider: Provider) -> None:
    identity = provider.proven(token())
    assert identity == pseudonym(IDENTITY_KEY, ISSUER, "ines.martin")
    assert "ines" not in identity
    assert provider.proven(token(aud=["another", "dla"])) == identity


def test_a_pseudonym_differs_by_person_by_issuer_and_by_deployment() -> None:
    told = [
        pseudonym(IDENTITY_KEY, ISSUER, "ines"),
        pseudonym(IDENTITY_KEY, ISSUER, "ines "),
        pseudonym(IDENTITY_KEY, ISSUER + "i", "nes"),
        pseudonym(bytes(32), ISSUER, "ines"),
    ]
    assert len(set(told)) == len(told)


# What it must say


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "another"},
        {"aud": ["another"]},
        {"aud": ...},
        {"aud": {"dla": True}},
        {"iss": "https://elsewhere"},
        {"iss": ISSUER + "/"},
        {"iss": ...},
        {"iss": [ISSUER]},
        pytest.param({"exp": int(time.time()) - 60}, id="expired"),
        {"exp": ...},
        {"exp": "2099"},
        {"exp": None},
        {"exp": float("nan")},
        pytest.param({"nbf": int(time.time()) + 3600}, id="not yet"),
        pytest.param({"iat": int(time.time()) + 3600}, id="issued later"),
        {"sub": ...},
        {"sub": ""},
        {"sub": 7},
        {"sub": ["ines.martin"]},
        {"sub": "x" * 300},
        {"sub": "\ud800"},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_us_now_or_of_nobody_is_refused(provider: Provider, changed: dict[str, Any]) -> None:
    if changed.get("sub") == "\ud800":
        claims = json.dumps({"iss": ISSUER, "aud": "dla", "sub": "\ud800", "exp": int(time.time()) + 600}).encode()
        presented = jws.serialize_compact({"alg": "ES256", "kid": KEY.kid}, claims, KEY)
    else:
        presented = token(**changed)
    assert provider.refused(presented).status_code == 401


def test_clocks_may_differ_by_half_a_minute(provider: Provider) -> None:
    now = int(time.time())
    assert provider.proven(token(exp=now - 10)) == provider.proven(token(nbf=now + 10))


# Who signed it


def test_nobody_signed(provider: Provider) -> None:
    for alg in ("none", "None", "NONE", ""):
        assert provider.refused(unsigned({"alg": alg, "kid": KEY.kid})).status_code == 401
    assert provider.refused(unsigned({"alg": "ES256", "kid": KEY.kid})).status_code == 401


@pytest.mark.parametrize("public", [KEY, RSA], ids=["EC", "RSA"])
def test_the_public_key_is_no_secret(provider: Provider, public: ECKey | RSAKey) -> None:
    pem, der = public.as_pem(private=False), public.as_der(private=False)
    for secret in (pem, pem.strip(), der, json.dumps(public.as_dict(private=False)).encode()):
        unsigned_part = unsigned({"alg": "HS256", "kid": public.kid})[:-1]
        signature = hmac.digest(secret, unsigned_part.encode(), "sha256")
        assert provider.refused(f"{unsigned_part}.{_base64(signature)}").status_code == 401


def test_a_key_that_the_token_brings_is_not_believed(provider: Provider) -> None:
    ours = ECKey.generate_key("P-256", auto_kid=True)
    for header in (
        {"jwk": ours.as_dict(private=False)},
        {"jku": "https://elsewhere.example.org/jwks"},
        {"x5u": "https://elsewhere.example.org/cert"},
        {"jwk": ours.as_dict(private=False), "kid": ours.kid},
    ):
        assert provider.refused(token(header, ours)).status_code == 401


def test_a_symmetric_key_among_those_published_signs_nothing(provider: Provider) -> None:
    secret = OctKey.generate_key(256, auto_kid=True)
    everybody_knows = {"keys": [secret.as_dict(private=True), KEY.as_dict(private=False)]}
    provider.file.write_text(json.dumps(everybody_knows))
    assert provider.refused(token({"alg": "HS256", "kid": secret.kid}, secret)).status_code == 401
    assert provider.proven(token())


def test_a_key_for_encryption_signs_nothing(provider: Provider) -> None:
    other = ECKey.generate_key("P-256", {"use": "enc"}, auto_kid=True)
    provider.publish(KEY, other)
    signing = ECKey.import_key({k: v for k, v in other.as_dict(private=True).items() if k != "use"})
    assert provider.refused(token({"kid": other.kid}, signing)).status_code == 401


def test_an_extension_that_must_be_understood_is_refused(provider: Provider) -> None:
    claims = json.dumps({"iss": ISSUER, "aud": "dla", "sub": "x", "exp": int(time.time()) + 60}).encode()
    lax = jws.JWSRegistry(strict_check_header=False, algorithms=["ES256"])
    lax.header_registry["exotic"] = lax.header_registry["typ"]
    header = {"alg": "ES256", "kid": KEY.kid, "crit": ["exotic"], "exotic": "yes"}
    assert provider.refused(jws.serialize_compact(header, claims, KEY, registry=lax)).status_code == 401


@pytest.mark.parametrize(
    "presented",
    ["", ".", "..", "a.b.c", "é", "a" * 10_000_000, f"{'W1tb' * 1000}.e30.", "eyJhbGciOiJFUzI1NiJ9.e30", "\0.\0.\0"],
    ids=["empty", "dot", "dots", "letters", "accent", "huge", "nested", "two parts", "nul"],
)
def test_what_is_no_token_is_refused(provider: Provider, presented: str) -> None:
    assert provider.refused(presented).status_code == 401


def test_a_genuine_token_that_is_too_long_is_refused(provider: Provider) -> None:
    assert provider.proven(token(comment="x" * 4000))
    assert provider.refused(token(comment="x" * 8000)).status_code == 401


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_token_changed_anywhere_is_refused(provider: Provider, data: st.DataObject) -> None:
    genuine = token()
    n = data.draw(st.integers(0, len(genuine) - 1))
    letter = data.draw(st.characters(codec="utf-8"))
    changed = data.draw(st.sampled_from([genuine[:n] + letter + genuine[n + 1 :], genuine[:n], genuine[:n] + letter]))
    # The last letter of a signature holds bits that decode to nothing: the very same token in another spelling.
    if n < len(genuine) - 1 and changed != genuine:
        assert provider.refused(changed).status_code == 401


# Its keys, and its outages


def test_a_new_key_is_found_at_once_and_a_withdrawn_one_forgotten(provider: Provider) -> None:
    new = ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True)
    assert provider.proven(token())
    provider.publish(KEY, new)
    provider.now += 60
    assert provider.proven(token({"kid": new.kid}, new))
    provider.publish(new)
    provider.now += 601
    assert provider.refused(token()).status_code == 401
    assert provider.proven(token({"kid": new.kid}, new))


def test_a_signature_is_verified_once_while_the_same_keys_are_trusted(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[object] = []
    decode = jwt.decode

    def counted(*args: Any, **options: Any) -> Any:
        verified.append(args)
        return decode(*args, **options)

    monkeypatch.setattr(jwt, "decode", counted)
    known, tampered = token(), f"{token(jti='x')[:-4]}AAAA"
    for _ in range(3):
        assert provider.proven(known)
        assert provider.refused(tampered).status_code == 401
    assert len(verified) == 1 + 3, "what is refused is remembered by nobody"
    provider.publish(RSA)
    provider.now += 601
    assert provider.refused(known).status_code == 401, "its key was withdrawn"


def test_a_token_that_is_remembered_ends_all_the_same(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    known, now = token(), time.time()
    provider.verifier.verify(known).claims.clear()
    assert provider.proven(known), "what is done with its claims changes nothing"
    monkeypatch.setattr(time, "time", lambda: now + 700)
    assert provider.refused(known).status_code == 401


def test_a_token_that_is_remembered_holds_no_earlier_than_it_says(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    known = token(nbf=int(now))
    assert provider.proven(known)
    monkeypatch.setattr(time, "time", lambda: now - 100)
    assert provider.refused(known).status_code == 401, "the clock was set back"


def test_claims_are_validated_once_until_the_token_ends(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    validated: list[object] = []
    validate = jwt.JWTClaimsRegistry.validate

    def counted(registry: Any, claims: Any) -> None:
        validated.append(claims)
        validate(registry, claims)

    monkeypatch.setattr(jwt.JWTClaimsRegistry, "validate", counted)
    known, foreign = token(), token(aud="another")
    for _ in range(3):
        assert provider.proven(known)
        assert provider.refused(foreign).status_code == 401
    assert len(validated) == 1 + 3, "what is refused is remembered by nobody"


def test_unknown_keys_do_not_make_us_hammer_the_provider(provider: Provider) -> None:
    provider.proven(token())
    stranger = ECKey.generate_key("P-256", auto_kid=True)
    provider.now += 60
    for n in range(50):
        assert provider.refused(token({"kid": f"unknown-{n}"}, stranger)).status_code == 401
        assert provider.refused(token({}, stranger)).status_code == 401
    assert provider.read == 2


def test_an_outage_is_outlived_until_the_limit_and_then_told(provider: Provider) -> None:
    identity = provider.proven(token())
    keys = provider.file.read_text()
    for answer in (None, "{", '{"keys": []}', "[]", '{"keys": 5}', "[" * 100_000):
        provider.file.unlink(missing_ok=True)
        if answer is not None:
            provider.file.write_text(answer)
        provider.now += 3600
        assert provider.proven(token()) == identity
    provider.now += DAY
    problem = provider.refused(token())
    assert (problem.status_code, problem.slug) == (503, "issuer-unreachable")
    assert problem.headers == {"Retry-After": "5"}
    provider.file.write_text(keys)
    provider.now += 31
    assert provider.proven(token()) == identity


def test_without_any_key_yet_it_is_tried_again_soon(provider: Provider) -> None:
    keys = provider.file.read_text()
    provider.file.unlink()
    assert provider.refused(token()).status_code == 503
    provider.file.write_text(keys)
    provider.now += 3
    assert provider.proven(token())


# What production refuses to start with


def refused_to_start(**changed: Any) -> str:
    with pytest.raises(ValidationError) as error:
        deployment(**changed)
    return str(error.value)


def test_production_refuses_what_is_for_development() -> None:
    assert deployment().mode is Mode.PRODUCTION
    assert "set DLA_ISSUER and DLA_JWKS" in refused_to_start(issuer="https://dev-issuer.dla.invalid")
    assert "DLA_JWKS is read without TLS" in refused_to_start(jwks="http://identite.example.org/jwks")
    assert "DLA_DEV_CLOCK moves time" in refused_to_start(dev_clock=Path("clock"))
    assert deployment(mode=Mode.DEVELOPMENT, dev_clock=Path("clock"), issuer="https://dev-issuer.dla.invalid")


def test_no_secret_is_told_when_a_setting_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    told: Callable[[str], str] = lambda key: refused_to_start(identity_key=key)  # noqa: E731
    assert "c2VjcmV0" not in told("c2VjcmV0")
