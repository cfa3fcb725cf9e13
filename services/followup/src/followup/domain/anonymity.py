"""Does a text tell which structure, or which person, it is about?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_GAP = r"[ .\u00a0\u202f-]?"
IDENTIFIERS = {
    "e-mail": re.compile(r"[\w.+-]+@[\w-]+\.\w+"),
    "téléphone": re.compile(rf"(?<!\d)(?:\+33|0033|0){_GAP}[1-9](?:{_GAP}\d\d){{4}}(?!\d)"),
    "SIRET": re.compile(rf"(?<!\d)(?:\d{{3}}{_GAP}){{3}}\d{{5}}(?!\d)"),
    "SIREN": re.compile(rf"(?<!\d)\d{{3}}{_GAP}\d{{3}}{_GAP}\d{{3}}(?!\d)"),
    "RNA": re.compile(r"\bW\d{9}\b", re.IGNORECASE),
}


def identifying(texts: Iterable[str], names: Iterable[str]) -> tuple[str, ...]:
    """What of the texts names somebody: the kinds of identifiers, and `nom` for one of the names, accents or not."""
    whole = "\n".join(texts)
    found = [kind for kind, pattern in IDENTIFIERS.items() if pattern.search(whole)]
    words = f" {_words(whole)} "
    named = any(wanted and f" {wanted} " in words for wanted in map(_name, names))
    return (*found, "nom") if named else tuple(found)


def _name(name: str) -> str:
    """Without its article: « Les Jardins » are found in « aux jardins » too."""
    return re.sub(r"^(?:les?|la|l) (?=.)", "", _words(name))


def _words(text: str) -> str:
    """Letters and digits alone, without accents or case."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char))
    return " ".join(re.findall(r"\w+", plain))
