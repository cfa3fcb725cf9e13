"""Which commands and event types of the services the stories used, compared with the published schemas."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rich.console import Console

from embedded.demo.labels import Event
from embedded.demo.script import DEPLOY
from embedded.demo.story import SERVICE_PATHS

EVENTS_OUTSIDE_HISTORIES = {
    "erasure-ordered",
    "erasure-confirmed",
    "person-key-destroyed",
    "case-keys-destroyed",
    "case-destroyed",
    "key-destroyed-again",
    "right-replicated",
    "revocation-replicated",
    "case-access-replicated",
    "emergency-access-replicated",
    "person-name-recorded",
    "access-log-sealed",
    "restored-log-followed",
    "mail-queued",
    "mail-attempted",
    "mail-sent",
    "mail-delayed",
    "mail-refused",
    "mail-abandoned",
    "mail-preferences-set",
    "mail-unsubscribed",
    "mailed-link-opened",
    "digest-prepared",
    "calendar-feed-made",
    "calendar-feed-ended",
}
"""In no history that a story reads: what became of a person, of a case past its term, of a right, of a log, of a mail;
and what somebody chose for themself."""
COMMANDS_OUTSIDE_STORIES = {
    "intake /calendar-tasks",
    "intake /lost-links",
    "intake /mail-preferences",
    "intake /mailed-links",
    "intake /unsubscriptions",
}
"""No story plays them: the first reads, and the others need a mail server, which a stack of one's own has not."""
SCHEMAS = DEPLOY.parent / "shared" / "schemas"


@dataclass(frozen=True)
class Coverage:
    """`service path` of each command, and `service event` of each type: whether a story has used it."""

    commands: dict[str, bool]
    events: dict[str, bool]


def coverage_of(posted: Iterable[str], events: Iterable[Event]) -> Coverage:
    paths = set(posted)
    seen = {f"{event['service']} {event['event']}" for event in events}
    return Coverage(
        {command: any(_matches(command, path) for path in paths) for command in _commands()},
        {event: event in seen for event in _events()},
    )


def coverage_counts(coverage: Coverage) -> dict[str, object]:
    return {
        "commands": sum(coverage.commands.values()),
        "commands_of": len(coverage.commands),
        "event_types": sum(coverage.events.values()),
        "event_types_of": len(coverage.events),
    }


def print_coverage(console: Console, coverage: Coverage) -> None:
    for what, found in (("Commandes", coverage.commands), ("Types d’événements", coverage.events)):
        left = [each for each, done in found.items() if not done]
        console.print(f"\n[bold]{what} que la visite n’a pas montrés\u00a0: {len(left)} sur {len(found)}")
        for each in left:
            console.print(f"  {each}", soft_wrap=True, highlight=False)


def _commands() -> list[str]:
    return sorted(
        {
            f"{service} {path.removeprefix('/api/v1')}"
            for service in SERVICE_PATHS
            for path, operations in _schema(service, "openapi")["paths"].items()
            if "post" in operations and not path.endswith("/search")
        }
        - COMMANDS_OUTSIDE_STORIES
    )


def _events() -> list[str]:
    """As AsyncAPI lists them: the header of each travels, to audit at least."""
    return sorted(
        f"{service} {event}"
        for service in SERVICE_PATHS
        for event in _schema(service, "asyncapi")["x-recorded"].keys() - EVENTS_OUTSIDE_HISTORIES
    )


def _matches(command: str, posted: str) -> bool:
    return re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(command)), posted) is not None


def _schema(service: str, kind: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SCHEMAS / f"{service}.{kind}.json").read_text())
    return found
