"""Tokens to try the system by hand: true to their role, verified by anyone with the public key."""

import json
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from embedded.identity.issuer import (
    ALGORITHM,
    AUDIENCE,
    ISSUER,
    ROLES,
    Issuer,
    NotForDevelopmentError,
    UnknownRoleError,
)
from shared.settings import DEVELOPMENT_ISSUER

CASE = "0199f0a0-0000-7000-8000-000000000001"


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    issuer = Issuer(tmp_path)
    issuer.publish()
    return issuer


def claims(token: str, issuer: Issuer) -> dict[str, Any]:
    keys = KeySet.import_key_set(json.loads(issuer.jwks.read_text()))
    return jwt.decode(token, keys, algorithms=[ALGORITHM]).claims


def test_a_token_says_who_in_which_role_for_how_long(issuer: Issuer) -> None:
    told = claims(issuer.mint("adviser", subject="a.martin", unit="dla-44", name="Anaïs Martin", hours=2), issuer)
    assert told["exp"] - told.pop("iat") == 2 * 3600
    del told["exp"]
    assert told == {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "a.martin",
        "role": "adviser",
        "unit": "dla-44",
        "name": "Anaïs Martin",
    }


def test_a_leader_is_bound_to_a_case(issuer: Issuer) -> None:
    assert claims(issuer.mint("leader", subject="m.le-goff", case=CASE), issuer)["case"] == CASE


@pytest.mark.parametrize("role", ROLES)
def test_every_role_has_its_token(issuer: Issuer, role: str) -> None:
    assert claims(issuer.mint(role, subject="somebody"), issuer)["role"] == role


def test_an_unknown_role_is_refused_with_the_known_ones(issuer: Issuer) -> None:
    with pytest.raises(UnknownRoleError, match=r"no role “king”.*adviser, manager"):
        issuer.mint("king", subject="somebody")


def test_the_key_is_kept_and_its_private_half_is_not_published(issuer: Issuer, tmp_path: Path) -> None:
    assert claims(Issuer(tmp_path).mint("ops", subject="somebody"), issuer)["role"] == "ops"
    private = json.loads((tmp_path / "secrets" / "issuer.jwk").read_text())["d"]
    assert private not in issuer.jwks.read_text()
    assert oct((tmp_path / "secrets" / "issuer.jwk").stat().st_mode & 0o777) == "0o600"


@pytest.mark.parametrize(
    ("setting", "value", "why"),
    [
        ("DLA_MODE", "production", "DLA_MODE is production"),
        ("DLA_MODE", "prod", "DLA_MODE is prod"),
        ("DLA_HOST", "0.0.0.0", "DLA_HOST is 0.0.0.0"),
        ("DLA_HOST", "::", "DLA_HOST is ::"),
        ("DLA_HOST", "192.168.1.7", "DLA_HOST is 192.168.1.7"),
        ("DLA_HOST", "dla.example.org", "DLA_HOST is dla.example.org"),
    ],
)
def test_it_signs_nothing_where_others_could_use_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, value: str, why: str
) -> None:
    monkeypatch.setenv(setting, value)
    with pytest.raises(NotForDevelopmentError, match=f"signs any token for whoever asks, and {why}"):
        Issuer(tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_it_signs_for_a_stack_that_this_machine_alone_reaches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("DLA_HOST", host)
    assert Issuer(tmp_path).mint("adviser", subject="x")


def test_the_services_know_it_by_name_to_refuse_it_in_production() -> None:
    assert ISSUER == DEVELOPMENT_ISSUER
