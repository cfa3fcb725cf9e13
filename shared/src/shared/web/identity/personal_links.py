"""Personal links: bearer secrets for people without an account. Only a keyed hash of each is stored."""

from __future__ import annotations

import re
import secrets
from uuid import UUID

from shared.web.identity.tokens import pseudonym

LINK_PREFIX = "dla_link_"
FORM = re.compile(rf"{LINK_PREFIX}[A-Za-z0-9_-]{{43}}")
OURSELVES = "personal-link"
"""In the place of an issuer: no identity provider has a name that is no address."""


def new_secret() -> str:
    """256 random bits, as the bearer token that they are."""
    return LINK_PREFIX + secrets.token_urlsafe(32)


def identity_of(identity_key: bytes, secret: str) -> UUID | None:
    """Under which the register knows the link; null for what was never one of ours."""
    return UUID(pseudonym(identity_key, OURSELVES, secret)) if FORM.fullmatch(secret) else None
