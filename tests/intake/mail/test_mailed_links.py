"""Secrets of mailed links and tokens of mails: derived, different each, and nobody else's."""

from __future__ import annotations

from uuid import UUID

import pytest

from intake.mail.mailed_links import MailedLinks, mail_token, read_mail_token
from shared.crypto import KeyStore
from shared.web.identity import LINK_PATTERN

LINKS = MailedLinks(b"the identity key of a deployment")
KEYS, OTHER_KEYS = (KeyStore(bytes([number]) * 32, lambda _: {}) for number in (1, 2))
PERSON, MAIL = UUID(int=7), UUID(int=8)


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


def test_a_token_names_its_mail_and_no_other_text_passes() -> None:
    token = mail_token(KEYS, MAIL)
    assert (len(token), read_mail_token(KEYS, token)) == (64, MAIL)
    assert token == token.strip("=")
    assert read_mail_token(OTHER_KEYS, token) is None


@pytest.mark.parametrize("wrong", ["", "é" * 64, "t" * 64, "t" * 63, mail_token(KEYS, MAIL)[:-4] + "AAAA", "=" * 64])
def test_what_is_no_token_is_unknown(wrong: str) -> None:
    assert read_mail_token(KEYS, wrong) is None
