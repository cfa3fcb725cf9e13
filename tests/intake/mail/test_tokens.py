"""Tokens at the end of addresses in mails: of one use, and nobody else's."""

from __future__ import annotations

from uuid import UUID

import pytest

from intake.mail.tokens import TokenUse, make_token, read_token
from shared.crypto import KeyStore

KEYS, OTHER_KEYS = (KeyStore(bytes([number]) * 32, lambda _: {}) for number in (1, 2))
MAIL = UUID(int=8)


@pytest.mark.parametrize("use", TokenUse)
def test_a_token_names_its_id_for_one_use_and_one_deployment(use: TokenUse) -> None:
    token = make_token(KEYS, use, MAIL)
    assert (len(token), read_token(KEYS, use, token)) == (64, MAIL)
    assert token == token.strip("=")
    assert read_token(OTHER_KEYS, use, token) is None
    assert [other for other in TokenUse if read_token(KEYS, other, token)] == [use]


def test_a_token_with_a_number_holds_until_another_replaces_it() -> None:
    first, second = (make_token(KEYS, TokenUse.CALENDAR, MAIL, number) for number in (1, 2))
    assert first != second
    assert read_token(KEYS, TokenUse.CALENDAR, first, lambda _: 1) == MAIL
    assert read_token(KEYS, TokenUse.CALENDAR, first, lambda _: 2) is None
    assert read_token(KEYS, TokenUse.CALENDAR, second, lambda _: 2) == MAIL
    assert read_token(KEYS, TokenUse.CALENDAR, second, lambda _: None) is None


@pytest.mark.parametrize(
    "wrong", ["", "é" * 64, "t" * 64, "t" * 63, make_token(KEYS, TokenUse.MAIL, MAIL)[:-4] + "AAAA", "=" * 64]
)
def test_what_is_no_token_is_unknown(wrong: str) -> None:
    assert read_token(KEYS, TokenUse.MAIL, wrong) is None
