"""Rebuild check: every aggregate and projected row folded anew from the first event, compared with what is served."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from shared.eventlog import ServiceApplication, to_plain
from shared.kernel import Decider
from shared.projections import NO_HISTORY, Projector, canonical_json
from shared.runtime.service import Service


def check_rebuild(service: Service, app: ServiceApplication, cases: set[UUID]) -> Iterator[dict[str, Any]]:
    """One line for each aggregate and each projected row, of these cases or of all. `matches`: whether it equals what
    is served, and the rows of its past do. `opened`: false for a phase that has only heard of the case, whose state no
    address returns yet."""
    end = app.recorder.max_notification_id() or 0
    yield from _aggregates(service, app, cases, end)
    yield from _rows(service, app, cases, end)


def _aggregates(service: Service, app: ServiceApplication, cases: set[UUID], end: int) -> Iterator[dict[str, Any]]:
    decider_of = {event: decider for decider in service.deciders for event in decider.events}
    streams: dict[UUID, tuple[UUID, Decider[Any]]] = {}
    after = 0
    while entries := app.recorder.select_notifications(after, 500, end, inclusive_of_start=False):
        for entry, event in app.events_of(entries):
            if not cases or entry.case_id in cases:
                # By its first event: later ones may be of a kind that two aggregates record.
                streams.setdefault(event.originator_id, (entry.case_id, decider_of[type(event.data)]))
        after = entries[-1].id
    for stream, (case, decider) in streams.items():
        folded, served = app.load(decider, stream, snapshots=False), app.load(decider, stream)
        state = to_plain(folded.state, app.key_store.display_text)
        owned = service.find_protected_case(app, stream, decider.name)
        yield {
            "case": str(case),
            "stream": str(stream),
            "aggregate": decider.name,
            "version": folded.version,
            "opened": owned is None or owned.opened,
            "state": state,
            "matches": folded.version == served.version and state == to_plain(served.state, app.key_store.display_text),
        }


def _rows(service: Service, app: ServiceApplication, cases: set[UUID], end: int) -> Iterator[dict[str, Any]]:
    projector = Projector(app, service.projections)
    for projection in service.projections:
        rows = app.recorder.fetch(
            "SELECT case_id, document FROM {schema}.projection_rows WHERE projection = %s", (projection.name,)
        )
        served = {row["case_id"]: canonical_json(row["document"]) for row in rows}
        histories = projector.digest_history(projection)
        for case, row in projector.fold_all(projection, end).items():
            if not cases or case in cases:
                same_history = histories.get(case, NO_HISTORY) == row.history
                yield {
                    "case": str(case),
                    "projection": projection.name,
                    "version": row.document["version"],
                    "state": row.document,
                    "matches": served.get(case) == canonical_json(row.document) and same_history,
                }
