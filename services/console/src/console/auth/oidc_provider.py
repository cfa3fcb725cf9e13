"""OpenID Connect sign-in: authorization code with PKCE, with any provider that has a discovery document."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import secrets
import time
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import GuestProtocol, KeySet

from console.auth.provider_settings import ProviderSettings
from console.auth.provider_tokens import Tokens, parse_tokens
from console.auth.session import SignInAttempt
from console.settings import Userinfo
from shared.web.identity import ALGORITHMS, CLOCK_SKEW_SECONDS, KeysUnavailable, SigningKeys

log = logging.getLogger(__name__)
DISCOVERY_TTL_SECONDS = 600.0
KEYS_TRUSTED_SECONDS = 24 * 3600.0
TIMEOUT_SECONDS = 8.0
UNMET_REQUIREMENTS = "unmet_authentication_requirements"
"""Error of OpenID Connect for a level that the provider cannot give."""
REFRESH_SHARED_SECONDS = 60.0
"""Seconds during which pages open side by side share the access token of one refresh: a refresh token works once."""


class ProviderUnavailable(Exception):
    """The provider does not answer, or not as the protocol says."""


class SignInRefused(Exception):
    """The sign-in failed: refused by the provider, too late, or not an answer to our request."""


class WeakAuthentication(SignInRefused):
    """The provider did not prove any of the levels of authentication that are required."""


class OidcProvider:
    """An identity provider of the deployment. Its discovery document is cached, and entry through an outage."""

    def __init__(self, settings: ProviderSettings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._settings = settings
        self._http = httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False, transport=transport)
        self._document: dict[str, Any] = {}
        self._discovered_at = float("-inf")
        self._keys: SigningKeys | None = None
        self._refreshed: dict[str, tuple[float, asyncio.Task[Tokens]]] = {}

    async def close(self) -> None:
        await self._http.aclose()

    @property
    def redirect_uri(self) -> str:
        return f"{self._settings.address}/retour"

    async def start_sign_in(self, then: str) -> tuple[str, SignInAttempt]:
        """The address to send the browser to, and the attempt that it must keep. Raises ProviderUnavailable."""
        attempt = SignInAttempt(
            secrets.token_urlsafe(24),
            secrets.token_urlsafe(24),
            verifier=secrets.token_urlsafe(48),
            then=then,
            issuer=self._settings.issuer,
        )
        parameters = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": self._settings.scope,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": _challenge(attempt.verifier),
            "code_challenge_method": "S256",
        } | self._resource()
        if self._settings.acr_values:
            acr = {"essential": True, "values": list(self._settings.acr_values)}
            parameters["claims"] = json.dumps({"id_token": {"acr": acr}}, separators=(",", ":"))
        return _with(await self._endpoint("authorization_endpoint"), parameters), attempt

    async def finish_sign_in(self, attempt: SignInAttempt, callback: dict[str, str]) -> Tokens:
        """The tokens for the callback's query parameters. Raises SignInRefused, ProviderUnavailable."""
        if not hmac.compare_digest(callback.get("state", "").encode(), attempt.state.encode()):
            raise SignInRefused("this answers another sign-in")
        if callback.get("iss", self._settings.issuer) != self._settings.issuer:
            raise SignInRefused("this answer is of another provider")
        if callback.get("error") == UNMET_REQUIREMENTS:
            raise WeakAuthentication(UNMET_REQUIREMENTS)
        if "code" not in callback:
            raise SignInRefused(callback.get("error", "no code"))
        signed = self._settings.userinfo is Userinfo.SIGNED
        body = await self._request_tokens(
            {
                "grant_type": "authorization_code",
                "code": callback["code"],
                "redirect_uri": self.redirect_uri,
                "code_verifier": attempt.verifier,
            },
            {} if signed else self._resource(),
        )
        claims = await self._verify_id_token(body.get("id_token"), attempt.nonce)
        if self._settings.acr_values and claims.get("acr") not in self._settings.acr_values:
            raise WeakAuthentication(f"the id token proves another level: {claims.get('acr')!r}")
        if signed:
            names = await self._signed_userinfo(body["access_token"], claims["sub"])
            tokens = await self._tokens_of_the_services(parse_tokens(body, names | claims))
        else:
            tokens = parse_tokens(body, claims)
        if tokens.access.count(".") != 2:
            log.error("the access token of %s is no JWT: the services cannot verify it", self._settings.issuer)
            raise SignInRefused("the access token is opaque")
        return replace(tokens, id_token=body["id_token"])

    async def _tokens_of_the_services(self, tokens: Tokens) -> Tokens:
        """Where the services are a resource of their own (RFC 8707), the first access token is for userinfo alone."""
        if not self._settings.resource:
            return tokens
        if tokens.refresh is None:
            raise SignInRefused("without a refresh token there is none for the services: ask for offline_access")
        return replace(await self.refresh(tokens.refresh), name=tokens.name)

    async def refresh(self, refresh: str) -> Tokens:
        """New tokens; the same ones for all who use one refresh token within a minute. Raises SignInRefused or
        ProviderUnavailable."""
        now = time.monotonic()
        self._refreshed = {
            key: entry for key, entry in self._refreshed.items() if now - entry[0] < REFRESH_SHARED_SECONDS
        }
        key = hashlib.sha256(refresh.encode()).hexdigest()
        if key not in self._refreshed:
            self._refreshed[key] = now, asyncio.create_task(self._request_refresh(refresh))
        try:
            return await asyncio.shield(self._refreshed[key][1])
        except ProviderUnavailable:
            self._refreshed.pop(key, None)
            raise

    async def _request_refresh(self, refresh: str) -> Tokens:
        tokens = parse_tokens(
            await self._request_tokens({"grant_type": "refresh_token", "refresh_token": refresh}, self._resource()), {}
        )
        return tokens if tokens.refresh else replace(tokens, refresh=refresh)

    async def sign_out_address(self, id_token: str | None = None) -> str | None:
        """Where to sign out of the provider too; null if it has no such address or does not answer. `id_token`: of the
        session, which some providers require."""
        try:
            where = (await self._discover()).get("end_session_endpoint")
        except ProviderUnavailable:
            return None
        if not isinstance(where, str):
            return None
        after = f"{self._settings.address}/connexion"
        parameters = {"client_id": self._settings.client_id, "post_logout_redirect_uri": after}
        hint = {"id_token_hint": id_token, "state": secrets.token_urlsafe(24)} if id_token else {}
        return _with(where, parameters | hint)

    async def _request_tokens(self, parameters: dict[str, str], resource: dict[str, str]) -> dict[str, Any]:
        secret = self._settings.client_secret
        form = parameters | resource
        login: Any = httpx.USE_CLIENT_DEFAULT
        if secret is None:
            form |= {"client_id": self._settings.client_id}
        elif await self._takes_secrets_in_the_body():
            form |= {"client_id": self._settings.client_id, "client_secret": secret.get_secret_value()}
        else:
            login = httpx.BasicAuth(self._settings.client_id, secret.get_secret_value())
        where = await self._endpoint("token_endpoint")
        try:
            response = await self._http.post(where, data=form, auth=login, headers={"Accept": "application/json"})
            body = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderUnavailable(repr(error)) from error
        if response.is_client_error:
            raise SignInRefused(str(body.get("error")) if isinstance(body, dict) else "refused")
        if not response.is_success or not isinstance(body, dict) or not isinstance(body.get("access_token"), str):
            raise ProviderUnavailable(f"the token endpoint answered {response.status_code}")
        return body

    async def _takes_secrets_in_the_body(self) -> bool:
        """OpenID Connect Discovery: without a list, the client authenticates by HTTP Basic."""
        methods = (await self._discover()).get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return "client_secret_basic" not in methods and "client_secret_post" in methods

    async def _signed_userinfo(self, access_token: str, subject: str) -> dict[str, Any]:
        """The claims of the userinfo endpoint (OpenID Connect Core, 5.3.2), once verified to be of this person. Raises
        SignInRefused for anything but a signed JWT."""
        where = await self._endpoint("userinfo_endpoint")
        try:
            response = await self._http.get(where, headers={"Authorization": f"Bearer {access_token}"})
            response.raise_for_status()
        except httpx.HTTPError as error:
            raise ProviderUnavailable(repr(error)) from error
        if response.headers.get("Content-Type", "").partition(";")[0].strip() != "application/jwt":
            raise SignInRefused("the userinfo is not signed")
        return await self._verify(response.text.strip(), sub={"essential": True, "value": subject})

    async def _verify_id_token(self, token: Any, nonce: str) -> dict[str, Any]:
        """The claims of the id token, once verified to be for us, fresh, and of this sign-in."""
        if not isinstance(token, str):
            raise SignInRefused("no id token")
        claims = await self._verify(
            token,
            exp={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        if claims.get("azp", self._settings.client_id) != self._settings.client_id:
            raise SignInRefused("the id token was made for another client")
        return claims

    async def _verify(self, token: str, **owed: Any) -> dict[str, Any]:
        """The claims of a token that the provider signed for us. `owed`: what they must be, besides issuer and
        audience."""
        keys = await self._signing_keys()

        def key_of(signed: GuestProtocol) -> KeySet:
            kid = signed.headers().get("kid")
            return keys.keys_for(kid if isinstance(kid, str) else None)

        registry = jwt.JWTClaimsRegistry(
            leeway=CLOCK_SKEW_SECONDS,
            iss={"essential": True, "value": self._settings.issuer},
            aud={"essential": True, "value": self._settings.client_id},
            **owed,
        )
        try:
            claims = (await asyncio.to_thread(jwt.decode, token, key_of, algorithms=ALGORITHMS)).claims
            registry.validate(claims)
        except KeysUnavailable as error:
            raise ProviderUnavailable("its keys cannot be read") from error
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise SignInRefused(f"the token is invalid: {error!r}") from error
        return claims

    async def _signing_keys(self) -> SigningKeys:
        where = await self._endpoint("jwks_uri")
        if self._keys is None:
            self._keys = SigningKeys(where, KEYS_TRUSTED_SECONDS)
        return self._keys

    async def _endpoint(self, name: str) -> str:
        where = (await self._discover()).get(name)
        if not isinstance(where, str) or urlsplit(where).scheme not in self._schemes:
            raise ProviderUnavailable(f"its discovery document has no usable {name}")
        return where

    @property
    def _schemes(self) -> tuple[str, ...]:
        return ("https", "http") if self._settings.development else ("https",)

    async def _discover(self) -> dict[str, Any]:
        """The discovery document, read again every DISCOVERY_TTL_SECONDS."""
        if time.monotonic() - self._discovered_at < DISCOVERY_TTL_SECONDS:
            return self._document
        try:
            response = await self._http.get(self._settings.discovery_document)
            document = response.raise_for_status().json()
            if not isinstance(document, dict) or document.get("issuer") != self._settings.issuer:
                raise ValueError("this is the document of another issuer than the one that is set")
        except (httpx.HTTPError, ValueError) as error:
            if self._document:
                return self._document
            raise ProviderUnavailable(repr(error)) from error
        self._document, self._discovered_at = document, time.monotonic()
        return document

    def _resource(self) -> dict[str, str]:
        return {"resource": self._settings.resource} if self._settings.resource else {}


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _with(address: str, parameters: dict[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(parameters)}"
