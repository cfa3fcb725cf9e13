"""The checker: compares what was acknowledged with what the services hold after all faults are over.

It is pure: the clients' account and the evidence go in, findings come out."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from tests.faults.account import Entry, EntryKind, of_kind

from shared.messaging import Header

MARKER = re.compile(r"Repère ([a-z0-9-]+)")
SERVICE = "service"
"""The role of what a service does by itself. All other events come from commands of the clients."""


class Kind(StrEnum):
    LOST = "lost"
    DOUBLED = "doubled"
    OUT_OF_ORDER = "out of order"
    DIVERGENT = "divergent"
    LEDGER = "ledger"
    PROJECTION = "projection"
    ANSWERED_DIFFERENTLY = "answered differently"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Finding:
    kind: Kind
    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """`logs`: every event, by service, in the order of its log. `states`: what is served of a case, as text, by service
    and case, of those that were looked at.

    `tracked`: by consumer, publisher and partition, the number reached and the last one of the publisher's log.
    `stuck`: what the consumers say they cannot apply. `rebuilt` and `ledger`: what `check-rebuild` and `dla-audit
    reconcile` find different."""

    logs: Mapping[str, Sequence[Header]]
    states: Mapping[tuple[str, str], str] = field(default_factory=dict)
    tracked: Mapping[tuple[str, str, int], tuple[int, int]] = field(default_factory=dict)
    stuck: Sequence[str] = ()
    rebuilt: Sequence[str] = ()
    ledger: Sequence[str] = ()


def check(entries: Sequence[Entry], evidence: Evidence) -> list[Finding]:
    acknowledged = of_kind(entries, EntryKind.ACKNOWLEDGED)
    known = {entry.key for entry in acknowledged} | {entry.key for entry in of_kind(entries, EntryKind.REFUSED)}
    unknown = [entry for entry in of_kind(entries, EntryKind.SENT) if entry.key not in known]
    return [
        *_check_events(acknowledged, evidence.logs),
        *_check_no_others(acknowledged, unknown, evidence.logs),
        *_check_markers(acknowledged, evidence.states),
        *_check_logs(evidence.logs),
        *_check_effects(evidence),
        *_check_answers(acknowledged, entries),
        *(Finding(Kind.PROJECTION, "check-rebuild", what=line) for line in evidence.rebuilt),
        *(Finding(Kind.LEDGER, "reconcile", what=line) for line in evidence.ledger),
        *(
            Finding(Kind.REFUSED, each.key, what=f"{each.path}: {each.answer}")
            for each in of_kind(entries, EntryKind.REFUSED)
        ),
    ]


def _check_events(acknowledged: Sequence[Entry], logs: Mapping[str, Sequence[Header]]) -> Iterator[Finding]:
    """Each acknowledged command has its own events in the log, in the order in which it was acknowledged."""
    named = {(service, str(each.stream), each.version): each.event for service, log in logs.items() for each in log}
    claimed: dict[tuple[str, str, int], str] = {}
    reached: dict[tuple[str, str], int] = defaultdict(int)
    for entry in acknowledged:
        stream, end, events = entry.answer["id"], entry.answer["version"], entry.answer["events"]
        begin = end - len(events) + 1
        for version, event in enumerate(events, begin):
            place = (entry.service, stream, version)
            if named.get(place) != event:
                found = named.get(place, "nothing")
                yield Finding(
                    Kind.LOST, entry.key, what=f"{event} was acknowledged at {place}, where the log has {found}"
                )
            if other := claimed.get(place):
                yield Finding(Kind.LOST, entry.key, what=f"{event} at {place} was acknowledged to {other} as well")
            claimed[place] = entry.key
        if events and begin <= reached[entry.service, stream]:
            yield Finding(
                Kind.OUT_OF_ORDER, entry.key, what=f"version {end} of {stream} was acknowledged after a later one"
            )
        reached[entry.service, stream] = max(end, reached[entry.service, stream])


def _check_no_others(
    acknowledged: Sequence[Entry], unknown: Sequence[Entry], logs: Mapping[str, Sequence[Header]]
) -> Iterator[Finding]:
    """No command left its events twice: what nobody was acknowledged comes from a command of unknown outcome."""
    names = {(entry.service, event) for entry in acknowledged for event in entry.answer["events"]}
    claimed = {
        (entry.service, entry.answer["id"], entry.answer["version"] - back)
        for entry in acknowledged
        for back in range(len(entry.answer["events"]))
    }
    possible = Counter((entry.service, entry.case) for entry in unknown)
    for service, log in logs.items():
        left: dict[tuple[str, str], list[Header]] = defaultdict(list)
        for each in log:
            of_client = each.role != SERVICE and (service, each.event) in names
            if of_client and (service, str(each.stream), each.version) not in claimed:
                left[str(each.case), str(each.correlation)].append(each)
        for (case, _), events in left.items():
            opens = events[0].version == 1 and str(events[0].stream) == case
            where = (service, None if opens else case)
            if possible[where] <= 0:
                what = f"{[each.event for each in events]} at version {events[-1].version} of {events[-1].stream}"
                yield Finding(Kind.DOUBLED, service, what=f"{what} were acknowledged to nobody")
            possible[where] -= 1


def _check_markers(acknowledged: Sequence[Entry], states: Mapping[tuple[str, str], str]) -> Iterator[Finding]:
    """Each case shows the texts of its acknowledged commands once each, in their order."""
    expected: dict[tuple[str, str], list[str]] = defaultdict(list)
    for entry in acknowledged:
        if entry.marker:
            expected[entry.service, entry.case or entry.answer["id"]].append(entry.marker)
    for (service, case), state in states.items():
        where, markers = f"{service} {case}", expected[service, case]
        found = MARKER.findall(state)
        counts = Counter(found)
        missing = [marker for marker in markers if not counts[marker]]
        twice = [marker for marker in counts if counts[marker] > 1]
        if missing:
            yield Finding(Kind.LOST, where, what=f"the state lacks {missing}")
        if twice:
            yield Finding(Kind.DOUBLED, where, what=f"the state has {twice} more than once")
        wanted = [marker for marker in markers if counts[marker]]
        if not twice and [marker for marker in found if marker in wanted and _in_a_list(marker)] != [
            marker for marker in wanted if _in_a_list(marker)
        ]:
            yield Finding(Kind.OUT_OF_ORDER, where, what=f"the state has {found}, acknowledged were {markers}")


def _in_a_list(marker: str) -> bool:
    """The first marker of a dossier is its need, which a state shows wherever that field comes."""
    return not marker.endswith("-0")


def _check_logs(logs: Mapping[str, Sequence[Header]]) -> Iterator[Finding]:
    """Positions, numbers and versions without holes, and times that never go back."""
    for service, log in logs.items():
        for name, groups in _numberings(log).items():
            for group, numbers in groups.items():
                if numbers != list(range(1, len(numbers) + 1)):
                    after = next((a for a, b in pairwise([0, *numbers]) if b != a + 1), 0)
                    yield Finding(Kind.OUT_OF_ORDER, service, what=f"the {name} of {group} do not go on after {after}")
        for before, each in pairwise(log):
            if each.recorded_at < before.recorded_at:
                yield Finding(
                    Kind.OUT_OF_ORDER, service, what=f"position {each.position} is recorded before the last one"
                )
        for event, times in Counter(each.id for each in log).items():
            if times > 1:
                yield Finding(Kind.DOUBLED, service, what=f"event {event} stands {times} times in the log")


def _numberings(log: Sequence[Header]) -> dict[str, dict[str, list[int]]]:
    numbers: dict[str, list[int]] = defaultdict(list)
    versions: dict[str, list[int]] = defaultdict(list)
    for each in log:
        numbers[f"partition {each.partition}"].append(each.number)
        versions[f"stream {each.stream}"].append(each.version)
    return {"positions": {"the log": [each.position for each in log]}, "numbers": numbers, "versions": versions}


def _check_effects(evidence: Evidence) -> Iterator[Finding]:
    """Each consumer has all of its publishers' events, and opened one diagnosis for each admission."""
    for (consumer, publisher, partition), (reached, end) in evidence.tracked.items():
        if reached != end:
            what = f"is at {reached} of {end} of {publisher}, partition {partition}"
            yield Finding(Kind.DIVERGENT, consumer, what=what)
    for line in evidence.stuck:
        yield Finding(Kind.DIVERGENT, "consumers", what=line)
    admitted = {each.id: each for each in evidence.logs.get("intake", ()) if each.event == "request-admitted"}
    opened = Counter(each.causation for each in evidence.logs.get("diagnostic", ()) if each.event == "diagnosis-opened")
    for event, header in admitted.items():
        if opened[event] != 1:
            kind = Kind.DOUBLED if opened[event] else Kind.DIVERGENT
            yield Finding(kind, "diagnostic", what=f"{opened[event]} diagnoses for the admission of {header.case}")
    for cause in opened.keys() - admitted.keys():
        yield Finding(Kind.DIVERGENT, "diagnostic", what=f"a diagnosis without its admission {cause}")


def _check_answers(acknowledged: Iterable[Entry], entries: Sequence[Entry]) -> Iterator[Finding]:
    first = {entry.key: entry for entry in acknowledged}
    for entry in of_kind(entries, EntryKind.REPEATED):
        if entry.answer != first[entry.key].answer:
            what = f"{entry.path}: first {first[entry.key].answer}, then {entry.answer}"
            yield Finding(Kind.ANSWERED_DIFFERENTLY, entry.key, what=what)
