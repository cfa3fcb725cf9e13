"""A calendar of due dates as a file (RFC 5545), which a calendar program reads again and again.

It names no structure and no difficulty: calendars are shared and shown. Each entry has the kind of task, the case's
short reference, and the address of its page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

from console.presentation.labels import shorten

MAX_LINE_OCTETS = 75
"""Without its line break (section 3.1); longer lines are folded."""
ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
NAME = "DLA\u00a0: échéances"
REFRESH = "PT6H"


def write_calendar(tasks: Iterable[Mapping[str, Any]], address: str, now: datetime) -> str:
    """`tasks`: with `service`, `id`, `case`, `label` and `due_on`. `address`: of the console."""
    head = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//DLA//Console//FR",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{escape(NAME)}",
        f"X-WR-CALNAME:{escape(NAME)}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}",
        f"X-PUBLISHED-TTL:{REFRESH}",
    ]
    host, stamp = urlsplit(address).hostname, now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    entries = (line for task in tasks for line in _entry(task, address.rstrip("/"), f"{host}", stamp))
    return "".join(fold(line) for line in (*head, *entries, "END:VCALENDAR"))


def _entry(task: Mapping[str, Any], address: str, host: str, stamp: str) -> Iterator[str]:
    """A day in Paris, which no time zone moves. Its UID stays the same for as long as the task waits."""
    yield "BEGIN:VEVENT"
    yield f"UID:{escape('{service}/{id}'.format(**task))}@{host}"
    yield f"DTSTAMP:{stamp}"
    yield f"DTSTART;VALUE=DATE:{date.fromisoformat(task['due_on']):%Y%m%d}"
    yield f"SUMMARY:{escape('{} – dossier {}'.format(task['label'], shorten(task['case'])))}"
    yield f"URL:{address}/dossiers/{task['case']}/travail"
    yield "CLASS:PRIVATE"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def escape(text: str) -> str:
    """A value of type TEXT (section 3.3.11)."""
    return text.translate(ESCAPES)


def fold(line: str) -> str:
    """The line with its breaks; no character is cut in two."""
    pieces, piece, size = [], "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > MAX_LINE_OCTETS:
            pieces.append(piece)
            piece, size = " ", 1
        piece, size = piece + character, size + octets
    return "\r\n".join((*pieces, piece)) + "\r\n"
