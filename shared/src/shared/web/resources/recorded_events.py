"""The recorded events of a service in OpenAPI: one shape for the data of each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from shared.kernel import Decider, event_name
from shared.web.http import Shape


def document_events(openapi: dict[str, Any], deciders: Iterable[Decider[Any]]) -> dict[str, Any]:
    """An entry of a history has the data of one of the service's events; `x-by-event` says which of them has which."""
    listed = {event_name(kind).name: (kind, decider) for decider in deciders for kind in decider.events}
    entry = openapi["components"]["schemas"].get("HistoryEntry")
    if entry is not None:
        shape = Shape(
            tuple(Shape(kind, redacted=of.names_cases, linked=of.linked_cases) for kind, of in listed.values())
        ).mark()
        by_event = {"x-by-event": {name: kind.__name__ for name, (kind, _) in sorted(listed.items())}}
        entry["properties"]["data"] = {"description": entry["properties"]["data"]["description"]} | shape | by_event
    return openapi
