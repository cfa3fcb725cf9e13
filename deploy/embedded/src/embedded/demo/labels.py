"""French sentences for events, from deploy/demo/words.toml, with French typography."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from embedded.demo.placeholders import PLACEHOLDER
from embedded.demo.script import DEMO
from embedded.identity.provider_page import ROLE_NAMES

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


class EventLabels:
    """Of one case: actions, providers and orientations are named where later events only have their ids.

    `names`: by id, what is known by its name from elsewhere."""

    def __init__(self, events: Iterable[Event], names: Mapping[str, str]) -> None:
        self._names = dict(names)
        for event in events:
            if event["event"] in NAMED_BY:
                field, template = NAMED_BY[event["event"]]
                name = _fill_template(template, event["data"])
                self._names[str(_of(event, field))] = self._names.get(name, name)

    def about(self, event: Event) -> str:
        """Empty where the label says it all."""
        own, _ = NAMED_BY.get(event["event"], ("", ""))
        ids = [str(_of(event, field)) for field in FIELDS if field != own]
        said = _fill_template(load_labels()["about"].get(event["event"], ""), event["data"])
        return " – ".join(part for part in (*(self._names.get(each, "") for each in ids), said) if part)


def _of(event: Event, field: str) -> Any:
    return event["stream"] if field == "stream" else event["data"].get(field)


@cache
def load_labels() -> dict[str, dict[str, str]]:
    """`about`: a sentence by event; `codes`: French words by code."""
    found: dict[str, dict[str, str]] = tomllib.loads((DEMO / "words.toml").read_text())
    return found


def typeset(text: str) -> str:
    """Adds the no-break spaces of French typography."""
    return (
        re.sub(r" ([;?!»€])", "\u202f\\1", text)
        .replace("« ", "«\u202f")
        .replace(" :", "\u00a0:")
        .replace(" – ", "\u00a0– ")
    )


def readable_value(value: Any, name: str = "") -> str:
    """A value for a person: a date, an amount in euros (fields in cents, by their name), a French code."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, dict):
        return _short(value)
    if isinstance(value, list):
        return ", ".join(readable_value(item, name) for item in value)
    if name.endswith("_cents"):
        return f"{value / 100:,.0f}\u202f€".replace(",", "\u202f")
    if isinstance(value, float):
        return f"{value:g}".replace(".", ",")
    text = str(value)
    if re.fullmatch(r"\d{4}-\d\d-\d\d(T.+)?", text):
        return f"{datetime.fromisoformat(text):%d/%m/%Y}"
    return load_labels()["codes"].get(text) or ROLE_NAMES.get(text) or text.rstrip(".")


def _short(value: dict[str, Any]) -> str:
    """An indicator's value; of anything else the title or the name."""
    if "comparability" in value:
        return f"{readable_value(value['value'])} ({readable_value(value['comparability'])})"
    return readable_value(value.get("title") or value.get("name"))


def _fill_template(template: str, data: dict[str, Any]) -> str:
    """The template filled in; a part between dashes whose placeholders are all empty is left out."""
    parts = template.split(" – ")
    return " – ".join(filled for part in parts if (filled := _part(part, _Readable(data))))


def _part(part: str, data: _Readable) -> str:
    found = [text for placeholder in PLACEHOLDER.findall(part) if (text := f"{{{placeholder}}}".format_map(data))]
    return part.format_map(data).strip(" :,") if found or not PLACEHOLDER.search(part) else ""


class _Readable(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return ""

    def __getitem__(self, name: str) -> Any:
        value = super().__getitem__(name) if name in self else ""
        return _NestedValue(value) if isinstance(value, dict) else readable_value(value, name)


class _NestedValue:
    """A nested object, read by attribute in a template; whole, it is a list by code."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._data = _Readable(data)

    def __getattr__(self, name: str) -> Any:
        return self._data[name]

    def __str__(self) -> str:
        return ", ".join(f"{readable_value(name)} : {readable_value(value)}" for name, value in self._data.items())
