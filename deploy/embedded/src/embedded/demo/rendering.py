"""Printing of stories: on a terminal of any width, or as Markdown."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from embedded.demo.labels import typeset
from embedded.demo.player import PlayedStory
from embedded.demo.story import StoryLine, StoryTimeline, people_names

AUTOMATIC = "(automatique)"


def print_stories(console: Console, played: PlayedStory, timelines: list[StoryTimeline]) -> None:
    console.print()
    console.rule(f"[bold]{played.script.title}", align="left")
    _print_text(console, typeset(played.script.summary))
    for person in people_names(played):
        _print_text(console, f"  {person}", "dim")
    for timeline in timelines:
        if timeline.title != played.script.title:
            console.print()
            _print_text(console, f"▸ {timeline.title}", "bold underline")
        width = max(len(line.who or AUTOMATIC) for line in timeline.lines)
        for phase, lines in timeline.phases.items():
            console.print()
            _print_text(console, phase, "bold")
            for line in lines:
                _print_line(console, line, width)


def _print_line(console: Console, line: StoryLine, width: int) -> None:
    prefix = Text(f"{line.at:%d/%m/%Y}  ", "dim") + Text(f"{line.who or AUTOMATIC:<{width}}  ", "not dim")
    room = console.width - len(prefix)
    parts = [(line.what, "bold red" if line.refused else "bold"), (line.why, "")]
    for part, style in parts:
        for row in textwrap.wrap(
            part, room, break_on_hyphens=False
        ):  # not Rich's own wrapping: it breaks at no-break spaces
            console.print(prefix + Text(row, style), soft_wrap=True)
            prefix = Text(" " * len(prefix))


def _print_text(console: Console, text: str, style: str = "") -> None:
    for row in textwrap.wrap(
        text, console.width, break_on_hyphens=False, subsequent_indent=" " * (len(text) - len(text.lstrip()))
    ):
        console.print(Text(row, style), soft_wrap=True)


def stories_markdown(stories: list[tuple[PlayedStory, list[StoryTimeline]]]) -> str:
    return "\n".join(line for played, timelines in stories for line in _markdown_lines(played, timelines))


def _markdown_lines(played: PlayedStory, timelines: list[StoryTimeline]) -> Iterator[str]:
    yield from (f"# {played.script.title}", "", _escape(typeset(played.script.summary)), "")
    yield from (f"- {_escape(person)}" for person in people_names(played))
    yield ""
    for timeline in timelines:
        if timeline.title != played.script.title:
            yield from (f"## {_escape(timeline.title)}", "")
        for phase, lines in timeline.phases.items():
            yield from (f"### {phase}", "", "| Quand | Qui | Quoi et pourquoi |", "|---|---|---|")
            for line in lines:
                what = f"**{_escape(line.what)}**" + (f"<br>{_escape(line.why)}" if line.why else "")
                yield f"| {line.at:%d/%m/%Y} | {line.who or AUTOMATIC} | {what} |"
            yield ""


def _escape(text: str) -> str:
    return re.sub(r"([\\`*_|<>])", r"\\\1", " ".join(text.split("\n")))
