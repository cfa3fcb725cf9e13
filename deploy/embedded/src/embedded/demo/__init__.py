"""The demo and the tour: stories played through the public API, then told, and proved."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from embedded.demo import coverage, proof, story, telling
from embedded.demo.blanks import fictional_numbers
from embedded.demo.player import DemoError, Opened, Played, Player
from embedded.demo.script import DEMO, TOUR, Script, scripts
from embedded.demo.words import Event
from embedded.stack import Stack


@dataclass(frozen=True)
class Told:
    """A story with its timelines, and every event of what it opened, told or not."""

    played: Played
    timelines: list[story.Timeline]
    events: list[Event]


def demo(stack: Stack, console: Console, began: float) -> None:
    """Ends with one line of JSON. Raises DemoError when what is served is not what the log tells.

    `began`: when the command did (monotonic seconds), so that what it took to start counts as well."""
    with Player(stack) as player:
        told = [_told(player, played) for played in _played(player, console, scripts(DEMO))]
        for each in told:
            telling.tell(console, each.played, each.timelines)
        lines = _proved(stack, player, console, told)
    _conclude(_counts(told) | _ended(lines, began), lines)


def tour(stack: Stack, console: Console, began: float, out: Path | None) -> None:
    """As the demo, through all of the DLA; it also says what of the services was never used."""
    with Player(stack) as player:
        told = [_told(player, played) for played in _played(player, console, scripts(TOUR))]
        for each in told:
            telling.tell(console, each.played, each.timelines)
        lines = _proved(stack, player, console, told)
    if out:
        out.write_text(telling.markdown([(each.played, each.timelines) for each in told]))
    used = coverage.used(
        (address for each in told for address in each.played.posted),
        (event for each in told for event in each.events),
    )
    coverage.show(console, used)
    asides = [aside for each in told for aside in each.played.asides]
    refusals = {"refusals": sum(aside.refused for aside in asides)}
    _conclude(_counts(told) | coverage.counts(used) | refusals | _ended(lines, began), lines)


def _played(player: Player, console: Console, stories: list[Script]) -> list[Played]:
    numbers = fictional_numbers(time.time())
    with Progress(TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), console=console) as progress:
        bar = progress.add_task("", total=sum(len(script.steps) for script in stories))
        player.told = lambda: progress.advance(bar)
        played = []
        for script in stories:
            progress.update(bar, description=script.title)
            played.append(player.play(script, numbers))
        progress.update(bar, description="Dossiers joués")
    return played


def _told(player: Player, played: Played) -> Told:
    happened = {id_: story.history(player, id_, opened) for id_, opened in played.opened.items()}
    return Told(
        played, story.timelines(played, happened), events=[event for events in happened.values() for event in events]
    )


def _proved(stack: Stack, player: Player, console: Console, told: list[Told]) -> list[proof.Compared]:
    opened: dict[str, Opened] = {}
    for each in told:
        opened |= each.played.opened
    lines = proof.compared(stack, player, opened)
    proof.show(console, lines)
    return lines


def _counts(told: list[Told]) -> dict[str, object]:
    timelines = [timeline for each in told for timeline in each.timelines]
    return {
        "cases": sum(timeline.is_a_case for timeline in timelines),
        "phases": len({line.phase for timeline in timelines if timeline.is_a_case for line in timeline.lines}),
        "events": len({event["id"] for each in told for event in each.events}),
    }


def _ended(lines: list[proof.Compared], began: float) -> dict[str, object]:
    equal = all(line.equal for line in lines)
    return {"rebuilt_equals_served": equal, "seconds": round(time.monotonic() - began, 1)}


def _conclude(told: dict[str, object], lines: list[proof.Compared]) -> None:
    print(f"\n{json.dumps(told)}", flush=True)
    if not all(line.equal for line in lines):
        raise DemoError("What is served is not what the log tells: see the lines marked ≠ above.")
