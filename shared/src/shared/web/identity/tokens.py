"""Bearer tokens of the identity provider: verified, and turned into a pseudonym."""

from __future__ import annotations

import hmac
import json
import math
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from joserfc import jws, jwt
from joserfc.errors import JoseError

from shared.settings import Settings, TrustedIssuer
from shared.web.http import ProblemError
from shared.web.identity.signing_keys import KeysUnavailable, SigningKeys, TrustedKeys

ALGORITHMS = ["EdDSA", "Ed25519", "ES256", "RS256", "PS256"]
"""Asymmetric signatures, by name: not `none`, and no HMAC for which a public key could be misused as the secret."""
MAX_TOKEN_CHARACTERS = 8 * 1024
CLOCK_SKEW_SECONDS = 30
REMEMBERED_TOKENS = 1024
"""Whose signature is not verified again at each request, while the same keys are trusted."""


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    """`pseudonym` is the person's pseudonym, the same in every service of the deployment; `claims` are the token's."""

    pseudonym: str
    claims: dict[str, Any]


@dataclass(slots=True)
class _SignedToken:
    """One whose signature is good. `valid_from` to `expires_at`: when its claims need not be looked at again, in
    seconds since 1970; never, until they were validated once."""

    pseudonym: str
    claims: dict[str, Any]
    valid_from: float = math.inf
    expires_at: float = 0.0


class TokenVerifier:
    """Of all issuers that the deployment trusts. A token is verified by the keys of the issuer that it names, and no
    other's."""

    def __init__(self, settings: Settings, keys: SigningKeys | None = None) -> None:
        """`keys`: those of the first issuer, for tests."""
        trusted_for, identity_key = settings.jwks_trusted_hours * 3600, settings.identity_key.get_secret_value()
        self._issuers: dict[str, _IssuerVerifier] = {}
        for each in settings.trusted_issuers:
            own_keys = keys if keys and each.issuer == settings.issuer else SigningKeys(each.jwks, trusted_for)
            self._issuers[each.issuer] = _IssuerVerifier(each, own_keys, identity_key)

    def keys_of(self, issuer: str) -> SigningKeys:
        return self._issuers[issuer].keys

    def verify(self, token: str) -> VerifiedToken:
        """Raises ProblemError: 401 for a token that is not valid, 503 when the provider's keys are unavailable."""
        try:
            if len(token) > MAX_TOKEN_CHARACTERS:
                raise ValueError("no token is that long")
            verifier = self._issuers.get(_claimed_issuer(token))
            if verifier is None:
                raise ValueError("its issuer is not trusted")
            return verifier.verify(token)
        except KeysUnavailable as error:
            raise _unreachable() from error
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise unauthenticated("Le jeton présenté n’est pas valable ou a expiré.") from error


class _IssuerVerifier:
    """Of the tokens of one issuer."""

    def __init__(self, trusted: TrustedIssuer, keys: SigningKeys, identity_key: bytes) -> None:
        self.keys, self._issuer, self._identity_key = keys, trusted.issuer, identity_key
        self._claims = jwt.JWTClaimsRegistry(
            leeway=CLOCK_SKEW_SECONDS,
            iss={"essential": True, "value": trusted.issuer},
            aud={"essential": True, "value": trusted.audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        self._verified = lru_cache(REMEMBERED_TOKENS)(self._verify_signature)

    def verify(self, token: str) -> VerifiedToken:
        """Raises KeysUnavailable, JoseError, ValueError or TypeError."""
        found = self._verified(token, self.keys.keys_for(_key_id(token)))
        if not found.valid_from <= time.time() < found.expires_at:
            self._validate_claims(found)
        return VerifiedToken(found.pseudonym, dict(found.claims))

    def _verify_signature(self, token: str, keys: TrustedKeys) -> _SignedToken:
        """Neither its times nor for whom it is."""
        claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        subject = text_claim(claims, "sub")
        return _SignedToken(pseudonym(self._identity_key, self._issuer, subject or ""), claims)

    def _validate_claims(self, token: _SignedToken) -> None:
        """Its times, and for whom it is: what holds now holds until the token expires, but for its leeway."""
        now = time.time()
        self._claims.validate(token.claims)
        token.valid_from, token.expires_at = now, token.claims["exp"]


@lru_cache(REMEMBERED_TOKENS)
def _claimed_issuer(token: str) -> str:
    """Not verified yet: it only says by whose keys the token must be signed. Raises JoseError or ValueError."""
    claims = json.loads(jws.extract_compact(token.encode()).payload)
    return str(claims.get("iss")) if isinstance(claims, dict) else ""


@lru_cache(REMEMBERED_TOKENS)
def _key_id(token: str) -> str | None:
    """All that is used of the header: a key that the token brings itself is ignored."""
    kid = jws.extract_compact(token.encode()).headers().get("kid")
    return kid if isinstance(kid, str) else None


def pseudonym(identity_key: bytes, issuer: str, subject: str) -> str:
    """The id of a person of an issuer: a keyed hash, so only the holder of the identity key can compute it."""
    named = json.dumps([issuer, subject], ensure_ascii=False).encode()
    return str(uuid5(NAMESPACE_OID, hmac.digest(identity_key, named, "sha256").hex()))


def text_claim(claims: dict[str, Any], name: str) -> str | None:
    """Raises ValueError for a claim that is anything but a short text."""
    claim = claims.get(name)
    if claim is not None and not (isinstance(claim, str) and 0 < len(claim) <= 200):
        raise ValueError(f"the claim {name} is not a short text")
    return claim


def unauthenticated(detail: str) -> ProblemError:
    return ProblemError(401, "unauthenticated", "Identification nécessaire", detail, {"WWW-Authenticate": "Bearer"})


def _unreachable() -> ProblemError:
    return ProblemError(
        503,
        "issuer-unreachable",
        "Identification indisponible",
        "Le service d’identification ne répond pas\u00a0: réessayez dans un instant.",
        {"Retry-After": "5"},
    )
