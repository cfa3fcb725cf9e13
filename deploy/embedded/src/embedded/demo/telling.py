"""How is a story laid out: on a terminal of some width, or in a Markdown file?"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from embedded.demo.player import Played
from embedded.demo.story import Line, Timeline, people_of
from embedded.demo.words import typeset

BY_ITSELF = "(automatique)"


def tell(console: Console, played: Played, timelines: list[Timeline]) -> None:
    console.print()
    console.rule(f"[bold]{played.script.title}", align="left")
    _say(console, typeset(played.script.summary))
    for person in people_of(played):
        _say(console, f"  {person}", "dim")
    for timeline in timelines:
        if timeline.title != played.script.title:
            console.print()
            _say(console, f"▸ {timeline.title}", "bold underline")
        width = max(len(line.who or BY_ITSELF) for line in timeline.lines)
        for phase, lines in timeline.phases.items():
            console.print()
            _say(console, phase, "bold")
            for line in lines:
                _tell_line(console, line, width)


def _tell_line(console: Console, line: Line, width: int) -> None:
    begins = Text(f"{line.at:%d/%m/%Y}  ", "dim") + Text(f"{line.who or BY_ITSELF:<{width}}  ", "not dim")
    room = console.width - len(begins)
    parts = [(line.what, "bold red" if line.refused else "bold"), (line.why, "")]
    for part, style in parts:
        for row in textwrap.wrap(
            part, room, break_on_hyphens=False
        ):  # not Rich's own wrapping: it breaks at no-break spaces
            console.print(begins + Text(row, style), soft_wrap=True)
            begins = Text(" " * len(begins))


def _say(console: Console, text: str, style: str = "") -> None:
    for row in textwrap.wrap(
        text, console.width, break_on_hyphens=False, subsequent_indent=" " * (len(text) - len(text.lstrip()))
    ):
        console.print(Text(row, style), soft_wrap=True)


def markdown(told: list[tuple[Played, list[Timeline]]]) -> str:
    return "\n".join(line for played, timelines in told for line in _markdown(played, timelines))


def _markdown(played: Played, timelines: list[Timeline]) -> Iterator[str]:
    yield from (f"# {played.script.title}", "", _escaped(typeset(played.script.summary)), "")
    yield from (f"- {_escaped(person)}" for person in people_of(played))
    yield ""
    for timeline in timelines:
        if timeline.title != played.script.title:
            yield from (f"## {_escaped(timeline.title)}", "")
        for phase, lines in timeline.phases.items():
            yield from (f"### {phase}", "", "| Quand | Qui | Quoi et pourquoi |", "|---|---|---|")
            for line in lines:
                what = f"**{_escaped(line.what)}**" + (f"<br>{_escaped(line.why)}" if line.why else "")
                yield f"| {line.at:%d/%m/%Y} | {line.who or BY_ITSELF} | {what} |"
            yield ""


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_|<>])", r"\\\1", " ".join(text.split("\n")))
