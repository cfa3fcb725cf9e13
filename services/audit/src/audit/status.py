"""What audit measures beyond what all services do: the ledger, its checkpoints, witnesses and comparisons."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from audit.health import GRAVE_FAULTS, Health, WitnessHealth, get_health
from shared.eventlog import ServiceApplication
from shared.health import LATE_SECONDS, Gauge, GaugeValue, HealthFault, OwnStatus

LEDGER_SIZE = Gauge("dla_ledger_size", "Leaves of the ledger")
SIGNED_SIZE = Gauge("dla_ledger_signed_size", "Leaves under the last signed checkpoint")
CHECKPOINT_AGE = Gauge(
    "dla_checkpoint_age_seconds", "Since the last checkpoint was signed; none is when nothing is new"
)
CHECKPOINT_DELAY = Gauge(
    "dla_checkpoint_delay_seconds", "Age of the oldest event that no checkpoint covers; 0 without any"
)
SIGNING_REFUSED = Gauge(
    "dla_ledger_signing_refused", "Whether nothing is signed until an operator acts", labels=("reason",)
)
COSIGNED_SIZE = Gauge("dla_cosigned_size", "Leaves that the witness has cosigned", labels=("witness",))
COSIGNATURE_AGE = Gauge("dla_cosignature_age_seconds", "Since the witness last cosigned", labels=("witness",))
WITNESS_BEHIND = Gauge(
    "dla_witness_behind", "Whether the witness lacks what was signed a minute ago", labels=("witness",)
)
WITNESS_QUORUM = Gauge("dla_witness_quorum_missing", "How many more witnesses should have cosigned")
TAMPERED_EVENTS = Gauge("dla_tampered_events", "Events that are no longer what the ledger committed to")
COMPARISON_AGE = Gauge("dla_reconciliation_age_seconds", "Since the last comparison with the services came to its end")
COMPARISON_FINDINGS = Gauge("dla_reconciliation_findings", "What the last comparison found")
GAUGES = (
    LEDGER_SIZE,
    SIGNED_SIZE,
    CHECKPOINT_AGE,
    CHECKPOINT_DELAY,
    SIGNING_REFUSED,
    COSIGNED_SIZE,
    COSIGNATURE_AGE,
    WITNESS_BEHIND,
    WITNESS_QUORUM,
    TAMPERED_EVENTS,
    COMPARISON_AGE,
    COMPARISON_FINDINGS,
)
ADVICE = {
    "ledger-refuses": "`dla-audit health` says what to do. Nothing is lost, and nothing more is signed until then.",
    "checkpoint-late": "Look at the log of audit's role `work`: does it run, has it the ledger's key and its file?",
    "witness-silent": "`dla-audit health` says what the witness answers; it is caught up as soon as it cosigns.",
    "quorum-missed": "Fewer witnesses have cosigned than are asked for: call the organisations that run them.",
    "events-tampered": "Keep a copy of the database, run `dla-audit reconcile`, and restore a sound back-up.",
    "comparison-found": "`dla-audit reconcile` names each difference.",
}
UNCOVERED = """
    SELECT extract(epoch FROM %s - e.recorded_at) AS seconds FROM {events} e WHERE e.position = coalesce(
        (SELECT r.position FROM {schema}.leaves l
         JOIN {events} r ON (r.originator_id, r.originator_version) = (l.event_id, 1)
         WHERE l.index = coalesce((SELECT size FROM {schema}.checkpoints ORDER BY nth DESC LIMIT 1), 0)),
        (SELECT position + 1 FROM {schema}.ledger))
"""
"""The oldest event without a checkpoint: that of the first leaf behind the last one, or the first that has no leaf."""


def find_ledger_status(app: ServiceApplication) -> OwnStatus:
    health = get_health(app)
    rows = app.recorder.fetch(UNCOVERED, (app.clock.now(),))
    delay = max(0.0, float(rows[0]["seconds"])) if rows else 0.0
    return [*_measures(health, delay)], [*_faults(health, delay)]


def _measures(health: Health, delay: float) -> Iterator[GaugeValue]:
    now = datetime.now(UTC)
    yield LEDGER_SIZE(health.size)
    yield CHECKPOINT_DELAY(delay)
    if health.checkpoint:
        yield SIGNED_SIZE(health.checkpoint.size)
        yield CHECKPOINT_AGE(_age(health.checkpoint.signed_at, now))
    if health.refusal:
        yield SIGNING_REFUSED(1, health.refusal.reason)
    for witness in health.witnesses:
        yield WITNESS_BEHIND(witness.behind, witness.name)
        if witness.size is not None and witness.cosigned_at is not None:
            yield COSIGNED_SIZE(witness.size, witness.name)
            yield COSIGNATURE_AGE(_age(witness.cosigned_at, now), witness.name)
    yield WITNESS_QUORUM(_missing(health))
    yield TAMPERED_EVENTS(len(health.tampered_events))
    if comparison := health.last_reconciliation:
        yield COMPARISON_AGE(_age(comparison.ended_at, now))
        yield COMPARISON_FINDINGS(comparison.findings)


def _faults(health: Health, delay: float) -> Iterator[HealthFault]:
    if health.refusal:
        yield _fault("ledger-refuses", health.refusal.detail)
    elif delay > LATE_SECONDS:
        yield _fault("checkpoint-late", f"the oldest event without a checkpoint waits for {delay:.0f} seconds")
    for witness in health.witnesses:
        if witness.behind:
            yield _fault("witness-silent", _witness_detail(witness), witness.name)
    if missing := _missing(health):
        yield _fault("quorum-missed", f"{missing} more should have cosigned what was signed a minute ago")
    if health.tampered_events:
        yield _fault("events-tampered", f"{len(health.tampered_events)} events are not what the ledger committed to")
    if (comparison := health.last_reconciliation) and comparison.findings:
        yield _fault("comparison-found", f"the last comparison found {comparison.findings} differences")


def _missing(health: Health) -> int:
    return max(0, health.quorum - sum(not each.behind and each.fault not in GRAVE_FAULTS for each in health.witnesses))


def _witness_detail(witness: WitnessHealth) -> str:
    return f"{witness.fault}: {witness.detail}" if witness.fault else "it lacks what was signed a minute ago"


def _fault(name: str, detail: str, about: str | None = None) -> HealthFault:
    return HealthFault(fault=name, about=about, detail=detail, advice=ADVICE[name])


def _age(since: datetime, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds())
