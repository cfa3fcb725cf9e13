"""How are the ledger and the services compared? One pass over both, kept as it goes, resumed where it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
from psycopg.types.json import Jsonb

from audit.reconcile.audit_log import AuditLog
from audit.reconcile.comparison import Comparison, ServiceProgress
from audit.reconcile.finding import Finding, FindingKind
from audit.reconcile.ledger_check import check_ledger
from audit.reconcile.restored_logs import (
    BY_RESTORE,
    AcceptedRestore,
    accept_restore,
    build_history,
    find_accepted_restores,
)
from audit.reconcile.service_log import ServiceLog
from shared.eventlog import ServiceApplication
from shared.messaging import Feed, NotFollowed, check_motive, find_restored_log

BATCH_EVENTS = 500


@dataclass
class ReconciliationProgress:
    """`position` in audit's log, `leaf` of the ledger, and where each service was."""

    position: int = 0
    leaf: int = 0
    services: dict[str, ServiceProgress] = field(default_factory=dict)


@dataclass
class Reconciliation:
    """One that is kept: `nth` names it."""

    nth: int
    by: str
    begun_at: datetime
    ended_at: datetime | None
    findings: int
    reached: ReconciliationProgress


SELECT_RECONCILIATION = "SELECT nth, by, begun_at, ended_at, findings, progress FROM {schema}.reconciliations "


def begin_reconciliation(app: ServiceApplication, by: str, services: Sequence[str]) -> Reconciliation:
    reached = ReconciliationProgress(services={service: ServiceProgress() for service in services})
    (row,) = app.recorder.fetch(
        "INSERT INTO {schema}.reconciliations (by, progress) VALUES (%s, %s) RETURNING nth, begun_at",
        (by, Jsonb(msgspec.to_builtins(reached))),
    )
    return Reconciliation(row["nth"], by, begun_at=row["begun_at"], ended_at=None, findings=0, reached=reached)


def find_last_reconciliation(app: ServiceApplication, *, ended: bool) -> Reconciliation | None:
    """The last one that came to its end, or the last one begun when it did not."""
    where = "WHERE ended_at IS NOT NULL " if ended else ""
    rows = app.recorder.fetch(SELECT_RECONCILIATION + where + "ORDER BY nth DESC LIMIT 1")
    if not rows or (not ended and rows[0]["ended_at"]):
        return None
    progress = rows[0].pop("progress")
    return Reconciliation(**rows[0], reached=msgspec.convert(progress, ReconciliationProgress))


def check_own_log(app: ServiceApplication) -> Iterator[Finding]:
    """What differs within audit's own database: its log, the ledger's leaves, tiles and checkpoints."""
    audited = AuditLog(app)
    while audited.position < audited.until:
        for told in audited.batch(BATCH_EVENTS):
            if isinstance(told, Finding):
                yield told
            elif told.fault:
                yield told.fault
    yield from check_ledger(app)


class Reconciler:
    """Iterate over it for the findings; `done` of `total` events of audit's log are behind.

    Raises FeedUnavailable: what was compared is kept, and it can be resumed."""

    def __init__(self, app: ServiceApplication, feed: Feed, run: Reconciliation) -> None:
        self._app, self._run = app, run
        reached = run.reached
        self._audited = AuditLog(app, reached.position, reached.leaf)
        known = find_accepted_restores(app)
        self._comparisons = {
            service: Comparison(
                service,
                ServiceLog(feed, service, progress.after),
                self._audited.known,
                progress,
                build_history(service, known),
            )
            for service, progress in reached.services.items()
        }

    @property
    def done(self) -> int:
        return self._audited.position

    @property
    def total(self) -> int:
        return self._audited.until

    def findings(self, advanced: Callable[[], None] = lambda: None) -> Iterator[Finding]:
        while self._audited.position < self._audited.until:
            yield from self._counted(self._batch())
            self._save()
            advanced()
        yield from self._counted(check_ledger(self._app))
        for comparison in self._comparisons.values():
            yield from self._counted(comparison.rest())
        self._save(ended=True)

    def _batch(self) -> Iterator[Finding]:
        for told in self._audited.batch(BATCH_EVENTS):
            if isinstance(told, Finding):
                yield told
            elif told.publisher in self._comparisons:
                yield from self._comparisons[told.publisher].told(told)
            elif told.fault:
                yield told.fault

    def _counted(self, found: Iterator[Finding]) -> Iterator[Finding]:
        for finding in found:
            self._run.findings += 1
            yield finding

    def _save(self, *, ended: bool = False) -> None:
        run = self._run
        run.reached.position, run.reached.leaf = self._audited.position, self._audited.leaf
        self._app.recorder.fetch(
            "UPDATE {schema}.reconciliations SET saved_at = clock_timestamp(), findings = %s, progress = %s,"
            " ended_at = CASE WHEN %s THEN clock_timestamp() END WHERE nth = %s",
            (run.findings, Jsonb(msgspec.to_builtins(run.reached)), ended, run.nth),
        )


def follow_restored_log(app: ServiceApplication, feed: Feed, service: str, by: str, motive: str) -> AcceptedRestore:
    """Hears a service again that declares to have been restored, once nothing else differs from what the ledger holds.

    Raises NotFollowed or FeedUnavailable; then nothing has changed."""
    said, found, lost = check_motive(motive), find_restored_log(app, feed, service), 0
    for finding in Reconciler(app, feed, begin_reconciliation(app, by, [service])).findings():
        if finding.kind not in BY_RESTORE:
            raise NotFollowed(f"autre chose que la restauration les sépare. {finding}")
        lost += finding.kind is FindingKind.LOST
    return accept_restore(app, found, lost, by, said)
