"""Identities: bearer tokens, the provider's signing keys, and personal links. Free of the event log."""

from shared.web.identity.personal_links import LINK_PATTERN, LINK_PREFIX, identity_of, new_secret
from shared.web.identity.signing_keys import KeysUnavailable, SigningKeys
from shared.web.identity.tokens import (
    ALGORITHMS,
    CLOCK_SKEW_SECONDS,
    TokenVerifier,
    VerifiedToken,
    pseudonym,
    text_claim,
    unauthenticated,
)

__all__ = [
    "ALGORITHMS",
    "CLOCK_SKEW_SECONDS",
    "LINK_PATTERN",
    "LINK_PREFIX",
    "KeysUnavailable",
    "SigningKeys",
    "TokenVerifier",
    "VerifiedToken",
    "identity_of",
    "new_secret",
    "pseudonym",
    "text_claim",
    "unauthenticated",
]
