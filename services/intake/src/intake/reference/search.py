"""Search of communes and activities by a few letters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import islice

from intake.domain.reference.communes import Commune, Communes
from shared.kernel import compact_code, fold_text

MAX_RESULTS = 50


ABBREVIATIONS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes", "ss": "sous", "s": "sur"}
"""What people write for the words of a commune's name."""


def find_communes(communes: Communes, text: str, department: str | None) -> list[Commune]:
    """Communes whose code or postcode begins with the text, or whose name contains it; the shortest names first."""
    words = _fold(text)
    spelled = " ".join(ABBREVIATIONS.get(word, word) for word in words.split())
    digits = words.replace(" ", "")
    if not words:
        return []
    matches = (
        commune
        for commune in communes.by_code.values()
        if department in (None, commune.department)
        and (
            commune.code.casefold().startswith(digits)
            or any(postcode.startswith(digits) for postcode in commune.postcodes)
            or words in _fold(commune.name)
            or spelled in _fold(commune.name)
        )
    )
    return sorted(matches, key=lambda commune: (len(commune.name), commune.code))[:MAX_RESULTS]


def find_activities(activities: Mapping[str, str], text: str) -> dict[str, str]:
    words, code = _fold(text), compact_code(text).casefold()
    if not words:
        return {}
    matches = (
        (naf, label)
        for naf, label in activities.items()
        if naf.casefold().replace(".", "").startswith(code) or words in _fold(label)
    )
    return dict(islice(matches, MAX_RESULTS))


@lru_cache(60_000)
def _fold(text: str) -> str:
    """Without accents, capitals, hyphens or apostrophes. The cache folds each listed name once."""
    return " ".join(re.findall(r"[a-z0-9]+", fold_text(text)))
