"""The development issuer: it signs any token one asks for, so it exists in the embedded stack and nowhere else."""

import ipaddress
import json
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from embedded.errors import EmbeddedError, explain_write_errors
from embedded.private_files import keep_secret, write_private

ISSUER = "https://dev-issuer.dla.invalid"
AUDIENCE = "dla"
ALGORITHM = "ES256"
ROLES = (
    "adviser",
    "manager",
    "regional",
    "leader",
    "provider",
    "recipient",
    "committee",
    "resource_centre",
    "pilot",
    "partner",
    "auditor",
    "dpo",
    "ops",
    "service",
)


class UnknownRoleError(EmbeddedError):
    def __init__(self, role: str) -> None:
        super().__init__(f"There is no role “{role}”. The roles are: {', '.join(ROLES)}.")


class NotForDevelopmentError(EmbeddedError):
    def __init__(self, why: str) -> None:
        super().__init__(
            f"The development issuer signs any token for whoever asks, and {why}. It exists on a developer's own "
            "machine only: elsewhere set DLA_ISSUER and DLA_JWKS to those of an identity provider."
        )


class Issuer:
    """Raises NotForDevelopmentError where what it signs could open anything but a developer's own stack."""

    def __init__(self, folder: Path) -> None:
        _check_development(os.environ)
        self.jwks = folder / "jwks.json"
        """Where `publish` puts the public key."""
        with explain_write_errors(folder):
            self._key = ECKey.import_key(json.loads(keep_secret(folder / "secrets" / "issuer.jwk", _new_key)))

    def publish(self) -> None:
        with explain_write_errors(self.jwks):
            write_private(self.jwks, json.dumps(KeySet([self._key]).as_dict(private=False), indent=2))

    def mint(
        self,
        role: str,
        *,
        subject: str,
        unit: str | None = None,
        units: Sequence[str] = (),
        case: str | None = None,
        name: str | None = None,
        hours: float = 12,
    ) -> str:
        """A token for this subject in this role; `case`: what a leader or provider is bound to; `units`: territory."""
        if role not in ROLES:
            raise UnknownRoleError(role)
        now = int(time.time())
        optional_claims = {"unit": unit, "units": list(units) or None, "case": case, "name": name}
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": subject,
            "iat": now,
            "exp": now + int(hours * 3600),
            "role": role,
        } | {claim: value for claim, value in optional_claims.items() if value is not None}
        return jwt.encode({"alg": ALGORITHM, "kid": self._key.kid}, claims, self._key)

    def identity(self, subject: str, client: str, nonce: str | None, name: str | None) -> str:
        """An id token: who signed in, for the program that requested it."""
        now = int(time.time())
        optional_claims = {"nonce": nonce, "name": name}
        claims = {"iss": ISSUER, "aud": client, "sub": subject, "iat": now, "exp": now + 600} | {
            claim: value for claim, value in optional_claims.items() if value is not None
        }
        return jwt.encode({"alg": ALGORITHM, "kid": self._key.kid}, claims, self._key)


def _check_development(environment: Mapping[str, str]) -> None:
    if (mode := environment.get("DLA_MODE", "development")) != "development":
        raise NotForDevelopmentError(f"DLA_MODE is {mode}")
    if not _is_loopback(host := environment.get("DLA_HOST", "127.0.0.1")):
        raise NotForDevelopmentError(f"DLA_HOST is {host}, which other machines can reach")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _new_key() -> str:
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": ALGORITHM}, auto_kid=True)
    return json.dumps(key.as_dict(private=True))
