"""A certified OpenID provider that nobody here wrote (oidc-provider, by npm), started for a test."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import httpx
import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from embedded.processes import ports

HERE = Path(__file__).parents[2] / "identity"


class Provider:
    """`restart` lets it take new keys, or another time of day, under the same issuer."""

    def __init__(self, folder: Path) -> None:
        self._keys = folder / "keys.json"
        self.port = ports.choose_ports({"issuer": None})["issuer"]
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.http = httpx.Client(trust_env=False, timeout=10)
        self.rotate()

    def rotate(self) -> None:
        keys = (
            ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True),
            RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True),
            OKPKey.generate_key("Ed25519", {"use": "sig"}, auto_kid=True),
        )
        self._keys.write_text(json.dumps({"keys": [key.as_dict(private=True) for key in keys]}))

    def start(self, ahead: int = 0) -> None:
        command = ["node", str(HERE / "provider.mjs"), str(self.port), str(self._keys), str(ahead)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "listening\n", "oidc-provider did not start"

    def stop(self) -> None:
        self._process.terminate()
        self._process.communicate(timeout=10)

    def restart(self, ahead: int = 0) -> None:
        self.stop()
        self.start(ahead)

    def token(self, audience: str = "dla", algorithm: str = "ES256") -> str:
        """Of a program, by its own credentials."""
        asked = {"grant_type": "client_credentials", "resource": f"urn:{audience}:{algorithm}", "scope": "cases"}
        answer = self.http.post(f"{self.issuer}/token", data=asked, auth=("partner", "a-partner-of-the-tests"))
        return str(answer.raise_for_status().json()["access_token"])

    def token_of(self, person: str) -> dict[str, Any]:
        """Of a person, who logs in and agrees in a browser: authorization code with PKCE."""
        verifier = "v" * 43
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        asked = {
            "client_id": "console",
            "response_type": "code",
            "redirect_uri": "http://127.0.0.1/callback",
            "scope": "openid cases",
            "resource": "urn:dla:ES256",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        where = self.answered(f"{self.issuer}/auth?{urlencode(asked)}", person)
        code = parse_qs(urlsplit(where).query)["code"][0]
        asked = {"grant_type": "authorization_code", "client_id": "console", "code": code, "code_verifier": verifier}
        asked |= {"redirect_uri": "http://127.0.0.1/callback", "resource": "urn:dla:ES256"}
        tokens: dict[str, Any] = self.http.post(f"{self.issuer}/token", data=asked).raise_for_status().json()
        return tokens

    def answered(self, asked: str, person: str) -> str:
        """Where somebody's browser is sent back to, once they have logged in and agreed."""
        answer = self.http.get(asked)
        while not (where := answer.headers.get("Location", "")).startswith("http://127.0.0.1/"):
            answer = self.http.get(urljoin(self.issuer, where)) if where else self._submitted(answer, person)
        return str(where)

    def _submitted(self, page: httpx.Response, person: str) -> httpx.Response:
        form = re.search(r'<form[^>]*action="([^"]+)"', page.raise_for_status().text)
        assert form, page.text
        fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)"', page.text))
        return self.http.post(urljoin(self.issuer, unescape(form[1])), data=fields | {"login": person, "password": "x"})


def installed() -> None:
    """Skips the test where there is neither node nor a way to what it runs."""
    if not shutil.which("node"):
        pytest.skip("node is not here: no certified OpenID provider to try tokens of")
    with (HERE / "package-lock.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another worker may be installing it
        if (HERE / "node_modules" / "oidc-provider").is_dir():
            return
        command = ["npm", "ci", "--no-audit", "--no-fund"]
        npm = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    if npm.returncode:
        pytest.skip(f"oidc-provider cannot be installed by npm: {npm.stderr[-500:]}")
