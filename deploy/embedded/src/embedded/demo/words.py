"""In which words is an event told? Those of deploy/demo/words.toml, with French typography."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any

from embedded.demo.script import DEMO

Event = dict[str, Any]
NAMED_BY = {
    "action-added": ("action", "{planned.title}"),
    "provider-consulted": ("provider", "{name}"),
    "advice-requested": ("advice", "{centre}"),
    "orientation-proposed": ("stream", "{target}{other}"),
}
"""What an event names for those after it: the field that holds its id, and its name."""


class Words:
    """Of one case: actions, providers and orientations are named where later events only have their ids."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._names: dict[str, str] = {}
        for event in events:
            if event["event"] in NAMED_BY:
                field, name = NAMED_BY[event["event"]]
                self._names[str(_of(event, field))] = _filled(name, event["data"])

    def about(self, event: Event) -> str:
        """Empty where the label says it all."""
        said = _filled(told()["about"].get(event["event"], ""), event["data"]).strip(" –:,")
        if event["event"] in NAMED_BY:
            return said
        named = [self._names.get(str(_of(event, field)), "") for field, _ in NAMED_BY.values()]
        return " – ".join(part for part in (*named, said) if part)


def _of(event: Event, field: str) -> Any:
    return event["stream"] if field == "stream" else event["data"].get(field)


@cache
def told() -> dict[str, dict[str, str]]:
    """`about`: a sentence by event; `codes`: French words by code; `roles`."""
    found: dict[str, dict[str, str]] = tomllib.loads((DEMO / "words.toml").read_text())
    return found


def typeset(text: str) -> str:
    """French spaces: what goes with a word stays on its line."""
    return re.sub(r" ([;?!»€])", "\u202f\\1", text).replace("« ", "«\u202f").replace(" :", "\u00a0:")


def readable(value: Any, name: str = "") -> str:
    """A value as one reads it: a day, an amount in euros (cents, by their name), a code in French."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, list):
        return ", ".join(readable(item, name) for item in value)
    if name in AMOUNTS:
        return f"{value / 100:,.0f}\u202f€".replace(",", "\u202f")
    if isinstance(value, float):
        return f"{value:g}".replace(".", ",")
    text = str(value)
    if re.fullmatch(r"\d{4}-\d\d-\d\d(T.+)?", text):
        return f"{datetime.fromisoformat(text):%d/%m/%Y}"
    return told()["codes"].get(text, text.rstrip("."))


AMOUNTS = ("amount", "allocated", "budget", "own_income", "subsidies", "result", "cash")


def _filled(template: str, data: dict[str, Any]) -> str:
    return template.format_map(_Readable(data))


class _Readable(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return ""

    def __getitem__(self, name: str) -> Any:
        value = super().__getitem__(name) if name in self else ""
        return _Said(value) if isinstance(value, dict) else readable(value, name)


class _Said:
    """A nested object, read by attribute in a template."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._data = _Readable(data)

    def __getattr__(self, name: str) -> Any:
        return self._data[name]
