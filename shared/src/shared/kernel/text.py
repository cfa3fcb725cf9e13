"""Text as people type, paste and search it: unseen characters cleaned, and letters folded for searches and order."""

from __future__ import annotations

import re
import unicodedata

OVERRIDE = re.compile("[\u202d\u202e]")
"""They show the characters after them in another order than they are written: a name can then pass for another."""
_LINE_BREAKS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNSEEN = re.compile("[\u200b\u2060\ufeff\u202a-\u202c\u2066-\u2069]")
"""Zero-width blanks and marks of direction, which come with what is copied from an address book or a spreadsheet."""
_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_BLANKS = re.compile(r"\s+")
_CODE_NOISE = re.compile(r"[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff.,_/·‐-―−-]")
_ALIKE = str.maketrans(
    {
        "œ": "oe",
        "æ": "ae",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ħ": "h",
        "ı": "i",
        "ŧ": "t",
        "ŋ": "n",
        **dict.fromkeys("’‘‛ʼʹ′`´＇", "'"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("«»“”„", '"'),
    }
)


def clean_text(text: str) -> str:
    """The text with `\\n` between its lines, composed letters (NFC), a blank for each control character, and without
    what nobody sees. Special blanks stay, as before a colon in French."""
    if text.isascii() and text.isprintable():  # most names and codes: nothing of that is in them
        return text.strip()
    lines = _UNSEEN.sub("", _LINE_BREAKS.sub("\n", text))
    cleaned = unicodedata.normalize("NFC", _CONTROLS.sub(" ", lines)).strip()
    return cleaned if any(char.isprintable() for char in cleaned) else ""


def clean_line(text: str) -> str:
    """The same on one line."""
    return " ".join(clean_text(text).split("\n"))


def squeeze_blanks(text: str) -> str:
    """On one line, with one plain blank wherever there are blanks of any kind."""
    return _BLANKS.sub(" ", clean_text(text)).strip()


def is_one_line(text: str) -> bool:
    return "\n" not in text


def compact_code(text: str) -> str:
    """An official number without the blanks, hyphens, points and unseen characters that people copy with it, in
    capitals."""
    return _CODE_NOISE.sub("", text).upper()


def fold_text(text: str) -> str:
    """The text without accents, case or unseen characters, each blank a plain one, œ as oe, and straight apostrophes.

    Done here because PostgreSQL's `unaccent` is not installed everywhere."""
    if text.isascii():  # codes and instants, several a row of a projection
        return _BLANKS.sub(" ", text.lower().translate(_ALIKE))
    folded = unicodedata.normalize("NFKD", text).casefold().translate(_ALIKE)
    decomposed = unicodedata.normalize("NFKD", folded)
    letters = (char for char in decomposed if not unicodedata.combining(char) and unicodedata.category(char) != "Cf")
    return _BLANKS.sub(" ", "".join(letters).translate(_ALIKE))
