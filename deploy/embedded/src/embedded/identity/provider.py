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
class _Grant:
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
        self._issuer, self._codes = issuer, dict[str, _Grant]()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True

    @contextmanager
    def serve(self) -> Iterator[None]:
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

    def request_error(self, parameters: dict[str, str]) -> str | None:
        """Why the request of a browser is refused, in French; nothing is sent to an address not known here."""
        expected = {
            "client_id": CLIENT,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "code_challenge_method": "S256",
        }
        wrong = [name for name, value in expected.items() if parameters.get(name) != value]
        wrong += [name for name in ("code_challenge", "state") if not parameters.get(name)]
        return f"Demande de connexion mal formée\u00a0: {', '.join(wrong)}." if wrong else None

    def issue_code(self, parameters: dict[str, str], person: Person) -> str:
        """Where the browser goes, with a code that is good for once."""
        code = secrets.token_urlsafe(24)
        until = time.monotonic() + CODE_SECONDS
        self._codes[code] = _Grant(
            person,
            parameters["redirect_uri"],
            challenge=parameters["code_challenge"],
            nonce=parameters.get("nonce"),
            until=until,
        )
        return f"{self.redirect_uri}?{urlencode({'code': code, 'state': parameters['state'], 'iss': ISSUER})}"

    def tokens(self, parameters: dict[str, str]) -> dict[str, Any] | None:
        """For a code and the verifier that its challenge was made of; null for any other."""
        grant = self._codes.pop(parameters.get("code", ""), None)
        verifier = hashlib.sha256(parameters.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
        if (
            grant is None
            or grant.until < time.monotonic()
            or parameters.get("grant_type") != "authorization_code"
            or parameters.get("client_id") != CLIENT
            or parameters.get("redirect_uri") != grant.redirect_uri
            or not hmac.compare_digest(challenge, grant.challenge)
        ):
            return None
        who = grant.person
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
            "id_token": self._issuer.identity(who.subject, CLIENT, grant.nonce, who.name),
            "token_type": "Bearer",
            "expires_in": int(TOKEN_HOURS * 3600),
        }

    def person(self, form: dict[str, str]) -> Person | None:
        """One of those listed, or one described by hand."""
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
                        parameters = _fields(where.query)
                        error = provider.request_error(parameters)
                        self._html(
                            400 if error else 200,
                            message_page(error) if error else sign_in_page(provider.people, parameters),
                        )
                    case _:
                        self._html(404, message_page("Rien ne se trouve à cette adresse."))

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                form = _fields(self.rfile.read(min(length, MAX_FORM_BYTES)).decode("utf-8", "replace"))
                match urlsplit(self.path).path:
                    case "/token":
                        tokens = provider.tokens(form)
                        self._json(200 if tokens else 400, tokens or {"error": "invalid_grant"})
                    case "/authorize":
                        person = provider.person(form)
                        if error := provider.request_error(form):
                            self._html(400, message_page(error))
                        elif person is None:
                            self._html(
                                400, message_page("Dites qui vous êtes\u00a0: revenez en arrière et choisissez.")
                            )
                        else:
                            self._answer(303, "text/plain", b"", Location=provider.issue_code(form, person))
                    case _:
                        self._html(404, message_page("Rien ne se trouve à cette adresse."))

            def _json(self, status: int, body: Any) -> None:
                self._answer(status, "application/json", json.dumps(body).encode())

            def _html(self, status: int, page: str) -> None:
                self._answer(status, "text/html; charset=utf-8", page.encode())

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


def _fields(encoded: str) -> dict[str, str]:
    return {name: values[0].strip() for name, values in parse_qs(encoded, max_num_fields=40).items()}
