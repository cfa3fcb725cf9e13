"""Who a bearer token or a personal link proves: tokens, signing keys, links."""

from shared.web.identity.personal_links import FORM, new_secret
from shared.web.identity.signing_keys import KeysUnavailable, SigningKeys
from shared.web.identity.tokens import (
    ALGORITHMS,
    CLOCK_SKEW,
    Proven,
    TokenVerifier,
    pseudonym,
    text_claim,
    unauthenticated,
)

__all__ = [
    "ALGORITHMS",
    "CLOCK_SKEW",
    "FORM",
    "KeysUnavailable",
    "Proven",
    "SigningKeys",
    "TokenVerifier",
    "new_secret",
    "pseudonym",
    "text_claim",
    "unauthenticated",
]
