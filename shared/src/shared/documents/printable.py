"""Texts that the PDF's fonts can show: every other character is written in Latin letters."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from anyascii import anyascii

NOT_PRINTABLE = re.compile(
    "[^\n -~\u00a0-\u03ff\u0400-\u0484\u0487-\u04ff\u1e00-\u200b"
    "\u2010-\u2027\u202f-\u2040\u2042\u2044-\u2052\u2054-\u205e"
    "\u2070-\u2094\u20a0-\u20c0\u2100-\u211e\u2120\u2122\u2124\u2126-\u214f\u2150-\u2151\u2153-\u2184\u2190-\u23ff\u2500-\u25ff]+"
)
"""Outside the letters, signs and blanks that the fonts of the wheel have: emoji, most scripts, marks of direction."""
UNKNOWN = "[?]"
UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U0001f3fb-\U0001f3ff\U000e0000-\U000e007f]"
)
TRANSCRIBED = "Les caractères que le papier ne sait montrer y sont en lettres latines\u00a0: la page HTML les montre."


def to_printable(text: str) -> str:
    """The text with its other characters transcribed: «北京» as Beijing, 🌻 by its name between colons."""
    return NOT_PRINTABLE.sub(lambda run: _transcribe(run[0]), text)


def _transcribe(run: str) -> str:
    """A vowel sign or an accent of another script may have no letter of its own, and is passed over."""
    return "".join(
        anyascii(char) or ("" if unicodedata.category(char).startswith("M") else UNKNOWN)
        for char in UNSEEN.sub("", run)
    )


def all_printable(value: Any) -> Any:
    """The same for each text in plain data."""
    if isinstance(value, str):
        return to_printable(value)
    if isinstance(value, dict):
        return {name: all_printable(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [all_printable(item) for item in value]
    return value
