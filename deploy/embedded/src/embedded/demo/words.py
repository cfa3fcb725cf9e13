"""In which words is an event told? Those of deploy/demo/words.toml, with French typography."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from embedded.demo.blanks import BLANK
from embedded.demo.script import DEMO
from embedded.who import ROLE_NAMES

Event = dict[str, Any]
NAMED_BY = {
    "action-added": ("action", "{planned.title}"),
    "provider-invited": ("provider", "{name}"),
    "advice-requested": ("advice", "{centre}"),
    "orientation-proposed": ("stream", "{target}{other}"),
    "attachment-added": ("stream", "{title}"),
    "beneficiary-joined": ("action", "{case}"),
    "fund-engaged": ("action", "{case}"),
}
"""What an event names for those after it: the field that holds its id, and its name."""
FIELDS = ("case", "action", "provider", "advice", "stream")


class Words:
    """Of one case: actions, providers and orientations are named where later events only have their ids.

    `names`: by id, what is known by its name from elsewhere."""

    def __init__(self, events: Iterable[Event], names: Mapping[str, str]) -> None:
        self._names = dict(names)
        for event in events:
            if event["event"] in NAMED_BY:
                field, template = NAMED_BY[event["event"]]
                name = _filled(template, event["data"])
                self._names[str(_of(event, field))] = self._names.get(name, name)

    def about(self, event: Event) -> str:
        """Empty where the label says it all."""
        own, _ = NAMED_BY.get(event["event"], ("", ""))
        ids = [str(_of(event, field)) for field in FIELDS if field != own]
        said = _filled(told()["about"].get(event["event"], ""), event["data"])
        return " – ".join(part for part in (*(self._names.get(each, "") for each in ids), said) if part)


def _of(event: Event, field: str) -> Any:
    return event["stream"] if field == "stream" else event["data"].get(field)


@cache
def told() -> dict[str, dict[str, str]]:
    """`about`: a sentence by event; `codes`: French words by code."""
    found: dict[str, dict[str, str]] = tomllib.loads((DEMO / "words.toml").read_text())
    return found


def typeset(text: str) -> str:
    """French spaces: what goes with a word stays on its line."""
    return (
        re.sub(r" ([;?!»€])", "\u202f\\1", text)
        .replace("« ", "«\u202f")
        .replace(" :", "\u00a0:")
        .replace(" – ", "\u00a0– ")
    )


def readable(value: Any, name: str = "") -> str:
    """A value as one reads it: a day, an amount in euros (cents, by their name), a code in French."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, dict):
        return _short(value)
    if isinstance(value, list):
        return ", ".join(readable(item, name) for item in value)
    if name in AMOUNTS:
        return f"{value / 100:,.0f}\u202f€".replace(",", "\u202f")
    if isinstance(value, float):
        return f"{value:g}".replace(".", ",")
    text = str(value)
    if re.fullmatch(r"\d{4}-\d\d-\d\d(T.+)?", text):
        return f"{datetime.fromisoformat(text):%d/%m/%Y}"
    return told()["codes"].get(text) or ROLE_NAMES.get(text) or text.rstrip(".")


def _short(value: dict[str, Any]) -> str:
    """An indicator by its value, anything else by its title or its name."""
    if "comparability" in value:
        return f"{readable(value['value'])} ({readable(value['comparability'])})"
    return readable(value.get("title") or value.get("name"))


AMOUNTS = ("amount", "allocated", "budget", "own_income", "subsidies", "result", "cash")


def _filled(template: str, data: dict[str, Any]) -> str:
    """A part between dashes whose blanks have nothing to say is left out."""
    parts = template.split(" – ")
    return " – ".join(filled for part in parts if (filled := _part(part, _Readable(data))))


def _part(part: str, data: _Readable) -> str:
    found = [text for blank in BLANK.findall(part) if (text := f"{{{blank}}}".format_map(data))]
    return part.format_map(data).strip(" :,") if found or not BLANK.search(part) else ""


class _Readable(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return ""

    def __getitem__(self, name: str) -> Any:
        value = super().__getitem__(name) if name in self else ""
        return _Said(value) if isinstance(value, dict) else readable(value, name)


class _Said:
    """A nested object, read by attribute in a template; whole, it is a list by code."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._data = _Readable(data)

    def __getattr__(self, name: str) -> Any:
        return self._data[name]

    def __str__(self) -> str:
        return ", ".join(f"{readable(name)} : {readable(value)}" for name, value in self._data.items())
