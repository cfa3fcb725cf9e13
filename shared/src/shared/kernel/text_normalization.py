"""Which spellings of a word are the same to whoever searches?"""

from __future__ import annotations

import unicodedata


def fold_text(text: str) -> str:
    """Without accents or case: PostgreSQL is not asked, its `unaccent` is not everywhere."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))
