"""The projector: folds what is new in the log into the rows of each projection, and keeps the rows that it replaces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any
from uuid import UUID

from shared.eventlog import ServiceApplication
from shared.kernel import WorkerLoop
from shared.projections.fold_anew import fold_anew
from shared.projections.projection import Projection, Row, canonical_json
from shared.projections.row_history import RecordedEntry, RowChanges, read_rows, write_backdated


class LogReader:
    """Batches of decoded events. Projections that stand at the same position are given the same batch."""

    def __init__(self, app: ServiceApplication, limit: int) -> None:
        self._app, self.limit = app, limit
        self._after, self._batch = -1, list[RecordedEntry]()

    def batch_after(self, position: int) -> Sequence[RecordedEntry]:
        if position != self._after or not self._batch:
            entries = self._app.recorder.select_notifications(position, self.limit, inclusive_of_start=False)
            self._after, self._batch = position, list(self._app.events_of(entries))
        return self._batch


class HistoryDigest:
    """Of the rows of a case that later ones replaced, in order: what they said, and from when until when."""

    def __init__(self) -> None:
        self._digest = sha256()

    def add(self, row: Mapping[str, Any]) -> None:
        self._digest.update(f"{row['since']} {row['until']} ".encode() + canonical_json(row["document"]))

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


@dataclass(frozen=True, slots=True)
class FoldedRow:
    """A row folded anew. `history`: the digest of those that it replaced."""

    document: Row
    history: str


READ_HISTORY = (
    "SELECT case_id, since, until, document FROM {schema}.projection_history WHERE projection = %s"
    " ORDER BY case_id, since"
)
NO_HISTORY = HistoryDigest().hexdigest()


class Projector:
    """Follows the log from each projection's checkpoint. Replicas take turns on the lock of the checkpoint's row.

    One thread for all projections of a process: `advance` holds a connection of the pool and takes a second one to read
    the log, so that a thread for each could leave none to requests."""

    BATCH = 2_000
    POLL_SECONDS = 5.0
    """Without being woken. The notifier wakes it when the log has grown, whoever wrote."""
    MAX_RETRY_SECONDS = 1.0
    ANEW_EVENTS = 2 * BATCH
    """From so many events on, a projection without a checkpoint is folded case by case (`fold_anew`)."""

    def __init__(self, app: ServiceApplication, projections: tuple[Projection, ...]) -> None:
        self._app, self._projections = app, projections
        self._loop = WorkerLoop(
            f"projections {app.service}",
            self.catch_up,
            interval_seconds=self.POLL_SECONDS,
            max_backoff_seconds=self.MAX_RETRY_SECONDS,
        )

    def start(self) -> None:
        self._app.recorder.notifier.listeners.append(self._loop.wake_up)
        self._loop.start()

    def stop(self) -> None:
        self._loop.stop()

    @property
    def fault(self) -> str | None:
        """Why nothing is folded now."""
        return self._loop.fault

    def catch_up(self) -> None:
        """Folds all that is new, batch by batch for all projections. Raises the first error once each projection has
        been tried: one that fails keeps no other back."""
        errors = dict[str, Exception]()
        anew, left = self._behind()
        if anew:
            failed = fold_anew(self._app, anew, partial(self._follow_meanwhile, errors))
            left = self._behind()[1] + failed
        log = LogReader(self._app, self.BATCH)
        while left and not self._loop.stopping.is_set():
            left = self._advance_each(left, log, errors)
        if errors:
            raise next(iter(errors.values()))

    def _follow_meanwhile(self, errors: dict[str, Exception]) -> bool:
        """While others are folded anew, the ones that are served stay up to date. Whether to go on."""
        following = [each for each in self._behind()[1] if each.name not in errors]
        self._advance_each(following, LogReader(self._app, self.BATCH), errors)
        return not self._loop.stopping.is_set()

    def _advance_each(
        self, projections: Sequence[Projection], log: LogReader, errors: dict[str, Exception]
    ) -> list[Projection]:
        """Those for which there may be more. `errors`: gets those of the ones that fail, by name."""
        left = []
        for projection in projections:
            try:
                if self.advance(projection, log):
                    left.append(projection)
            except Exception as error:
                error.add_note(f"in projection {projection.name}")
                errors[projection.name] = error
        return left

    def _behind(self) -> tuple[list[Projection], list[Projection]]:
        """Those that have to be folded anew from a long log, and the others that have events to fold. Mostly there is
        none, and one read is all that is done: taking the lock of each checkpoint writes to the disk."""
        rows = self._app.recorder.fetch(
            "SELECT name, coalesce(reached.position, 0) AS position, log.position AS last"
            " FROM (SELECT max(position) AS position FROM {events}) AS log, unnest(%s::text[]) AS known (name)"
            " LEFT JOIN {schema}.projection_checkpoints AS reached ON reached.projection = known.name"
            " WHERE coalesce(reached.position, 0) < log.position",
            ([projection.name for projection in self._projections],),
        )
        is_new = {row["name"]: row["position"] == 0 and row["last"] >= self.ANEW_EVENTS for row in rows}
        behind = [projection for projection in self._projections if projection.name in is_new]
        anew = [each for each in behind if is_new[each.name]]
        return anew, [each for each in behind if not is_new[each.name]]

    def advance(self, projection: Projection, log: LogReader | None = None) -> bool:
        """Folds one batch; rows, their history and the checkpoint change in one transaction. True when there may be
        more. `log`: what other projections have read already.

        Events are read and decoded before the transaction: PostgreSQL ends one that is idle for five seconds, which a
        busy machine may take for that."""
        log, position = log or LogReader(self._app, self.BATCH), self._position_of(projection)
        if not (events := log.batch_after(position)):
            return False
        with self._app.recorder.datastore.get_connection() as connection, connection.transaction():
            connection.execute(
                "INSERT INTO projection_checkpoints VALUES (%s, 0) ON CONFLICT DO NOTHING", (projection.name,)
            )
            row = connection.execute(
                "SELECT position FROM projection_checkpoints WHERE projection = %s FOR UPDATE", (projection.name,)
            ).fetchone()
            assert row is not None
            if row["position"] != position:  # another replica has folded them meanwhile
                return True
            changes = RowChanges(projection, read_rows(connection, projection, {entry.case_id for entry, _ in events}))
            for entry, event in events:
                changes.apply(entry, event)
            changes.write(connection)
            write_backdated(connection, events)
            connection.execute(
                "UPDATE projection_checkpoints SET position = %s WHERE projection = %s",
                (events[-1][0].id, projection.name),
            )
        return len(events) == log.limit

    def _position_of(self, projection: Projection) -> int:
        rows = self._app.recorder.fetch(
            "SELECT position FROM {schema}.projection_checkpoints WHERE projection = %s", (projection.name,)
        )
        return rows[0]["position"] if rows else 0

    def fold_all(self, projection: Projection, until: int) -> dict[UUID, FoldedRow]:
        """All rows folded again from position 1, without changing those that are served."""
        changes, histories = RowChanges(projection, {}), dict[UUID, HistoryDigest]()
        after = 0
        while entries := self._app.recorder.select_notifications(after, 500, until, inclusive_of_start=False):
            for entry, event in self._app.events_of(entries):
                changes.apply(entry, event)
            for row in changes.replaced:
                histories.setdefault(row["case_id"], HistoryDigest()).add(row)
            changes.replaced.clear()
            after = entries[-1].id
        return {
            case: FoldedRow(stored.document, histories.get(case, HistoryDigest()).hexdigest())
            for case, stored in changes.rows.items()
        }

    def digest_history(self, projection: Projection) -> dict[UUID, str]:
        """By case, the digest of the rows of the past that are served, as `fold_all` gives it."""
        histories: dict[UUID, HistoryDigest] = {}
        for row in self._app.recorder.stream_rows(READ_HISTORY, (projection.name,)):
            histories.setdefault(row["case_id"], HistoryDigest()).add(row)
        return {case: history.hexdigest() for case, history in histories.items()}
