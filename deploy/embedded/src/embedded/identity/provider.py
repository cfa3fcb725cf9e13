"""An identity provider to try the console with: whoever sits at this machine says who they are, and is believed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from embedded.identity.issuer import ISSUER, ROLES, Issuer
from embedded.identity.provider_page import Person, message_page, sign_in_page

CLIENT = "console"
MAX_FORM_BYTES = 16 * 1024
CODE_SECONDS = 60.0
TOKEN_HOURS = 8.0


@dataclass(frozen=True)
class _Granted:
    person: Person
    redirect_uri: str
    challenge: str
    nonce: str | None
    until: float


class Provider:
    """OpenID Connect's authorization code with PKCE, on the loopback interface, for one client. `redirect_uri`: the
    only place that it sends codes to."""

    def __init__(self, issuer: Issuer, port: int, redirect_uri: str, people: Sequence[Person]) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.redirect_uri, self.people = redirect_uri, {str(n): person for n, person in enumerate(people)}
        self._issuer, self._codes = issuer, dict[str, _Granted]()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True

    @contextmanager
    def serving(self) -> Iterator[None]:
        thread = Thread(target=self._server.serve_forever, name="development-provider", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def document(self) -> dict[str, Any]:
        return {
            "issuer": ISSUER,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def refused(self, asked: dict[str, str]) -> str | None:
        """Why a browser that comes with this is not listened to; nothing is sent to an address not known here."""
        wanted = {
            "client_id": CLIENT,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "code_challenge_method": "S256",
        }
        wrong = [name for name, value in wanted.items() if asked.get(name) != value]
        wrong += [name for name in ("code_challenge", "state") if not asked.get(name)]
        return f"Demande de connexion mal formée\u00a0: {', '.join(wrong)}." if wrong else None

    def granted(self, asked: dict[str, str], person: Person) -> str:
        """Where the browser goes, with a code that is good for once."""
        code = secrets.token_urlsafe(24)
        until = time.monotonic() + CODE_SECONDS
        self._codes[code] = _Granted(
            person, asked["redirect_uri"], challenge=asked["code_challenge"], nonce=asked.get("nonce"), until=until
        )
        return f"{self.redirect_uri}?{urlencode({'code': code, 'state': asked['state'], 'iss': ISSUER})}"

    def tokens(self, asked: dict[str, str]) -> dict[str, Any] | None:
        """For a code and the verifier that its challenge was made of; null for any other."""
        granted = self._codes.pop(asked.get("code", ""), None)
        verifier = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
        if (
            granted is None
            or granted.until < time.monotonic()
            or asked.get("grant_type") != "authorization_code"
            or asked.get("client_id") != CLIENT
            or asked.get("redirect_uri") != granted.redirect_uri
            or not hmac.compare_digest(challenge, granted.challenge)
        ):
            return None
        who = granted.person
        access = self._issuer.mint(
            who.role,
            subject=who.subject,
            unit=who.unit,
            units=who.units,
            case=who.case,
            name=who.name,
            hours=TOKEN_HOURS,
        )
        return {
            "access_token": access,
            "id_token": self._issuer.identity(who.subject, CLIENT, granted.nonce, who.name),
            "token_type": "Bearer",
            "expires_in": int(TOKEN_HOURS * 3600),
        }

    def person(self, form: dict[str, str]) -> Person | None:
        """One of those listed, or one told by hand."""
        if known := self.people.get(form.get("who", "")):
            return known
        role = form.get("role", "")
        if role not in ROLES or role == "service":
            return None
        units = tuple(form.get("units", "").replace(",", " ").split())
        name = form.get("name", "") or role
        unit = form.get("unit", "") or None
        return Person(f"dev-{role}-{name}", name, role=role, unit=unit, units=units, case=form.get("case", "") or None)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                where = urlsplit(self.path)
                match where.path:
                    case "/.well-known/openid-configuration":
                        self._json(200, provider.document())
                    case "/jwks":
                        self._json(200, json.loads(provider._issuer.jwks.read_text()))
                    case "/authorize":
                        asked = _fields(where.query)
                        refused = provider.refused(asked)
                        self._html(
                            400 if refused else 200,
                            message_page(refused) if refused else sign_in_page(provider.people, asked),
                        )
                    case _:
                        self._html(404, message_page("Rien ne se trouve à cette adresse."))

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                form = _fields(self.rfile.read(min(length, MAX_FORM_BYTES)).decode("utf-8", "replace"))
                match urlsplit(self.path).path:
                    case "/token":
                        told = provider.tokens(form)
                        self._json(200 if told else 400, told or {"error": "invalid_grant"})
                    case "/authorize":
                        person = provider.person(form)
                        if refused := provider.refused(form):
                            self._html(400, message_page(refused))
                        elif person is None:
                            self._html(
                                400, message_page("Dites qui vous êtes\u00a0: revenez en arrière et choisissez.")
                            )
                        else:
                            self._answer(303, "text/plain", b"", Location=provider.granted(form, person))
                    case _:
                        self._html(404, message_page("Rien ne se trouve à cette adresse."))

            def _json(self, status: int, told: Any) -> None:
                self._answer(status, "application/json", json.dumps(told).encode())

            def _html(self, status: int, told: str) -> None:
                self._answer(status, "text/html; charset=utf-8", told.encode())

            def _answer(self, status: int, kind: str, content: bytes, **headers: str) -> None:
                self.send_response(status)
                for name, value in ({"Content-Type": kind, "Cache-Control": "no-store"} | headers).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Nothing: codes would be kept."""

        return Handler


def _fields(told: str) -> dict[str, str]:
    return {name: values[0].strip() for name, values in parse_qs(told, max_num_fields=40).items()}
