"""The demo and the tour: stories played through the public API, printed, and compared with the rebuilt state."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from embedded.demo import coverage, rebuild_proof, rendering, story
from embedded.demo.labels import Event
from embedded.demo.placeholders import fictional_numbers
from embedded.demo.player import DemoError, OpenedLink, PlayedStory, Player
from embedded.demo.script import DEMO, TOUR, Story, read_stories
from embedded.stack import Stack


@dataclass(frozen=True)
class PlayedStories:
    """A story with its timelines, and every event of what it opened, shown or not."""

    played: PlayedStory
    timelines: list[story.StoryTimeline]
    events: list[Event]


def demo(stack: Stack, console: Console, began: float) -> None:
    """Ends with one line of JSON. Raises DemoError when the served state differs from the rebuilt one.

    `began`: when the command began (monotonic seconds), so that the start-up counts as well."""
    with Player(stack) as player:
        stories = [_with_timelines(player, played) for played in _play_stories(player, console, read_stories(DEMO))]
        for each in stories:
            rendering.print_stories(console, each.played, each.timelines)
        lines = _compare_states(stack, player, console, stories)
    _conclude(_counts(stories) | _outcome(lines, began), lines)


def tour(stack: Stack, console: Console, began: float, out: Path | None) -> None:
    """As the demo, with all phases of the DLA; it also lists the commands and events that no story used."""
    with Player(stack) as player:
        stories = [_with_timelines(player, played) for played in _play_stories(player, console, read_stories(TOUR))]
        for each in stories:
            rendering.print_stories(console, each.played, each.timelines)
        lines = _compare_states(stack, player, console, stories)
    if out:
        out.write_text(rendering.stories_markdown([(each.played, each.timelines) for each in stories]))
    used = coverage.coverage_of(
        (address for each in stories for address in each.played.posted),
        (event for each in stories for event in each.events),
    )
    coverage.print_coverage(console, used)
    notes = [note for each in stories for note in each.played.notes]
    refusals = {"refusals": sum(note.refused for note in notes)}
    _conclude(_counts(stories) | coverage.coverage_counts(used) | refusals | _outcome(lines, began), lines)


def _play_stories(player: Player, console: Console, stories: list[Story]) -> list[PlayedStory]:
    numbers = fictional_numbers(time.time())
    with Progress(TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), console=console) as progress:
        bar = progress.add_task("", total=sum(len(script.steps) for script in stories))
        player.on_step = lambda: progress.advance(bar)
        played = []
        for script in stories:
            progress.update(bar, description=script.title)
            played.append(player.play(script, numbers))
        progress.update(bar, description="Dossiers joués")
    return played


def _with_timelines(player: Player, played: PlayedStory) -> PlayedStories:
    happened = {id_: story.history(player, id_, opened) for id_, opened in played.opened.items()}
    return PlayedStories(
        played, story.timelines(played, happened), events=[event for events in happened.values() for event in events]
    )


def _compare_states(
    stack: Stack, player: Player, console: Console, stories: list[PlayedStories]
) -> list[rebuild_proof.RebuildComparison]:
    opened: dict[str, OpenedLink] = {}
    for each in stories:
        opened |= each.played.opened
    lines = rebuild_proof.compare_all(stack, player, opened)
    rebuild_proof.print_comparisons(console, lines)
    return lines


def _counts(stories: list[PlayedStories]) -> dict[str, object]:
    timelines = [timeline for each in stories for timeline in each.timelines]
    return {
        "cases": sum(timeline.is_a_case for timeline in timelines),
        "phases": len({line.phase for timeline in timelines if timeline.is_a_case for line in timeline.lines}),
        "events": len({event["id"] for each in stories for event in each.events}),
    }


def _outcome(lines: list[rebuild_proof.RebuildComparison], began: float) -> dict[str, object]:
    equal = all(line.equal for line in lines)
    return {"rebuilt_equals_served": equal, "seconds": round(time.monotonic() - began, 1)}


def _conclude(summary: dict[str, object], lines: list[rebuild_proof.RebuildComparison]) -> None:
    print(f"\n{json.dumps(summary)}", flush=True)
    if not all(line.equal for line in lines):
        raise DemoError("The served state differs from the rebuilt one: see the lines marked ≠ above.")
