"""Is the state that is served the one that the log tells? Both are shown, side by side."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from embedded.demo.player import PATIENCE, Opened, Player
from embedded.demo.story import WHERE
from embedded.stack import Stack

LISTED = 0.2
ALONE = ("fund", "operation", "sheet")
"""Aggregates that belong to no case."""
UNSERVED = ("case_access", "retention", "personal link")
"""Aggregates whose state no address gives as it is: the log is compared with what the service itself goes on from."""


@dataclass(frozen=True)
class Compared:
    """One aggregate or one row of a list. Fingerprints are of the canonical JSON; `served` null: nothing is served."""

    service: str
    what: str
    case: str
    version: int
    rebuilt: str
    served: str | None

    @property
    def equal(self) -> bool:
        return self.rebuilt == self.served


def compared(stack: Stack, player: Player, opened: dict[str, Opened]) -> list[Compared]:
    """`opened`: by id, what was opened. The log is folded anew from its first event by another process."""
    return [line for service in WHERE for line in _service(stack, player, service, opened)]


def _service(stack: Stack, player: Player, service: str, opened: dict[str, Opened]) -> list[Compared]:
    end = time.monotonic() + PATIENCE
    while True:  # the rows of a list follow the log at a short distance
        lines = [json.loads(line) for line in stack.run(service, "rebuild", *opened).splitlines()]
        found = [_compared(player, service, line, opened[line["case"]]) for line in lines]
        if all(each.equal for each in found) or time.monotonic() > end:
            return found
        time.sleep(LISTED)


def _compared(player: Player, service: str, line: dict[str, Any], opened: Opened) -> Compared:
    case, rebuilt = line["case"], _fingerprint(line["state"])
    if "projection" in line or line["aggregate"] in UNSERVED:
        what = f"liste {line['projection']}" if "projection" in line else line["aggregate"]
        kept = rebuilt if line["as_kept"] else "différent"
        return Compared(service, what, case=case, version=line["version"], rebuilt=rebuilt, served=kept)
    state = _state(player, service, line, opened)
    served: str | None = None
    if state is not None and state.pop("version") == line["version"]:
        state.pop("id")
        for told in ("extra", "links"):  # what follows from the state today, and is no part of it
            state.pop(told, None)
        served = _fingerprint(state)
    return Compared(service, line["aggregate"], case=case, version=line["version"], rebuilt=rebuilt, served=served)


def _state(player: Player, service: str, line: dict[str, Any], opened: Opened) -> dict[str, Any] | None:
    """As it is served; of an attachment, which is served as its content, from the list of its case."""
    address = _address(service, line)
    listed = line["aggregate"] == "attachment"
    answer = player.get(address.rpartition("/")[0] if listed else address, opened.token)
    if not answer.is_success:
        return None
    found: Any = answer.json()
    if not listed:
        return dict(found)
    return next(({**row, "case": line["case"]} for row in found if row["id"] == line["stream"]), None)


def _address(service: str, line: dict[str, Any]) -> str:
    """Where the state is served: the case's own, or a collection that is named after the aggregate."""
    case, stream, named = line["case"], line["stream"], f"{line['aggregate']}s/{line['stream']}"
    if line["aggregate"] in ALONE:
        return f"{service} /{named}"
    return WHERE[service].format(case=case) + ("" if stream == case else f"/{named}")


def show(console: Console, lines: list[Compared]) -> None:
    table = Table(
        title="L’état reconstruit depuis le journal, à côté de l’état servi",
        title_justify="left",
        box=None,
        expand=True,
    )
    for column in ("Service", "Objet", "Dossier", "Version", "Reconstruit", "Servi", ""):
        table.add_column(column, no_wrap=column != "Objet", overflow="fold")
    for line in lines:
        sign = "[green]=[/]" if line.equal else "[red]≠[/]"
        table.add_row(
            line.service, line.what, f"…{line.case[-6:]}", str(line.version), line.rebuilt, line.served or "—", sign
        )
    console.print()
    console.print(table)


def _fingerprint(state: Any) -> str:
    canonical = json.dumps(state, sort_keys=True, ensure_ascii=False).encode()
    return hashlib.sha256(canonical).hexdigest()[:8]
