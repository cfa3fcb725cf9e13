"""In which words does a person read fields, codes, dates and people?"""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from shared.kernel import PARIS, ROLE_LABELS, SERVICE_LABELS, capitalize_first, format_date, format_euros, format_number

STATUSES = ("received", "admitted", "oriented", "transferred", "withdrawn", "closed")
UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
HASH = re.compile(r"[0-9a-f]{32,}")
AMOUNTS = {"amount", "allocated", "budget", "own_income", "subsidies", "result", "cash", "committed", "paid"}
NO_CODES = {"name", "need", "title", "notes", "note", "message", "code", "naf", "commune", "department", "evidence"}
"""What people type in: a word of theirs that happens to be a code stays theirs."""


@cache
def _told() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = tomllib.loads(files("console").joinpath("words.toml").read_text("utf-8"))
    return found


def all_told() -> dict[str, Any]:
    """For a browser, which says what it has verified in the same words."""
    told = {"fields": _told()["fields"], "codes": {**ROLE_LABELS, **_told()["codes"]}}
    labels = {"roles": dict(ROLE_LABELS), "services": dict(SERVICE_LABELS)}
    return told | labels | {"amounts": sorted(AMOUNTS), "as_typed": sorted(NO_CODES)}


def label(field: str) -> str:
    """A field by its name; what is no field of ours is a key (an axis, a criterion, an id) or is shown as it is."""
    if (known := _told()["fields"].get(field)) is not None:
        return known
    if (code := _code(field)) is not None:
        return capitalize_first(code)
    if UUID.fullmatch(field):
        return short(field)
    return field.replace("_", " ")


def said(value: Any, field: str = "") -> str:
    """One value, for a person; the empty text for nothing."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, int | float):
        return format_euros(round(value)) if field in AMOUNTS or field.endswith("_cents") else _plain(value, field)
    text = str(value)
    if (DAY.fullmatch(text) or INSTANT.fullmatch(text)) and is_moment(text):
        return moment(text)
    if UUID.fullmatch(text) or HASH.fullmatch(text):
        return short(text)
    return text if field in NO_CODES else _code(text) or text


def _code(text: str) -> str | None:
    """A role has the words that it has everywhere, unless another code is spelled as it is."""
    return _told()["codes"].get(text) or ROLE_LABELS.get(text)


def _plain(value: float, field: str) -> str:
    return str(value) if field in ("fiscal_year", "year") else format_number(value)


def short(text: str) -> str:
    """Enough of an identifier or of a hash to tell it from another; the whole is in the element's title."""
    return f"{text[:8]}…{text[-4:]}" if len(text) > 16 else text


def moment(text: str) -> str:
    """A day, or an instant with its hour in Paris."""
    if DAY.fullmatch(text):
        return format_date(date.fromisoformat(text))
    there = _instant(text).astimezone(PARIS)
    return f"{format_date(there.date())} à {hour(text)}"


def hour(text: str) -> str:
    there = _instant(text).astimezone(PARIS)
    return f"{there.hour}\u00a0h\u00a0{there.minute:02}"


def exact(text: str) -> str:
    """To the millisecond, in Paris, for who compares."""
    there = _instant(text).astimezone(PARIS)
    return f"{there:%d/%m/%Y %H:%M:%S},{there.microsecond // 1000:03} (heure de Paris)"


def day_of(text: str) -> str:
    return format_date(_instant(text).astimezone(PARIS).date())


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def is_moment(text: str) -> bool:
    try:
        _instant(text)
    except ValueError:
        return False
    return True


def role(code: str) -> str:
    return ROLE_LABELS.get(code, code)


def operation(code: str) -> str:
    """What was read, by the operation that showed it: in its own words, or those of its like under every service."""
    told = _told()["operations"]
    return next((told[name] for name in (code, *_endings(code)) if name in told), code.replace("_", " "))


def _endings(code: str) -> list[str]:
    parts = code.split("_")
    return ["_".join(parts[n:]) for n in range(1, len(parts))]


def ago(seconds: float) -> str:
    """How long ago, in the greatest unit that says something."""
    for size, one, several in ((86400, "jour", "jours"), (3600, "heure", "heures"), (60, "minute", "minutes")):
        if seconds >= size:
            n = int(seconds // size)
            return f"il y a {n}\u00a0{one if n < 2 else several}"
    return "à l’instant" if seconds < 5 else f"il y a {int(seconds)}\u00a0secondes"
