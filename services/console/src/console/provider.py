"""Who does the identity provider say is there? Authorization code with PKCE, of any OpenID Connect provider."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import GuestProtocol, KeySet

from console.session import Attempt
from console.settings import ConsoleSettings
from shared.web.identity import ALGORITHMS, CLOCK_SKEW_SECONDS, KeysUnavailable, SigningKeys

READ_AGAIN_AFTER = 600.0
TRUSTED_FOR = 24 * 3600.0
PATIENCE = 8.0
REMEMBERED = 60.0
"""Seconds for which pages open side by side are given the one token that their refresh token was good for."""


class ProviderTrouble(Exception):
    """It does not answer, or not as a provider does."""


class NotProven(Exception):
    """What came back proves nobody: refused there, too late, or not an answer to what we asked."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """`expires`: in seconds since the epoch, as far as was told."""

    access: str
    refresh: str | None
    expires: float | None
    name: str | None


class Provider:
    def __init__(self, settings: ConsoleSettings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._settings = settings
        self._http = httpx.AsyncClient(timeout=PATIENCE, trust_env=False, transport=transport)
        self._document: dict[str, Any] = {}
        self._read_at = float("-inf")
        self._keys: SigningKeys | None = None
        self._refreshed: dict[str, tuple[float, asyncio.Task[Tokens]]] = {}

    async def close(self) -> None:
        await self._http.aclose()

    @property
    def redirect_uri(self) -> str:
        return f"{self._settings.address}/retour"

    async def sign_in(self, then: str) -> tuple[str, Attempt]:
        """Where to send the browser, and what it must keep meanwhile. Raises ProviderTrouble."""
        attempt = Attempt(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48), then)
        asked = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": self._settings.scope,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": _challenge(attempt.verifier),
            "code_challenge_method": "S256",
        } | self._resource()
        return _with(await self._at("authorization_endpoint"), asked), attempt

    async def signed_in(self, attempt: Attempt, answer: dict[str, str]) -> Tokens:
        """Raises NotProven or ProviderTrouble."""
        if not hmac.compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
            raise NotProven("this answers another sign-in")
        if answer.get("iss", self._settings.issuer) != self._settings.issuer:
            raise NotProven("this answer is of another provider")
        if "code" not in answer:
            raise NotProven(answer.get("error", "no code"))
        told = await self._tokens(
            {
                "grant_type": "authorization_code",
                "code": answer["code"],
                "redirect_uri": self.redirect_uri,
                "code_verifier": attempt.verifier,
            }
        )
        claims = await self._identity(told.get("id_token"), attempt.nonce)
        return _read(told, claims)

    async def refreshed(self, refresh: str) -> Tokens:
        """The same for all who ask within a minute with one refresh token, which is good for once. Raises NotProven or
        ProviderTrouble."""
        now = time.monotonic()
        self._refreshed = {key: kept for key, kept in self._refreshed.items() if now - kept[0] < REMEMBERED}
        key = hashlib.sha256(refresh.encode()).hexdigest()
        if key not in self._refreshed:
            self._refreshed[key] = now, asyncio.create_task(self._renewed(refresh))
        try:
            return await asyncio.shield(self._refreshed[key][1])
        except ProviderTrouble:
            self._refreshed.pop(key, None)
            raise

    async def _renewed(self, refresh: str) -> Tokens:
        tokens = _read(await self._tokens({"grant_type": "refresh_token", "refresh_token": refresh}), {})
        return tokens if tokens.refresh else replace(tokens, refresh=refresh)

    async def sign_out(self) -> str | None:
        """Where one may sign out of the provider too, if it has such a place and answers."""
        try:
            where = (await self._known()).get("end_session_endpoint")
        except ProviderTrouble:
            return None
        if not isinstance(where, str):
            return None
        after = f"{self._settings.address}/connexion"
        return _with(where, {"client_id": self._settings.client_id, "post_logout_redirect_uri": after})

    async def _tokens(self, asked: dict[str, str]) -> dict[str, Any]:
        secret = self._settings.client_secret
        given = asked | self._resource()
        login: Any = httpx.USE_CLIENT_DEFAULT
        if secret is None:
            given |= {"client_id": self._settings.client_id}
        else:
            login = httpx.BasicAuth(self._settings.client_id, secret.get_secret_value())
        where = await self._at("token_endpoint")
        try:
            answer = await self._http.post(where, data=given, auth=login, headers={"Accept": "application/json"})
            told = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderTrouble(repr(error)) from error
        if answer.is_client_error:
            raise NotProven(str(told.get("error")) if isinstance(told, dict) else "refused")
        if not answer.is_success or not isinstance(told, dict) or not isinstance(told.get("access_token"), str):
            raise ProviderTrouble(f"the token endpoint answered {answer.status_code}")
        return told

    async def _identity(self, token: Any, nonce: str) -> dict[str, Any]:
        """What the id token says, once it is proven to be ours, new and for this sign-in."""
        if not isinstance(token, str):
            raise NotProven("no id token")
        keys = await self._signing_keys()

        def key_of(signed: GuestProtocol) -> KeySet:
            kid = signed.headers().get("kid")
            return keys.trusted(kid if isinstance(kid, str) else None)

        wanted = jwt.JWTClaimsRegistry(
            leeway=CLOCK_SKEW_SECONDS,
            iss={"essential": True, "value": self._settings.issuer},
            aud={"essential": True, "value": self._settings.client_id},
            exp={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            claims = (await asyncio.to_thread(jwt.decode, token, key_of, algorithms=ALGORITHMS)).claims
            wanted.validate(claims)
        except KeysUnavailable as error:
            raise ProviderTrouble("its keys cannot be read") from error
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise NotProven(f"the id token is worth nothing: {error!r}") from error
        if claims.get("azp", self._settings.client_id) != self._settings.client_id:
            raise NotProven("the id token was made for another client")
        return claims

    async def _signing_keys(self) -> SigningKeys:
        where = await self._at("jwks_uri")
        if self._keys is None:
            self._keys = SigningKeys(where, TRUSTED_FOR)
        return self._keys

    async def _at(self, name: str) -> str:
        where = (await self._known()).get(name)
        if not isinstance(where, str) or urlsplit(where).scheme not in self._schemes:
            raise ProviderTrouble(f"its document tells no {name} that can be used")
        return where

    @property
    def _schemes(self) -> tuple[str, ...]:
        return ("https", "http") if self._settings.development else ("https",)

    async def _known(self) -> dict[str, Any]:
        """Its document; read again now and then, and kept through an outage."""
        if time.monotonic() - self._read_at < READ_AGAIN_AFTER:
            return self._document
        try:
            answer = await self._http.get(self._settings.discovery_document)
            document = answer.raise_for_status().json()
            if not isinstance(document, dict) or document.get("issuer") != self._settings.issuer:
                raise ValueError("this is the document of another issuer than DLA_ISSUER")
        except (httpx.HTTPError, ValueError) as error:
            if self._document:
                return self._document
            raise ProviderTrouble(repr(error)) from error
        self._document, self._read_at = document, time.monotonic()
        return document

    def _resource(self) -> dict[str, str]:
        return {"resource": self._settings.resource} if self._settings.resource else {}


def _read(told: dict[str, Any], claims: dict[str, Any]) -> Tokens:
    lasts, refresh = told.get("expires_in"), told.get("refresh_token")
    named = next((claims[name] for name in ("name", "preferred_username") if isinstance(claims.get(name), str)), None)
    return Tokens(
        access=told["access_token"],
        refresh=refresh if isinstance(refresh, str) else None,
        expires=time.time() + float(lasts) if isinstance(lasts, int | float) else None,
        name=named[:100] if named else None,
    )


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _with(address: str, asked: dict[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"
