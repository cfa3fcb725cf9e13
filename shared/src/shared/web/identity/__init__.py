"""Who a bearer token or a personal link proves: tokens, signing keys, links."""

from shared.web.identity.personal_links import FORM, new_secret
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
    "FORM",
    "KeysUnavailable",
    "SigningKeys",
    "TokenVerifier",
    "VerifiedToken",
    "new_secret",
    "pseudonym",
    "text_claim",
    "unauthenticated",
]
