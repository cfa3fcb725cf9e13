"""The calendar file, read back by a strict reader of RFC 5545."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from console.presentation.calendar_file import escape, fold, write_calendar

CASE = "01993f2e-5c00-7a10-8a51-3f6f7c1b2d40"
TASK: dict[str, Any] = {
    "service": "diagnostic",
    "id": f"{CASE}/session_to_hold",
    "case": CASE,
    "label": "Diagnostic soumis\u00a0: réponse de la structure attendue, puis plan; à convenir",
    "due_on": "2026-09-14",
}
NOW = datetime(2026, 9, 1, 8, 30, tzinfo=UTC)
LINE = re.compile(r"([A-Z-]+)((?:;[A-Z-]+=[A-Z]+)*):(.*)", re.DOTALL)
UNESCAPED = {"\\\\": "\\", "\\;": ";", "\\,": ",", "\\n": "\n"}


def unfold(text: str) -> list[str]:
    """The content lines. Every break is CRLF, and no line is longer than 75 octets."""
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "") and "\r" not in text.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    return text.removesuffix("\r\n").replace("\r\n ", "").split("\r\n")


def unescape(value: str) -> str:
    """Raises AssertionError for what must be escaped and is not."""
    assert not re.search(r"[;,]", re.sub(r"\\.", "", value, flags=re.DOTALL))
    return re.sub(r"\\[\\;,n]", lambda found: UNESCAPED[found[0]], value)


def read(text: str) -> tuple[dict[str, str], list[dict[str, str]]]:
    """The properties of the calendar, and those of each event."""
    lines = unfold(text)
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    calendar: dict[str, str] = {}
    events: list[dict[str, str]] = []
    into = calendar
    for line in lines[1:-1]:
        if line == "BEGIN:VEVENT":
            events.append({})
            into = events[-1]
            continue
        if line == "END:VEVENT":
            into = calendar
            continue
        found = LINE.fullmatch(line)
        assert found, line
        assert found[1] not in into, "each stands once"
        into[found[1]] = found[3]
    return calendar, events


def test_each_task_is_a_day_with_its_kind_the_reference_of_its_case_and_its_page() -> None:
    calendar, (event,) = read(write_calendar([TASK], "https://dla.example/", NOW))
    assert (calendar["VERSION"], calendar["METHOD"]) == ("2.0", "PUBLISH")
    assert calendar["PRODID"]
    assert event["DTSTART"] == "20260914"
    assert event["DTSTAMP"] == "20260901T083000Z"
    assert unescape(event["SUMMARY"]) == f"{TASK['label']} – dossier 01993f2e…2d40"
    assert event["URL"] == f"https://dla.example/dossiers/{CASE}/travail"
    assert (event["CLASS"], event["TRANSP"]) == ("PRIVATE", "TRANSPARENT")


def test_an_entry_keeps_its_uid_and_two_tasks_have_two() -> None:
    other = TASK | {"service": "parcours"}
    first = read(write_calendar([TASK, other], "https://dla.example", NOW))[1]
    later = read(write_calendar([TASK | {"due_on": "2026-10-01"}], "https://dla.example", datetime.now(UTC)))[1]
    assert first[0]["UID"] == later[0]["UID"] == f"diagnostic/{CASE}/session_to_hold@dla.example"
    assert first[0]["UID"] != first[1]["UID"]


def test_an_empty_calendar_is_one() -> None:
    assert read(write_calendar([], "https://dla.example", NOW))[1] == []


@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n\\;,é…😀"), max_size=200))
def test_any_text_comes_back_whole(text: str) -> None:
    (line,) = unfold(fold(f"SUMMARY:{escape(text)}"))
    assert unescape(line.removeprefix("SUMMARY:")) == text
