"""Who is calling? A bearer token, signed by the deployment's issuer, says the person, the role and the territory."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Annotated, Any
from uuid import UUID

import httpx
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.decider import Actor, Role
from shared.settings import Settings
from shared.web.problems import ProblemError

log = logging.getLogger(__name__)
ALGORITHMS = ["EdDSA", "Ed25519", "ES256", "RS256", "PS256"]
REFRESH_AT_MOST_EVERY = 30.0


@dataclass(frozen=True, slots=True)
class Caller:
    """`case`: the one case a leader's or a provider's token opens."""

    actor: Actor
    case: UUID | None = None


class TokenVerifier:
    """Verifies against the issuer's public keys, read again, at most now and then, when a key is unknown."""

    def __init__(self, settings: Settings) -> None:
        self._where, self._read_at = settings.jwks, 0.0
        self._keys = KeySet([])
        self._reading = Lock()
        self._claims = jwt.JWTClaimsRegistry(
            leeway=30,
            iss={"essential": True, "value": settings.issuer},
            aud={"essential": True, "value": settings.audience},
            exp={"essential": True},
            sub={"essential": True},
        )

    def caller(self, token: str) -> Caller:
        """Raises ProblemError 401 for a token that cannot be trusted."""
        try:
            claims = self._verified(token).claims
            self._claims.validate(claims)
            case = _text(claims, "case")
            actor = Actor(_text(claims, "sub") or "", Role(claims["role"]), _text(claims, "unit"))
            return Caller(actor, UUID(case) if case else None)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise _unauthenticated("Le jeton présenté n’est pas valable ou a expiré.") from error

    def _verified(self, token: str) -> jwt.Token:
        keys = self._keys
        try:
            return jwt.decode(token, keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            if not self._newer_than(keys):
                raise
            return jwt.decode(token, self._keys, algorithms=ALGORITHMS)

    def _newer_than(self, keys: KeySet) -> bool:
        with self._reading:
            if self._keys is not keys:
                return True
            if self._read_at and time.monotonic() - self._read_at < REFRESH_AT_MOST_EVERY:
                return False
            self._read_at = time.monotonic()
            try:
                self._keys = KeySet.import_key_set(self._published())
            except (httpx.HTTPError, OSError, ValueError, KeyError) as error:
                log.warning("the issuer's keys cannot be read: %r", error)
                if keys.keys:
                    return False  # those of before go on being trusted
                self._read_at = 0.0
                raise _unreachable() from error
            return True

    def _published(self) -> Any:
        if self._where.startswith(("http://", "https://")):
            return httpx.get(self._where, timeout=5).raise_for_status().json()
        return json.loads(Path(self._where).read_text())


def _text(claims: dict[str, Any], name: str) -> str | None:
    """A claim goes into events as it is: anything but a short text would be history that nobody can read."""
    claim = claims.get(name)
    if claim is not None and not (isinstance(claim, str) and 0 < len(claim) <= 200):
        raise ValueError(f"the claim {name} is not a short text")
    return claim


_bearer = HTTPBearer(auto_error=False, description="make token ROLE=adviser UNIT=dla-44")


def calling(request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> Caller:
    if given is None:
        raise _unauthenticated("Présentez un jeton dans l’en-tête Authorization.")
    verifier: TokenVerifier = request.app.state.verifier
    return verifier.caller(given.credentials)


Calling = Annotated[Caller, Depends(calling)]


def allowed(caller: Caller, roles: frozenset[Role], case: UUID | None = None) -> None:
    """Raises ProblemError 403 unless the role may, and a token bound to one case is used on that case."""
    if caller.actor.role not in roles:
        raise ProblemError(403, "forbidden", "Action non permise", "Votre rôle ne permet pas cette action.")
    if caller.case is not None and case != caller.case:
        raise ProblemError(403, "forbidden", "Action non permise", "Votre jeton n’ouvre pas ce dossier.")
    if caller.actor.role in BOUND and caller.case is None:
        raise ProblemError(403, "forbidden", "Action non permise", "Votre jeton doit nommer un dossier.")


BOUND = frozenset({Role.LEADER, Role.PROVIDER})
"""Those who come in by a link to one case."""


def only(*roles: Role) -> Any:
    """A dependency for what concerns no single case."""

    def check(caller: Calling) -> None:
        allowed(caller, frozenset(roles))

    return Depends(check)


def _unreachable() -> ProblemError:
    return ProblemError(
        503,
        "issuer-unreachable",
        "Identification indisponible",
        "Le service d’identification ne répond pas\u202f: réessayez dans un instant.",
        {"Retry-After": "5"},
    )


def _unauthenticated(detail: str) -> ProblemError:
    return ProblemError(401, "unauthenticated", "Identification nécessaire", detail, {"WWW-Authenticate": "Bearer"})
