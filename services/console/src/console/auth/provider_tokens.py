"""What an identity provider gives when somebody signs in."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Tokens:
    """`expires`: of the access token, in seconds since the epoch; null when the provider does not say. `id_token`: to
    sign out of the provider."""

    access: str
    refresh: str | None
    expires: float | None
    name: str | None
    id_token: str | None = None


def parse_tokens(body: dict[str, Any], claims: dict[str, Any]) -> Tokens:
    lifetime, refresh = body.get("expires_in"), body.get("refresh_token")
    parts = [claims.get("given_name"), claims.get("usual_name") or claims.get("family_name")]
    full = " ".join(part for part in parts if isinstance(part, str) and part)
    named = next((claims[name] for name in ("name", "preferred_username") if isinstance(claims.get(name), str)), full)
    return Tokens(
        access=body["access_token"],
        refresh=refresh if isinstance(refresh, str) else None,
        expires=time.time() + float(lifetime) if isinstance(lifetime, int | float) else None,
        name=named[:100] if named else None,
    )
