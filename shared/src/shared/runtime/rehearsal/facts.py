"""Facts: what this version of the program makes of a log, in a form in which two versions can be compared."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from hashlib import sha256
from typing import Any
from uuid import UUID

from shared.access import AccessAction, ProtectedCase, evaluate
from shared.documents import DocumentedAggregate, DocumentSource, DocumentTemplate
from shared.eventlog import LogEntry, ServiceApplication, to_plain
from shared.kernel import Actor, Decider, Encrypted, Role
from shared.messaging import messages_of
from shared.projections import NO_HISTORY, Projection, Projector
from shared.runtime.service import Service
from shared.telemetry import describe_error
from shared.web.requests import ResourceRouter
from shared.web.resources import load_source

BATCH_EVENTS = 500
ELSEWHERE = "another-unit"
ANOTHER_CASE = UUID(int=0)
Progress = Callable[[int], object]
"""Called with the number of streams or events that were done since the last call."""


class FactKind(StrEnum):
    STATE = "state"
    ACCESS = "access"
    DOCUMENT = "document"
    ROW = "row"
    INTEGRATION_EVENT = "integration-event"


ORDER = {kind: number for number, kind in enumerate(FactKind)}
OF_A_STREAM = (FactKind.STATE, FactKind.ACCESS, FactKind.DOCUMENT)


class LogGrows(Exception):
    """Something was recorded while the log was read: two versions would not be compared on the same log."""


@dataclass(frozen=True, slots=True)
class Fact:
    """`id`: of the stream (a state, who may access it, a document of it), the case (a row) or the position (an
    integration event). `name`: of the aggregate, the document, the projection; of an integration event nothing.

    `parts`: each part of it → a digest, or a short text where that says no personal value. `error`: the error that
    this version raised instead, with its place in the program; its message is left out, for it may hold a name."""

    kind: FactKind
    id: str
    name: str
    parts: Mapping[str, str] = field(default_factory=dict)
    error: str | None = None

    @property
    def key(self) -> tuple[int, str, int, str]:
        """Facts of any version come in the order of this: all those of a stream together, and rows one projection after
        the other, as they are folded."""
        if self.kind is FactKind.ROW:
            return 1, self.name, ORDER[self.kind], self.id
        return 0 if self.kind in OF_A_STREAM else 2, self.id, ORDER[self.kind], self.name


def gather_facts(service: Service, app: ServiceApplication, progress: Progress) -> Iterator[Fact]:
    """All facts, in the order of their keys. Reads the database and writes nothing. An event that cannot be read, a
    rule or a template that fails, is a fact with an error.

    Raises LogGrows at the end when anything was recorded meanwhile."""
    end = app.recorder.max_notification_id() or 0
    for facts in _facts_of_streams(service, app):
        yield from facts
        progress(1)
    yield from _rows(service, app, end)
    yield from _integration_events(service, app, end, progress)
    if (app.recorder.max_notification_id() or 0) != end:
        raise LogGrows(f"the log went on after position {end}")


def count_steps(app: ServiceApplication) -> int:
    """What `progress` adds up to."""
    (row,) = app.recorder.fetch(
        "SELECT count(*) FILTER (WHERE originator_version = 1) AS streams, count(*) AS events FROM {events}"
    )
    return int(row["streams"]) + int(row["events"])


def stored_rows(app: ServiceApplication, projection: Projection) -> list[Fact] | None:
    """The rows that the running version keeps in the database, as facts in the order of their keys; null for a
    projection that it does not keep, or keeps up to an earlier position than the log's last."""
    reached = app.recorder.fetch(
        "SELECT position FROM {schema}.projection_checkpoints WHERE projection = %s", (projection.name,)
    )
    if not reached or reached[0]["position"] < (app.recorder.max_notification_id() or 0):
        return None
    histories = Projector(app, (projection,)).digest_history(projection)
    rows = app.recorder.stream_rows(
        "SELECT case_id, document FROM {schema}.projection_rows WHERE projection = %s ORDER BY case_id",
        (projection.name,),
    )
    return [
        _row(projection, row["case_id"], row["document"], histories.get(row["case_id"], NO_HISTORY)) for row in rows
    ]


def _facts_of_streams(service: Service, app: ServiceApplication) -> Iterator[list[Fact]]:
    deciders = {decider.name: decider for decider in service.deciders}
    documented = defaultdict[str, list[DocumentedAggregate]](list)
    for each in _documented(service):
        documented[each.decider.name].append(each)
    streams = app.recorder.stream_rows(
        "SELECT originator_id, case_id, topic FROM {events} WHERE originator_version = 1 ORDER BY originator_id", ()
    )
    for row in streams:
        stream, case, name = row["originator_id"], row["case_id"], app.kind_of_event(row["topic"])
        if name is None:
            yield [Fact(FactKind.STATE, str(stream), name="", error=f"unknown event {row['topic']}")]
            continue
        written = [each for each in documented[name] if _is_within(app, each, case)]
        yield [
            _attempt(FactKind.STATE, stream, name, partial(_state, app, deciders[name], stream)),
            _attempt(FactKind.ACCESS, stream, name, partial(_access, service, app, stream, name)),
            *(fact for each in written for fact in _documents(app, each, case, stream)),
        ]


