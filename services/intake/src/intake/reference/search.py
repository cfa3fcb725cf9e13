"""Which commune, which activity does somebody mean by a few letters?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import islice

from intake.domain.reference.communes import Commune, Communes
from shared.kernel import fold_text

MOST_FOUND = 50


def communes(listed: Communes, typed: str, department: str | None) -> list[Commune]:
    """Those whose code or postcode begins so, or whose name holds the words; the shortest names first."""
    words = _words(typed)
    found = (
        commune
        for commune in listed.by_code.values()
        if department in (None, commune.department)
        and (
            commune.code.casefold().startswith(words)
            or any(postcode.startswith(words) for postcode in commune.postcodes)
            or words in _words(commune.name)
        )
    )
    return sorted(found, key=lambda commune: (len(commune.name), commune.code))[:MOST_FOUND]


def activities(listed: Mapping[str, str], typed: str) -> dict[str, str]:
    words, code = _words(typed), typed.casefold().replace(".", "")
    found = (
        (known, label)
        for known, label in listed.items()
        if known.casefold().replace(".", "").startswith(code) or words in _words(label)
    )
    return dict(islice(found, MOST_FOUND))


@lru_cache(60_000)
def _words(text: str) -> str:
    """Without accents, capitals, hyphens or apostrophes: all that is listed is folded once."""
    return " ".join(re.findall(r"[a-z0-9]+", fold_text(text)))
