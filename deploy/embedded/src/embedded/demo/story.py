"""How does a person like to read what happened to a case? By phase: when, who, what, and why."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from embedded.demo.player import Played, Player
from embedded.demo.script import CASES

WHERE = {
    "intake": "intake /requests/{case}",
    "diagnostic": "diagnostic /diagnoses/{case}",
    "parcours": "parcours /parcours/{case}",
    "followup": "followup /follow-ups/{case}",
}
PHASES = (
    "Accueil",
    "Diagnostic partagé",
    "Élaboration du parcours",
    "Coordination du parcours",
    "Suivi et consolidation",
)
ENDINGS = {"accompaniment-ended": 3, "case-closed": 4}
ROLES = {
    "adviser": "chargé·e d’accompagnement",
    "manager": "responsable",
    "leader": "dirigeant·e de la structure",
}
Event = dict[str, Any]


def history(player: Player, case: str, token: str) -> list[Event]:
    """Every event of a case: in the order that audit heard, in the words of the service that recorded it."""
    told: dict[str, Event] = {}
    for service, where in WHERE.items():
        answer = player.get(f"{where}/history".format(case=case), token)
        if answer.is_success:
            told |= {event["id"]: event | {"service": service} for event in answer.json()}
    heard = player.until(f"audit /cases/{case}/timeline", token, lambda heard: len(heard) >= len(told))
    return [told[event["id"]] for event in heard]


def by_phase(events: list[Event]) -> dict[str, list[Event]]:
    """One service holds two phases: élaboration until the structure has validated its parcours, then coordination.

    What intake hears of the end belongs where it ended."""
    phases: dict[str, list[Event]] = defaultdict(list)
    validated = False
    for event in events:
        phase = {"intake": 0, "diagnostic": 1, "followup": 4}.get(event["service"], 3 if validated else 2)
        phase = ENDINGS.get(event["event"], phase)
        validated |= event["event"] == "parcours-validated"
        phases[PHASES[phase]].append(event)
    return {phase: phases[phase] for phase in PHASES if phase in phases}


def tell(console: Console, played: Played, events: list[Event]) -> None:
    words = Words({event["data"]["action"]: event["data"]["planned"]["title"] for event in events if _plans(event)})
    labels = {event["id"]: event["label"] for event in events}
    console.print()
    console.rule(f"[bold]{played.script.title}", align="left")
    console.print(typeset(played.script.summary))
    for person in played.script.people.values():
        console.print(f"  {person.name}, {ROLES[person.role]}", style="dim")
    for phase, part in by_phase(events).items():
        table = Table(
            title=phase, title_justify="left", title_style="bold", box=None, pad_edge=False, show_header=False
        )
        table.add_column("Quand", no_wrap=True, style="dim")
        table.add_column("Qui", no_wrap=True)
        table.add_column("Quoi et pourquoi")
        for event in part:
            who = played.people.get(event["actor"]) or "(de lui-même)"
            cause = labels.get(event["causation"] or "")
            why = typeset(words.about(event) or (f"suite à : {cause}" if cause else ""))
            day = datetime.fromisoformat(event["recorded_at"])
            what = Text(event["label"], "bold")
            if why:
                what.append(f"\n{why}", "not bold")
            table.add_row(f"{day:%d/%m/%Y}", who, what)
        console.print()
        console.print(table)
    if played.linked:
        console.print("\nLe nouveau besoin a ouvert de lui-même une demande liée à ce dossier.")


class Words:
    """What deploy/demo/words.toml says of each event, with the codes in French, and actions by their titles."""

    def __init__(self, actions: dict[str, str]) -> None:
        self._actions = actions
        told = tomllib.loads((CASES / "words.toml").read_text())
        self._templates: dict[str, str] = told["about"]
        self._codes: dict[str, str] = told["codes"]

    def about(self, event: Event) -> str:
        """Empty where the label says it all."""
        template = self._templates.get(event["event"], "")
        said = template.format_map(_Readable(event["data"], self._codes)).strip(" –:")
        action = self._actions.get(str(event["data"].get("action")), "") if not _plans(event) else ""
        return f"{action} – {said}" if action and said else action or said


def _plans(event: Event) -> bool:
    return bool(event["event"] == "action-added")


def typeset(text: str) -> str:
    """French spaces: what goes with a word stays on its line."""
    return re.sub(r" ([;?!»])", "\u202f\\1", text).replace("« ", "«\u202f").replace(" :", "\u00a0:")


class _Readable(dict[str, Any]):
    def __init__(self, data: dict[str, Any], codes: dict[str, str]) -> None:
        super().__init__(data)
        self._codes = codes

    def __missing__(self, name: str) -> str:
        return ""

    def __getitem__(self, name: str) -> Any:
        return self._said(super().__getitem__(name) if name in self else "", name)

    def _said(self, value: Any, name: str) -> Any:
        if value is None:
            return ""
        if isinstance(value, dict):
            return _Said(value, self._codes)
        if isinstance(value, list):
            return ", ".join(str(self._said(item, name)) for item in value)
        if name == "amount":
            return f"{value / 100:,.0f}\u00a0€".replace(",", "\u202f")
        if isinstance(value, float):
            return f"{value:g}".replace(".", ",")
        if isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-":
            return f"{value[8:]}/{value[5:7]}/{value[:4]}"
        return self._codes.get(str(value), str(value).rstrip("."))


class _Said:
    """A nested object, read by attribute in a template."""

    def __init__(self, data: dict[str, Any], codes: dict[str, str]) -> None:
        self._data = _Readable(data, codes)

    def __getattr__(self, name: str) -> Any:
        return self._data[name]
