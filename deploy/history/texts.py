"""Names, numbers and sentences of the history, drawn from `words.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from random import Random

WORDS = Path(__file__).with_name("words.toml")


@cache
def _words() -> dict[str, list[str]]:
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


def one(rng: Random, kind: str) -> str:
    """One of the list of this name in `words.toml`."""
    return rng.choice(_words()[kind])


def sentences(rng: Random, kind: str) -> str:
    """One or two, as people write them."""
    return " ".join(rng.sample(_words()[kind], rng.choice((1, 1, 2))))


def distinct(rng: Random, kind: str, number: int) -> list[str]:
    return rng.sample(_words()[kind], number)


def several(rng: Random, kind: str, most: int) -> tuple[str, ...]:
    return tuple(rng.sample(_words()[kind], rng.randint(1, most)))


def person(rng: Random) -> str:
    return f"{one(rng, 'first_names')} {one(rng, 'last_names')}"


def structure_name(rng: Random) -> str:
    return f"{one(rng, 'structure_heads')} {one(rng, 'structure_tails')}"


def siret(rng: Random) -> str:
    """Fourteen digits whose SIREN and whole are valid by Luhn's rule. Nobody's: it begins with 0."""
    siren = _with_check_digit(f"0{rng.randrange(10**7):07}")
    return _with_check_digit(f"{siren}{rng.randrange(1, 10**4):04}")


def rna(rng: Random, department: str) -> str:
    return f"W{department[:2] if department[:2].isdigit() else '20'}{rng.randrange(10**7):07}"


def phone(rng: Random) -> str:
    """Of the numbers that are kept for works of fiction (ARCEP)."""
    return f"02 61 91 {rng.randrange(100):02} {rng.randrange(100):02}"


def _with_check_digit(digits: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return f"{digits}{-total % 10}"
