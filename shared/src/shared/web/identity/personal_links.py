"""Personal links: bearer secrets for people without an account. Only a keyed hash of each is stored."""

from __future__ import annotations

import re
import secrets
from uuid import UUID

from shared.web.identity.tokens import pseudonym

LINK_PREFIX = "dla_link_"
LINK_PATTERN = re.compile(rf"{LINK_PREFIX}[A-Za-z0-9_-]{{43}}")
LINK_ISSUER = "personal-link"
"""Stands for the issuer; no identity provider has a name that is not a URL."""


def new_secret() -> str:
    """A new bearer token of 256 random bits."""
    return LINK_PREFIX + secrets.token_urlsafe(32)


def identity_of(identity_key: bytes, secret: str) -> UUID | None:
    """The identity of a link in the register; None for what has not the form of a link."""
    return UUID(pseudonym(identity_key, LINK_ISSUER, secret)) if LINK_PATTERN.fullmatch(secret) else None