def _documented(service: Service) -> Iterator[DocumentedAggregate]:
    for router in service.routers:
        if isinstance(router, ResourceRouter):
            yield from router.documented


def _is_within(app: ServiceApplication, documented: DocumentedAggregate, case: UUID) -> bool:
    """One aggregate may stand within cases of several kinds, each with documents of its own."""
    return documented.parent is None or app.kind_of(case) == documented.parent.name


def _attempt(kind: FactKind, id: UUID | str, name: str, parts: Callable[[], Mapping[str, str]]) -> Fact:  # noqa: A002
    try:
        return Fact(kind, str(id), name=name, parts=parts())
    except Exception as error:
        return Fact(kind, str(id), name=name, error=describe_error(error))


def _state(app: ServiceApplication, decider: Decider[Any], stream: UUID) -> dict[str, str]:
    loaded = app.load(decider, stream, snapshots=False)
    return {"version": str(loaded.version)} | _digests(to_plain(loaded.state, _stored_form))


def _stored_form(encrypted: Encrypted) -> str:
    """The ciphertext, which stays as it is when its key is destroyed."""
    return f"{encrypted.key} {encrypted.ciphertext} {encrypted.aad}"


def _digests(value: Any) -> dict[str, str]:
    fields = value if isinstance(value, dict) else {"value": value}
    return {name: _digest(each) for name, each in fields.items()}


def _digest(value: Any) -> str:
    return sha256(json.dumps(value, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()[:16]


def _access(service: Service, app: ServiceApplication, stream: UUID, kind: str) -> dict[str, str]:
    """By role: the actions that are permitted inside the unit, outside of it, and to who is in charge."""
    case = service.find_protected_case(app, stream, kind)
    if case is None:
        return {}
    shown = {"shown": "yes" if case.unready is None else type(case.unready).__name__}
    return shown | {role.value: _permitted(case, role) for role in Role}


def _permitted(case: ProtectedCase, role: Role) -> str:
    inside = tuple(sorted(case.units))
    first = inside[0] if inside else None
    actors = {
        "inside": (Actor("nobody", role, unit=first, units=inside), case.id),
        "outside": (Actor("nobody", role, unit=ELSEWHERE), ANOTHER_CASE),
        "in charge": (Actor(case.adviser or "nobody", role, unit=first, units=inside), case.id),
    }
    bound = role in (Role.LEADER, Role.PROVIDER, Role.RECIPIENT)
    said = []
    for place, (actor, own_case) in actors.items():
        permitted = [
            action.value
            for action in AccessAction
            if evaluate(actor, own_case if bound else None, action, case).allowed
        ]
        said.append(f"{place}: {', '.join(permitted) or 'nothing'}")
    return "; ".join(said)


def _documents(app: ServiceApplication, documented: DocumentedAggregate, case: UUID, stream: UUID) -> list[Fact]:
    try:
        source = load_source(app, documented.decider, documented.parent, case=case, stream=stream)
        templates = list(documented.templates(source.state))
    except Exception as error:
        return [Fact(FactKind.DOCUMENT, str(stream), name=documented.decider.name, error=describe_error(error))]

    named = sorted(templates, key=lambda template: template.name)
    return [_attempt(FactKind.DOCUMENT, stream, each.name, partial(_written, each, source)) for each in named]


def _written(template: DocumentTemplate[Any], source: DocumentSource[Any]) -> dict[str, str]:
    if template.unavailable_because:
        return {"lacking": template.unavailable_because}
    return {"fingerprint": template.write(source).fingerprint}


def _rows(service: Service, app: ServiceApplication, end: int) -> Iterator[Fact]:
    for projection in sorted(service.projections, key=lambda each: each.name):
        yield from folded_rows(app, projection, end)


def folded_rows(app: ServiceApplication, projection: Projection, end: int) -> Iterator[Fact]:
    """The rows of one projection folded anew, up to a position."""
    try:
        folded = Projector(app, (projection,)).fold_all(projection, end)
    except Exception as error:
        yield Fact(FactKind.ROW, "", name=projection.name, error=describe_error(error))
        return
    for case in sorted(folded):
        yield _row(projection, case, folded[case].document, folded[case].history)


def _row(projection: Projection, case: UUID, document: Mapping[str, Any], history: str) -> Fact:
    parts = _digests(dict(document)) | {"version": str(document["version"]), "past rows": history[:16]}
    return Fact(FactKind.ROW, str(case), name=projection.name, parts=parts)


def _integration_events(service: Service, app: ServiceApplication, end: int, progress: Progress) -> Iterator[Fact]:
    """A private event, which no other service receives the content of, is none."""
    after = 0
    while entries := app.recorder.select_notifications(after, BATCH_EVENTS, end, inclusive_of_start=False):
        for entry in entries:
            fact = _attempt(FactKind.INTEGRATION_EVENT, f"{entry.id:012}", "", partial(_published, service, app, entry))
            if fact.parts or fact.error:
                yield fact
        after = entries[-1].id
        progress(len(entries))


def _published(service: Service, app: ServiceApplication, entry: LogEntry) -> dict[str, str]:
    (message,) = messages_of(app, service.to_integration_event, [entry])
    return {"contract": message.contract} | _digests(message.body) if message.contract else {}
