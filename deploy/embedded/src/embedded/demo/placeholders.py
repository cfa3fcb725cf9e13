"""Placeholders of a story: `{case}`, `{today+30}` and the like, and the values that replace them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from stdnum import luhn

PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


@dataclass
class Placeholders:
    """`{case}`, `{today+30}`, `{today-3}`, `{year}`, `{read.submission.version}`, `{read.actions#0}` (a key)."""

    now: datetime
    known: dict[str, Any] = field(default_factory=dict)

    def fill(self, value: Any) -> Any:
        """The value with its placeholders replaced; a text that is one placeholder takes the value's own type."""
        if isinstance(value, Mapping):
            return {key: self.fill(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.fill(item) for item in value]
        if not isinstance(value, str):
            return value
        if whole := PLACEHOLDER.fullmatch(value):
            return self._value(whole[1])
        return self.fill_text(value, str)

    def fill_text(self, text: str, format_value: Callable[[Any], str]) -> str:
        """The text with each placeholder replaced by its formatted value."""
        return PLACEHOLDER.sub(lambda found: format_value(self._value(found[1])), text)

    def _value(self, name: str) -> Any:
        if day := re.fullmatch(r"today([+-]\d+)?", name):
            return self._day(int(day[1] or 0)).isoformat()
        if name == "year":
            return self.now.year
        return value_at(self.known, name)

    def _day(self, later: int) -> date:
        return (self.now + timedelta(days=later)).date()


def value_at(value: Any, path: str) -> Any:
    """The value at a path: `.` enters a field, `#2` the third item, or the third key."""
    for part in re.findall(r"[^.#]+|#\d+", path):
        value = list(value)[int(part[1:])] if part.startswith("#") else value[part]
    return value


def fictional_numbers(seed: float) -> Iterator[tuple[str, str]]:
    """A SIRET and an RNA number that are well formed and belong to nobody in particular, new at each play."""
    random = Random(seed)  # noqa: S311  nothing is secret in them
    while True:
        siren = f"9{random.randrange(10**7):07}"
        siren += luhn.calc_check_digit(siren)
        siret = f"{siren}0001"
        yield siret + luhn.calc_check_digit(siret), f"W44{random.randrange(10**7):07}"
