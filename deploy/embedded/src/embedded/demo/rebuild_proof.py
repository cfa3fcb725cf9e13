"""Compares the served state with the one rebuilt from the log, and prints both side by side."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from embedded.demo.player import WAIT_TIMEOUT_SECONDS, OpenedLink, Player
from embedded.demo.story import SERVICE_PATHS
from embedded.stack import Stack

POLL_SECONDS = 0.2
CASELESS_AGGREGATES = ("fund", "operation", "sheet")
"""Aggregates that belong to no case."""
STATELESS_ADDRESSES = ("case_access", "emergency_access", "name", "retention", "personal link")
"""Aggregates whose state no address returns: the rebuilt state is compared with the one the service works from."""


@dataclass(frozen=True)
class RebuildComparison:
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


def compare_all(stack: Stack, player: Player, opened: dict[str, OpenedLink]) -> list[RebuildComparison]:
    """`opened`: by id. Another process folds the log again from its first event."""
    return [line for service in SERVICE_PATHS for line in _service(stack, player, service, opened)]


def _service(stack: Stack, player: Player, service: str, opened: dict[str, OpenedLink]) -> list[RebuildComparison]:
    end = time.monotonic() + WAIT_TIMEOUT_SECONDS
    while True:  # the rows of a list follow the log at a short distance
        lines = [json.loads(line) for line in stack.run(service, "check-rebuild", *opened).splitlines()]
        found = [_compare(player, service, line, opened[line["case"]]) for line in lines]
        if all(each.equal for each in found) or time.monotonic() > end:
            return found
        time.sleep(POLL_SECONDS)


def _compare(player: Player, service: str, line: dict[str, Any], opened: OpenedLink) -> RebuildComparison:
    case, rebuilt = line["case"], _fingerprint(_without_names(line["state"]))
    if "projection" in line or not line["opened"] or line["aggregate"] in STATELESS_ADDRESSES:
        what = f"liste {line['projection']}" if "projection" in line else line["aggregate"]
        as_stored = rebuilt if line["matches"] else "différent"
        return RebuildComparison(service, what, case=case, version=line["version"], rebuilt=rebuilt, served=as_stored)
    state = _state(player, service, line, opened)
    served: str | None = None
    if state is not None and state.pop("version") == line["version"]:
        state.pop("id")
        for name in ("extra", "links", "names"):  # derived from the state today, not part of it
            state.pop(name, None)
        served = _fingerprint(_without_names(state))
    return RebuildComparison(
        service, line["aggregate"], case=case, version=line["version"], rebuilt=rebuilt, served=served
    )


def _without_names(state: dict[str, Any]) -> dict[str, Any]:
    """The state as the log has it: the structure and the adviser by their ids, as they are before an answer names them.

    A parcours has both in its plan: beside it they are only shown. Nobody in charge is null, whatever a state holds."""
    if "structure" in (state.get("plan") or {}):
        own = {name: value for name, value in state.items() if name not in ("structure", "adviser")}
        return own | {"plan": _without_names(state["plan"])}
    plain = dict(state)
    match state.get("structure"):
        case {"id": key, "name": _, **rest} if rest:  # intake's own, in full
            plain |= {"structure": {"name": state["structure"]["name"], **rest}, "structure_id": key}
        case {"id": key}:
            plain["structure"] = key
    if "adviser" in state:
        adviser = state["adviser"]
        plain["adviser"] = (adviser["id"] if isinstance(adviser, dict) else adviser) or None
    return plain


def _state(player: Player, service: str, line: dict[str, Any], opened: OpenedLink) -> dict[str, Any] | None:
    """The served state; an attachment's (served as its content) comes from the list of its case."""
    address = _address(service, line, opened)
    listed = line["aggregate"] == "attachment"
    answer = player.get(address.rpartition("/")[0] if listed else address, opened.token)
    if not answer.is_success:
        return None
    found: Any = answer.json()
    if not listed:
        return dict(found)
    return next(({**row, "case": line["case"]} for row in found if row["id"] == line["stream"]), None)


def _address(service: str, line: dict[str, Any], opened: OpenedLink) -> str:
    """The address of the state: the case's own, or a collection named after the aggregate, below what it belongs to."""
    case, stream, named = line["case"], line["stream"], f"{line['aggregate']}s/{line['stream']}"
    if line["aggregate"] in CASELESS_AGGREGATES:
        return f"{service} /{named}"
    if opened.address.rpartition("/")[2] in [f"{each}s" for each in CASELESS_AGGREGATES]:
        return f"{opened.address}/{case}/{named}"
    return SERVICE_PATHS[service].format(case=case) + ("" if stream == case else f"/{named}")


def print_comparisons(console: Console, lines: list[RebuildComparison]) -> None:
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
