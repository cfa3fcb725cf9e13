"""What did each version of a diagnosis say, who made it, and what did leaders say of it? Told anew from the log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args
from uuid import UUID

from diagnostic.domain.advice import seen_by
from diagnostic.domain.changes import Change, changes
from diagnostic.domain.content import Content
from diagnostic.domain.diagnosis import decider
from diagnostic.domain.edits import with_edit
from diagnostic.domain.events import (
    DiagnosisContested,
    DiagnosisSubmitted,
    DiagnosisValidated,
    Edit,
    SubmissionVoided,
    ValidationVoided,
)
from shared.decider import Actor, Role
from shared.eventlog.application import ServiceApplication
from shared.eventlog.entries import LogEntry
from shared.eventlog.mapper import RecordedEvent, plain
from shared.eventlog.receipts import UnknownCase
from shared.events import name_of
from shared.web.versions import Version, Word, content_at

WHAT = "Le diagnostic"


@dataclass(frozen=True, slots=True)
class Reading:
    """A version with its content, sealed values opened."""

    about: Version
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SharedReading:
    """What a committee may see of version `version` through the end of the day `until`."""

    version: int
    until: date
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """From version `since` (0: nothing yet) to `version`."""

    since: int
    version: int
    changes: list[Change]


def versions(asked: ServiceApplication, case: UUID) -> list[Version]:
    """The first one first. Raises UnknownCase."""
    made: list[Version] = []
    for entry, recorded in _recorded(asked, case):
        if isinstance(recorded.data, get_args(Edit)):
            edit = name_of(recorded.data).label
            made.append(Version(len(made) + 1, recorded.meta.actor, recorded.meta.role, entry.recorded_at, edit))
        else:
            _leaders_part(made, entry, recorded, asked)
    return made


def reading(asked: ServiceApplication, case: UUID, number: int) -> Reading:
    """Raises UnknownCase, or ProblemError 404 for a version that was never made."""
    contents, about = contents_of(asked, case), versions(asked, case)
    content: dict[str, Any] = plain(content_at(contents, number, WHAT), asked.vault.shown)
    return Reading(about[number - 1], content)


def difference(asked: ServiceApplication, case: UUID, number: int, since: int) -> Difference:
    """Raises UnknownCase, or ProblemError 404 for a version that was never made."""
    contents = contents_of(asked, case)
    found = changes(content_at(contents, since, WHAT), content_at(contents, number, WHAT), asked.vault.shown)
    return Difference(since, number, found)


@dataclass(frozen=True, slots=True)
class AdviceReading:
    """A question to a resource centre, and its answer once there is one."""

    advice: UUID
    centre: str
    question: str
    received_on: date | None
    answer: str | None


def advice(asked: ServiceApplication, case: UUID, reader: Actor) -> list[AdviceReading]:
    """What the reader may see of it. Raises UnknownCase, also to a centre that was asked nothing of this case."""
    found = seen_by(reader, asked.existing(decider, case).state.advice)
    if reader.role is Role.RESOURCE_CENTRE and not found:
        raise UnknownCase(str(case))
    shown = asked.vault.shown
    return [
        AdviceReading(
            each.advice,
            shown(each.centre),
            shown(each.question),
            each.received_on,
            shown(each.answer) if each.answer else None,
        )
        for each in found
    ]


def shared(asked: ServiceApplication, case: UUID) -> SharedReading:
    """Raises UnknownCase, or Refused when nothing is shared, or no longer."""
    share = asked.existing(decider, case).state.committee.seen_on(asked.clock.now().date())
    content = plain(contents_of(asked, case)[share.version], asked.vault.shown)
    return SharedReading(share.version, share.until, {section: content[section] for section in share.scope})


def contents_of(asked: ServiceApplication, case: UUID) -> list[Content]:
    """The content at each version, from 0, when there was none."""
    contents = [Content()]
    for _, recorded in _recorded(asked, case):
        if isinstance(recorded.data, get_args(Edit)):
            contents.append(with_edit(contents[-1], recorded.data))
    return contents


def _recorded(asked: ServiceApplication, case: UUID) -> Iterator[tuple[LogEntry, RecordedEvent[Any]]]:
    entries = asked.recorder.entries_of_case(case)
    if not entries:
        raise UnknownCase(str(case))
    yield from asked.events_of(entries)


def _leaders_part(
    made: list[Version], entry: LogEntry, recorded: RecordedEvent[Any], asked: ServiceApplication
) -> None:
    who, at = recorded.meta.actor, entry.recorded_at
    match recorded.data:
        case DiagnosisSubmitted(version, seen):
            made[version - 1].submitted_at, made[version - 1].content_hash = at, seen
        case DiagnosisValidated(version):
            made[version - 1].validated.append(Word(who, at))
        case DiagnosisContested(version, reasons):
            made[version - 1].contested.append(Word(who, at, asked.vault.shown(reasons)))
        case SubmissionVoided(version) | ValidationVoided(version):
            made[version - 1].voided_at = at
