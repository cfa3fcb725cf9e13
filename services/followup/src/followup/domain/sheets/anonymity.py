"""Identifiers in a text: what would reveal the structure, or a person."""

from __future__ import annotations

import re
from collections.abc import Iterable

from shared.kernel import fold_text

_GAP = r"[ .\u00a0\u202f-]?"
IDENTIFIERS = {
    "e-mail": re.compile(r"[\w.+-]+@[\w-]+\.\w+"),
    "téléphone": re.compile(rf"(?<!\d)(?:\+33|0033|0){_GAP}[1-9](?:{_GAP}\d\d){{4}}(?!\d)"),
    "SIRET": re.compile(rf"(?<!\d)(?:\d{{3}}{_GAP}){{3}}\d{{5}}(?!\d)"),
    "SIREN": re.compile(rf"(?<!\d)\d{{3}}{_GAP}\d{{3}}{_GAP}\d{{3}}(?!\d)"),
    "RNA": re.compile(r"\bW\d{9}\b", re.IGNORECASE),
}


def find_identifiers(texts: Iterable[str], names: Iterable[str]) -> tuple[str, ...]:
    """The kinds of identifiers in the texts, and `nom` if one of the names is there, with or without its accents."""
    whole = "\n".join(texts)
    found = [kind for kind, pattern in IDENTIFIERS.items() if pattern.search(whole)]
    words = f" {_words(whole)} "
    named = any(name and f" {name} " in words for name in map(_without_article, names))
    return (*found, "nom") if named else tuple(found)


def _without_article(name: str) -> str:
    """« Les Jardins » is found in « aux jardins » too."""
    return re.sub(r"^(?:les?|la|l) (?=.)", "", _words(name))


def _words(text: str) -> str:
    """Letters and digits alone, without accents or case."""
    return " ".join(re.findall(r"\w+", fold_text(text)))
