"""Search words of personal data: one spelling for each name, mail address and telephone number.

What is stored and what is searched for go through the same normalization, so that an erasure misses nobody because of
an accent, an apostrophe, or a telephone number that was written in another way."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shared.kernel import fold_text

WORD = re.compile(r"[^\W_]+")
LONGEST_RUN = 4
"""How many neighbouring words are also stored as one: «Le Bihan» is found by «Lebihan»."""
LONGEST_SPLIT = 6
"""Words of a search beyond which all of them are taken as they are typed."""
_GAP = r"[\s./()\-‐-―]*"
PHONE = re.compile(
    rf"(?<![\d+])(?:(?:\+|00)?{_GAP}(?:33|262|590|594|596){_GAP}(?:0{_GAP})?|0{_GAP})?([1-9](?:{_GAP}\d){{8}})(?!\d)"
)
"""A number of mainland France or an overseas department: with the country's code, with a leading zero, or with neither,
as a spreadsheet leaves it. The group is its nine significant digits."""
FOREIGN_PHONE = re.compile(rf"(?<![\d+])(?:\+|00)({_GAP}[1-9](?:{_GAP}\d){{6,14}})(?!\d)")


def stored_words(text: str) -> set[str]:
    """The words under which a value is found: each word, each run of neighbours, each telephone number."""
    text, numbers = _without_numbers(fold_text(text))
    found = WORD.findall(text)
    runs = {
        "".join(found[first : first + length])
        for first in range(len(found))
        for length in range(1, min(LONGEST_RUN, len(found) - first) + 1)
    }
    digits = {word for number in numbers for word in WORD.findall(number)}
    return runs | digits | {_significant(number) for number in numbers}


def searched_words(text: str) -> list[set[str]]:
    """The sets of words of which a value must hold one in full: the words as they are typed, or some of them joined."""
    text, numbers = _without_numbers(fold_text(text))
    words, phones = WORD.findall(text), {_significant(number) for number in numbers}
    if len(words) > LONGEST_SPLIT:
        return [{*words} | phones]
    return [found for each in _joinings(words) if (found := {*each} | phones)]


def _joinings(words: list[str]) -> Iterator[list[str]]:
    """Each way to join neighbours, the words as they are first."""
    if not words:
        yield []
        return
    for length in range(1, min(LONGEST_RUN, len(words)) + 1):
        for rest in _joinings(words[length:]):
            yield ["".join(words[:length]), *rest]


def _without_numbers(text: str) -> tuple[str, list[str]]:
    """The text and the telephone numbers that stood in it."""
    numbers: list[str] = []

    def take(match: re.Match[str]) -> str:
        numbers.append(match[0])
        return " "

    return FOREIGN_PHONE.sub(take, PHONE.sub(take, text)), numbers


def _significant(number: str) -> str:
    """The digits that do not depend on where one calls from."""
    match = PHONE.fullmatch(number) or FOREIGN_PHONE.fullmatch(number)
    assert match
    return "phone " + re.sub(r"\D", "", match[1])
