"""The timeline of a played story, by phase: when, who, what and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from embedded.demo.labels import Event, EventLabels, typeset
from embedded.demo.player import DemoError, Note, OpenedLink, PlayedStory, Player
from embedded.identity.provider_page import ROLE_NAMES

REQUESTS = "intake /requests"
SERVICE_PATHS = {
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
OUTSIDE_PHASES = {"operations": "Opération collective", "funds": "Fonds d’ingénierie", "sheets": "Partage de pratiques"}
"""What has a history of its own, and belongs to no phase of one case."""
BEGINS = {"diagnostic": 1, "parcours": 2, "followup": 4}
RECEIVED_EVENTS = {"accompaniment-started": 2, "accompaniment-ended": 3}
"""What intake receives from another service is shown in the phase where it happened."""
NOT_SHOWN_EVENTS = (
    "case-access-replicated",
    "emergency-access-replicated",
    "structure-name-recorded",
    "person-name-recorded",
)
"""What a service records of another's events, or for it: the story shows the event once, where it happened."""


@dataclass(frozen=True)
class StoryLine:
    """`who` empty: it happened by itself."""

    phase: str
    at: datetime
    who: str
    what: str
    why: str
    refused: bool = False


@dataclass(frozen=True)
class StoryTimeline:
    title: str
    is_a_case: bool
    lines: list[StoryLine]

    @property
    def phases(self) -> dict[str, list[StoryLine]]:
        found: dict[str, list[StoryLine]] = {}
        for line in self.lines:
            found.setdefault(line.phase, []).append(line)
        return {phase: found[phase] for phase in (*PHASES, *OUTSIDE_PHASES.values()) if phase in found}


def history(player: Player, case: str, opened: OpenedLink) -> list[Event]:
    """Every event of a case: in the order that audit gives, in the words of the service that recorded it. A fund, an
    operation or a sheet is no case: its history is that of its service. What a phase received before it opened is
    shown to nobody and left out. Raises DemoError for any other event that audit alone shows."""
    is_a_case = opened.address.startswith(REQUESTS)
    where = SERVICE_PATHS if is_a_case else {opened.address.split()[0]: f"{opened.address}/{{case}}"}
    found: dict[str, Event] = {}
    opened_in = set()
    for service, address in where.items():
        answer = player.get(f"{address}/history".format(case=case), opened.token)
        if answer.is_success:
            opened_in.add(service)
            found |= {event["id"]: event | {"service": service} for event in answer.json()}
    if not is_a_case:
        return list(found.values())
    timeline = player.until(
        f"audit /cases/{case}/timeline",
        opened.token,
        lambda timeline: found.keys() <= {event["id"] for event in timeline["events"]},
    )
    unknown = [event for event in timeline["events"] if event["id"] not in found]
    if unexpected := [event for event in unknown if event["service"] in opened_in]:
        raise DemoError(f"audit has events of {case} that their service does not show in its history: {unexpected}")
    return [found[event["id"]] for event in timeline["events"] if event["id"] in found]


def timelines(played: PlayedStory, happened: dict[str, list[Event]]) -> list[StoryTimeline]:
    """`happened`: by id, the history of each thing that the story opened."""
    people = {
        event["actor"]: name
        for events in happened.values()
        for event in events
        if (name := played.done.get((event["service"], event["stream"], event["version"])))
    }
    return [_timeline(played, case, happened[case], people) for case in played.cases]


def _timeline(played: PlayedStory, case: str, events: list[Event], people: dict[str, str]) -> StoryTimeline:
    asides = [note for note in played.notes if note.case == case]
    outside_phases = OUTSIDE_PHASES.get(played.opened[case].address.split("/")[1])
    names = {other: title for other, title in played.cases.items() if other != case}
    lines = _lines(_merge_notes(events, asides), EventLabels(events, names), people, outside_phases)
    return StoryTimeline(played.cases[case], outside_phases is None, lines=list(lines))


def _merge_notes(events: list[Event], asides: list[Note]) -> list[Event | Note]:
    """An attempt stands after all that was recorded before it."""

    def when(each: Event | Note) -> datetime:
        return each.at if isinstance(each, Note) else datetime.fromisoformat(each["recorded_at"])

    return sorted([*events, *asides], key=when)


def _lines(
    merged: list[Event | Note], words: EventLabels, people: dict[str, str], outside_phases: str | None
) -> Iterator[StoryLine]:
    """One service holds two phases: élaboration until the structure has validated its parcours, then coordination."""
    labels = {event["id"]: event["label"] for event in merged if not isinstance(event, Note)}
    reached, begins = 0, dict(BEGINS)
    for each in merged:
        service = each.service if isinstance(each, Note) else each["service"]
        phase = begins.get(service, reached)
        if isinstance(each, Note):
            yield StoryLine(
                outside_phases or PHASES[phase],
                each.at,
                who=each.who,
                what=typeset(each.label),
                why=typeset(each.text.removesuffix(".")),
                refused=each.refused,
            )
            continue
        if each["event"] in NOT_SHOWN_EVENTS:
            continue
        reached = max(reached, phase)
        phase = RECEIVED_EVENTS.get(each["event"], phase)
        if each["event"] == "parcours-validated":
            begins["parcours"] = reached = 3
        who = people.get(each["actor"], "")
        cause = labels.get(each["causation"] or "")
        why = words.about(each) or (f"suite à\u00a0: {cause}" if cause else "")
        at = datetime.fromisoformat(each["recorded_at"])
        yield StoryLine(outside_phases or PHASES[phase], at, who=who, what=each["label"], why=typeset(why))


def people_names(played: PlayedStory) -> list[str]:
    return [f"{person.name}, {ROLE_NAMES[person.role]}" for person in played.script.people.values()]
