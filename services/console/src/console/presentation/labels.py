"""French labels of fields and codes, and the formats of dates, amounts and ages."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from shared.kernel import (
    PARIS,
    ROLE_LABELS,
    SERVICE_LABELS,
    capitalize_first,
    format_date,
    format_euros,
    format_number,
    french_words,
)
from shared.kernel import operation_label as find_operation_label

STATUSES = ("received", "admitted", "oriented", "not_admitted", "transferred", "withdrawn", "closed")
UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
HASH = re.compile(r"[0-9a-f]{32,}")
AMOUNT_FIELDS = {
    "amount",
    "extra_amount",
    "allocated",
    "budget",
    "own_income",
    "subsidies",
    "result",
    "cash",
}
"""Sums by the names that the first versions of events gave them; all others end in `_cents`."""
FREE_TEXT_FIELDS = {
    "name",
    "need",
    "title",
    "notes",
    "note",
    "message",
    "code",
    "naf",
    "commune",
    "department",
    "evidence",
}
"""Fields that hold typed text: a word that happens to be a code is left as typed."""


def browser_labels() -> dict[str, Any]:
    """All labels, for the browser's script that verifies an event and shows it."""
    data = {"fields": french_words()["fields"], "codes": {**ROLE_LABELS, **french_words()["codes"]}}
    labels = {"roles": dict(ROLE_LABELS), "services": dict(SERVICE_LABELS)}
    return data | labels | {"amounts": sorted(AMOUNT_FIELDS), "as_typed": sorted(FREE_TEXT_FIELDS)}


def field_label(field: str) -> str:
    """The label of a field; a name that is no field is a key (an axis, a criterion, an id) or shown as it is."""
    if (known := french_words()["fields"].get(field)) is not None:
        return known
    if (code := _code(field)) is not None:
        return capitalize_first(code)
    if UUID.fullmatch(field):
        return shorten(field)
    return field.replace("_", " ")


def format_value(value: Any, field: str = "") -> str:
    """A value in French; the empty text for none."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, int | float):
        return (
            format_euros(round(value)) if field in AMOUNT_FIELDS or field.endswith("_cents") else _plain(value, field)
        )
    text = str(value)
    if (DAY.fullmatch(text) or INSTANT.fullmatch(text)) and is_iso_moment(text):
        return format_moment(text)
    if UUID.fullmatch(text) or HASH.fullmatch(text):
        return shorten(text)
    return text if field in FREE_TEXT_FIELDS else _code(text) or text


def _code(text: str) -> str | None:
    """The label of a code, else of a role."""
    return french_words()["codes"].get(text) or ROLE_LABELS.get(text)


def _plain(value: float, field: str) -> str:
    return str(value) if field in ("fiscal_year", "year") else format_number(value)


def shorten(text: str) -> str:
    """An identifier or hash shortened; the element's title holds the whole."""
    return f"{text[:8]}…{text[-4:]}" if len(text) > 16 else text


def format_moment(text: str) -> str:
    """A day, or an instant with its hour in Paris."""
    if DAY.fullmatch(text):
        return format_date(date.fromisoformat(text))
    there = _instant(text).astimezone(PARIS)
    return f"{format_date(there.date())} à {format_hour(text)}"


def format_hour(text: str) -> str:
    there = _instant(text).astimezone(PARIS)
    return f"{there.hour}\u00a0h\u00a0{there.minute:02}"


def format_exact(text: str) -> str:
    """An instant to the millisecond, in Paris."""
    there = _instant(text).astimezone(PARIS)
    return f"{there:%d/%m/%Y %H:%M:%S},{there.microsecond // 1000:03} (heure de Paris)"


def period_label(period: str) -> str:
    """« 2026 », or « 4e trimestre 2026 » for `2026-T4`."""
    year, _, quarter = period.partition("-T")
    return f"{'1er' if quarter == '1' else f'{quarter}e'} trimestre {year}" if quarter else year


def format_day(text: str) -> str:
    return format_date(_instant(text).astimezone(PARIS).date())


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def is_iso_moment(text: str) -> bool:
    try:
        _instant(text)
    except ValueError:
        return False
    return True


def role_label(code: str) -> str:
    return ROLE_LABELS.get(code, code)


def operation_label(code: str) -> str:
    """The label of the operation that showed something."""
    return find_operation_label(code) or code.replace("_", " ")


def format_age(seconds: float) -> str:
    """An age in French, in its largest unit."""
    return "à l’instant" if seconds < 5 else f"il y a {format_duration(seconds)}"


def format_duration(seconds: float) -> str:
    """So many seconds in French, in the largest unit."""
    for size, one, several in ((86400, "jour", "jours"), (3600, "heure", "heures"), (60, "minute", "minutes")):
        if seconds >= size:
            n = int(seconds // size)
            return f"{n}\u00a0{one if n < 2 else several}"
    n = int(seconds)
    return f"{n}\u00a0{'seconde' if n < 2 else 'secondes'}"
