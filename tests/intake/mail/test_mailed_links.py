"""Secrets of mailed links: derived, different each, and nobody else's."""

from __future__ import annotations

from uuid import UUID

from intake.mail.mailed_links import MailedLinks
from shared.crypto import KeyStore
from shared.web.identity import LINK_PATTERN

LINKS = MailedLinks(b"the identity key of a deployment")
KEYS, OTHER_KEYS = (KeyStore(bytes([number]) * 32, lambda _: {}) for number in (1, 2))
PERSON = UUID(int=7)


def test_a_secret_is_the_same_each_time_and_another_one_for_each_person_renewal_and_key() -> None:
    secret = LINKS.secret(KEYS.pseudonym, PERSON, 0)
    assert secret == LINKS.secret(KEYS.pseudonym, PERSON, 0)
    assert LINK_PATTERN.fullmatch(secret)
    others = {
        LINKS.secret(KEYS.pseudonym, PERSON, 1),
        LINKS.secret(KEYS.pseudonym, UUID(int=9), 0),
        LINKS.secret(OTHER_KEYS.pseudonym, PERSON, 0),
        MailedLinks(b"that of another deployment").secret(KEYS.pseudonym, PERSON, 0),
    }
    assert len(others | {secret}) == 5
    assert len({LINKS.identity(KEYS.pseudonym, PERSON, number) for number in range(3)}) == 3
