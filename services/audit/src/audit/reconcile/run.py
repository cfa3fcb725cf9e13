"""A reconciliation: one pass over the ledger and the services' logs, saved as it goes, resumable."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
from psycopg.types.json import Jsonb

from audit.reconcile.audit_log import AuditLog
from audit.reconcile.comparison import Comparison, ComparisonProgress
from audit.reconcile.finding import Finding, FindingKind
from audit.reconcile.ledger_check import check_ledger
from audit.reconcile.restored_logs import (
    BY_RESTORE,
    AcceptedRestore,
    accept_restore,
    build_history,
    find_accepted_restores,
)
from audit.reconcile.service_log import ServiceFeedReader
from shared.eventlog import ServiceApplication
from shared.messaging import Feed, NotFollowed, check_reason, find_restored_log

BATCH_EVENTS = 500
SAVE_SECONDS = 1.0
"""At least, between two saves of the progress, each of which waits for the disk. One that is interrupted compares again
what it compared since the last."""


@dataclass
class ReconciliationProgress:
    """`position` in audit's log, `next_leaf` of the ledger, and where each service was."""

    position: int = 0
    next_leaf: int = 0
    services: dict[str, ComparisonProgress] = field(default_factory=dict)


@dataclass
class Reconciliation:
    """A stored reconciliation: `nth` names it."""

    nth: int
    by: str
    started_at: datetime
    ended_at: datetime | None
    findings: int
    progress: ReconciliationProgress


SELECT_RECONCILIATION = "SELECT nth, by, started_at, ended_at, findings, progress FROM {schema}.reconciliations "


def begin_reconciliation(app: ServiceApplication, by: str, services: Sequence[str]) -> Reconciliation:
    progress = ReconciliationProgress(services={service: ComparisonProgress() for service in services})
    (row,) = app.recorder.fetch(
        "INSERT INTO {schema}.reconciliations (by, progress) VALUES (%s, %s) RETURNING nth, started_at",
        (by, Jsonb(msgspec.to_builtins(progress))),
    )
    return Reconciliation(row["nth"], by, started_at=row["started_at"], ended_at=None, findings=0, progress=progress)


def find_last_reconciliation(app: ServiceApplication, *, ended: bool) -> Reconciliation | None:
    """The last one that was completed, or the last one begun when it was not."""
    where = "WHERE ended_at IS NOT NULL " if ended else ""
    rows = app.recorder.fetch(SELECT_RECONCILIATION + where + "ORDER BY nth DESC LIMIT 1")
    if not rows or (not ended and rows[0]["ended_at"]):
        return None
    progress = rows[0].pop("progress")
    return Reconciliation(**rows[0], progress=msgspec.convert(progress, ReconciliationProgress))


def check_own_log(app: ServiceApplication) -> Iterator[Finding]:
    """What differs within audit's own database: its log, and the ledger's leaves, tiles and checkpoints."""
    with ThreadPoolExecutor(1) as pool:
        audit_log = AuditLog(app, pool)
        while audit_log.position < audit_log.until:
            for item in audit_log.read_batch(BATCH_EVENTS):
                if isinstance(item, Finding):
                    yield item
                elif item.own_finding:
                    yield item.own_finding
    yield from check_ledger(app)


class Reconciler:
    """Runs a reconciliation; `done` of `total` events of audit's log are compared. While one page of each service and
    one batch of audit's log are compared, the next ones are read.

    Raises FeedUnavailable: what was compared is saved, but for the last second, and the reconciliation can be resumed.
    """

    def __init__(self, app: ServiceApplication, feed: Feed, run: Reconciliation) -> None:
        self._app, self._run = app, run
        self._pool = ThreadPoolExecutor(len(run.progress.services) + 1)
        self._audit_log = AuditLog(app, self._pool, run.progress.position, run.progress.next_leaf)
        restores = find_accepted_restores(app)
        self._comparisons = {
            service: Comparison(
                service,
                ServiceFeedReader(feed, service, self._pool, progress.after),
                self._audit_log.find_event,
                progress,
                build_history(service, restores),
            )
            for service, progress in run.progress.services.items()
        }

    @property
    def done(self) -> int:
        return self._audit_log.position

    @property
    def total(self) -> int:
        return self._audit_log.until

    def findings(self, advance: Callable[[], None] = lambda: None) -> Generator[Finding, None, None]:
        """`advance` is called after each batch."""
        with self._pool:
            for comparison in self._comparisons.values():
                comparison.begin()
            yield from self._count(self._compare_all(advance))
        self._save(ended=True)

    def _compare_all(self, advance: Callable[[], None]) -> Iterator[Finding]:
        saved_at = time.monotonic()
        while self._audit_log.position < self._audit_log.until:
            yield from self._compare_batch()
            if time.monotonic() - saved_at >= SAVE_SECONDS:
                self._save()
                saved_at = time.monotonic()
            advance()
        yield from check_ledger(self._app)
        for comparison in self._comparisons.values():
            yield from comparison.finish()

    def _compare_batch(self) -> Iterator[Finding]:
        for item in self._audit_log.read_batch(BATCH_EVENTS):
            if isinstance(item, Finding):
                yield item
            elif item.publisher in self._comparisons:
                yield from self._comparisons[item.publisher].compare(item)
            elif item.own_finding:
                yield item.own_finding

    def _count(self, findings: Iterator[Finding]) -> Iterator[Finding]:
        for finding in findings:
            self._run.findings += 1
            yield finding

    def _save(self, *, ended: bool = False) -> None:
        run = self._run
        run.progress.position, run.progress.next_leaf = self._audit_log.position, self._audit_log.next_leaf
        self._app.recorder.fetch(
            "UPDATE {schema}.reconciliations SET saved_at = clock_timestamp(), findings = %s, progress = %s,"
            " ended_at = CASE WHEN %s THEN clock_timestamp() END WHERE nth = %s",
            (run.findings, Jsonb(msgspec.to_builtins(run.progress)), ended, run.nth),
        )


def follow_restored_log(app: ServiceApplication, feed: Feed, service: str, by: str, reason: str) -> AcceptedRestore:
    """Follows a service again that declares a restore, once nothing else differs from the ledger.

    Raises NotFollowed or FeedUnavailable; then nothing has changed."""
    reason, restored, lost = check_reason(reason), find_restored_log(app, feed, service), 0
    with closing(Reconciler(app, feed, begin_reconciliation(app, by, [service])).findings()) as findings:
        for finding in findings:
            if finding.kind not in BY_RESTORE:
                raise NotFollowed(f"autre chose que la restauration les sépare. {finding}")
            lost += finding.kind is FindingKind.LOST
    return accept_restore(app, restored, lost, by, reason)
