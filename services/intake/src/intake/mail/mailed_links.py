"""Secrets of mailed links: derived when they are needed, and stored nowhere.

A secret needs two keys: the identity key, which all services have, and the hashing key of intake alone, behind
`pseudonym`. Another service cannot make one."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from shared.kernel import Context
from shared.web.identity import LINK_PREFIX, identity_of

Pseudonym = Callable[[str], UUID]


@dataclass(frozen=True, slots=True)
class MailedLinks:
    """`identity_key`: the deployment's, which also makes the identity of a link from its secret."""

    identity_key: bytes

    def secret(self, pseudonym: Pseudonym, link: UUID, renewals: int) -> str:
        """The bearer token of a person's mailed link, another one after each renewal."""
        own = pseudonym(f"mailed link {link} {renewals}").bytes
        digest = hmac.digest(self.identity_key, b"mailed link " + own, "sha256")
        return LINK_PREFIX + urlsafe_b64encode(digest).decode().rstrip("=")

    def identity(self, pseudonym: Pseudonym, link: UUID, renewals: int) -> UUID:
        """Under which the register knows that link."""
        identity = identity_of(self.identity_key, self.secret(pseudonym, link, renewals))
        assert identity is not None
        return identity

    def first_identity(self, context: Context, link: UUID) -> UUID:
        return self.identity(context.pseudonym, link, 0)
