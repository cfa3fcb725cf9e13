"""The demo: the cases of deploy/demo played through the public API, then told, and proved."""

from __future__ import annotations

import json
import time

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from embedded.demo import proof, story
from embedded.demo.player import DemoError, Played, Player
from embedded.demo.script import fictional_numbers, scripts
from embedded.stack import Stack


def play(stack: Stack, console: Console, began: float | None = None) -> None:
    """Ends with one line of JSON. Raises DemoError when what is served is not what the log tells.

    `began`: when the command did (monotonic seconds), so that what it took to start counts as well."""
    began = time.monotonic() if began is None else began
    cases = scripts()
    numbers = fictional_numbers(time.time())
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    progress = Progress(*columns, console=console)
    with Player(stack, lambda: progress.advance(bar)) as player:
        with progress:
            bar = progress.add_task("", total=sum(len(script.steps) for script in cases))
            played = []
            for script in cases:
                progress.update(bar, description=script.title)
                played.append(player.play(script, next(numbers)))
            progress.update(bar, description="Dossiers joués")
        _tell(stack, player, console, played, began)


def _tell(stack: Stack, player: Player, console: Console, played: list[Played], began: float) -> None:
    phases: set[str] = set()
    tokens: dict[str, str] = {}
    events = 0
    for one in played:
        key, person = next(iter(one.script.people.items()))
        token = player.token(key, person, one.script.unit)
        happened = story.history(player, one.case, token)
        story.tell(console, one, happened)
        phases |= story.by_phase(happened).keys()
        events += len(happened)
        tokens[one.case] = token
        if one.linked:
            tokens[one.linked] = token
            events += len(story.history(player, one.linked, token))
    lines = proof.compared(stack, player, tokens)
    proof.show(console, lines)
    equal = all(line.equal for line in lines)
    told = {
        "cases": len(played),
        "phases": len(phases),
        "events": events,
        "rebuilt_equals_served": equal,
        "seconds": round(time.monotonic() - began, 1),
    }
    console.print()
    print(json.dumps(told), flush=True)
    if not equal:
        raise DemoError("What is served is not what the log tells: see the lines marked ≠ above.")
