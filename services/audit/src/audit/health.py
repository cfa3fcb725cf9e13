"""Health of the ledger: whether it signs, how far it is, and what the operator has to do."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from audit.ledger.signing import SigningRefusal
from audit.ledger.witnesses import WitnessFault
from audit.publishers import label_of
from audit.reconcile.restored_logs import AcceptedRestore, find_accepted_restores
from audit.reconcile.run import find_last_reconciliation
from audit.verified_events import find_tampered_events
from shared.eventlog import ServiceApplication

REFUSAL_ADVICE = {
    SigningRefusal.OTHER_KEY: (
        "La clé donnée n’est pas celle qui a signé jusqu’ici\u00a0: remettez la clé d’avant, depuis sa "
        "sauvegarde\u202f; si elle est perdue ou remplacée, «\u202fdla-audit replace-key\u202f» fait signer la"
        " nouvelle."
    ),
    SigningRefusal.OLDER_DATABASE: (
        "La base d’audit est plus ancienne que ce qui a été signé\u00a0: restaurez une sauvegarde plus "
        "récente. Rien ne sera signé d’ici là, pour que personne ne voie deux histoires. S’il n’y en a "
        "aucune, ce registre ne signera plus jamais, et ce qu’il a signé reste vrai\u00a0: gardez la base, la "
        "clé et le dernier point de contrôle retenu, puis commencez un autre registre, dans une base "
        "vide, sous une autre origine et une autre clé."
    ),
    SigningRefusal.ALTERED_LEDGER: (
        "Les lignes déjà signées ne sont plus les mêmes\u00a0: gardez une copie de la base telle qu’elle est, "
        "cherchez qui l’a modifiée, puis restaurez une sauvegarde saine. Si elle vient d’une sauvegarde "
        "plus ancienne que ce qui a été signé, restaurez-en une plus récente\u202f; à défaut, seul un autre "
        "registre signera."
    ),
    SigningRefusal.MISSING_TILES: (
        "Des tuiles manquent\u00a0: gardez une copie de la base telle qu’elle est, puis restaurez une sauvegarde saine."
    ),
    SigningRefusal.UNREADABLE_FILE: (
        "Le dernier point de contrôle retenu hors de la base est illisible\u00a0: restaurez ce fichier."
    ),
}
HALTED_ADVICE = (
    "Audit ne suit plus ce service, qui présente un autre journal\u00a0:"
    " «\u202fdla-audit reconcile\u202f» dit ce qui diffère\u202f; si le service a été restauré d’une sauvegarde,"
    " «\u202fdla-audit follow-restored\u202f» reprend son suivi."
)
FOREIGN_ADVICE = (
    "Audit ne suit plus ce service, qui a parlé au nom d’un autre\u00a0: quelqu’un s’en est peut-être rendu maître."
    " Rien de ce qu’il a dit pour un autre n’a été reçu, et «\u202fhalted\u202f» en donne l’exemple. Trouvez qui l’a"
    " écrit, changez les clés du service, comparez-le par «\u202fdla-audit reconcile\u202f», puis reprenez-le par"
    " «\u202fresume-publisher\u202f», chez audit et dans chaque service qui l’a arrêté."
)
SILENCE = timedelta(seconds=30)
"""A relay announces how far its log reaches every few seconds."""
SILENT_ADVICE = (
    "Ce service n’annonce plus rien\u00a0: son relais est arrêté, ou son flux NATS a disparu. Son adresse /readyz dit"
    " pourquoi\u202f; l’étape de déploiement «\u202fmigrate\u202f» remet le flux en place, et rien n’est perdu."
)
FINDINGS_ADVICE = "La dernière comparaison a trouvé des écarts\u00a0: «\u202fdla-audit reconcile\u202f» les nomme."
TAMPERED_ADVICE = (
    "Des événements ont été altérés chez audit\u00a0: il ne montre plus rien des dossiers concernés, et les personnes"
    " dont ils donnent ou retirent les droits n’y en ont plus aucun."
    " «\u202fdla-audit reconcile\u202f» les nomme\u202f; gardez une copie de la base, puis restaurez une sauvegarde"
    " saine."
)
FAULT_ADVICE = {
    WitnessFault.UNREACHABLE: "Ce témoin ne répond pas\u00a0: il sera rattrapé dès qu’il répondra.",
    WitnessFault.REFUSES: "Ce témoin refuse de cosigner\u00a0: connaît-il l’origine et la clé de ce registre\u202f?",
    WitnessFault.FORK: "Ce témoin a cosigné une autre histoire de ce registre\u00a0: gardez une copie de la base, et"
    " comparez son point de contrôle avec les nôtres.",
    WitnessFault.AHEAD: "Ce témoin a cosigné plus de lignes que le registre n’en a\u00a0: la base a été restaurée d’une"
    " sauvegarde plus ancienne, ou quelqu’un d’autre signe avec cette clé.",
    WitnessFault.STATE_LOST: "Ce témoin a perdu ce qu’il avait cosigné\u00a0: il ne vaut plus comme témoin\u202f; que"
    " son organisation en commence un autre, avec une nouvelle clé.",
}
GRAVE_FAULTS = frozenset({WitnessFault.FORK, WitnessFault.AHEAD, WitnessFault.STATE_LOST})
QUORUM_ADVICE = "Moins de {quorum} témoins ont cosigné ce qui était signé il y a une minute."
COSIGNING_DELAY = timedelta(minutes=1)
NEVER_RECONCILED_ADVICE = (
    "Aucune comparaison n’a encore été menée à son terme\u00a0: lancez «\u202fdla-audit reconcile\u202f»."
)


class LastCheckpoint(BaseModel):
    size: int
    signed_at: datetime
    key: str


class CurrentRefusal(BaseModel):
    """Why nothing is signed now, and what to do."""

    reason: SigningRefusal
    detail: str
    advice: str


class ServiceProgress(BaseModel):
    """`position`: the last event received; `announced`: how far the service says that its log reaches. `halted`: why
    nothing more of it is received. `silent`: it announces nothing any more, so that `lag` may be too small."""

    service: str
    log_id: UUID
    position: int
    announced: int | None
    announced_at: datetime | None
    lag: int | None
    halted: str | None
    silent: bool


class LastReconciliation(BaseModel):
    """The last comparison that came to its end; `services`: up to which position."""

    by: str
    started_at: datetime
    ended_at: datetime
    findings: int
    services: dict[str, int]


class WitnessHealth(BaseModel):
    """`size`: the largest that it has cosigned; `behind`: it has not cosigned what was signed a minute ago. `fault`:
    why, at the last request."""

    name: str
    key: str
    size: int | None
    cosigned_at: datetime | None
    behind: bool
    fault: WitnessFault | None
    detail: str | None
    advice: str | None


class Health(BaseModel):
    """`size`: what is integrated; `received`: the events in audit's log; `tampered_events`: those that are no longer
    what the ledger committed to, so that nothing of their case is shown and no right of their identity counts.
    `quorum`: how many witnesses must have cosigned."""

    healthy: bool
    received: int
    size: int
    checkpoint: LastCheckpoint | None
    refusal: CurrentRefusal | None
    services: list[ServiceProgress]
    last_reconciliation: LastReconciliation | None
    advice: list[str]
    tampered_events: list[UUID] = []
    witnesses: list[WitnessHealth] = []
    quorum: int = 0
    accepted_restores: list[AcceptedRestore] = []


def get_health(app: ServiceApplication) -> Health:
    recorder = app.recorder
    (row,) = recorder.fetch("SELECT size, refusal_reason, refusal_detail, quorum FROM {schema}.ledger")
    refusal = _refusal(row["refusal_reason"], row["refusal_detail"])
    services, reconciliation, tampered = _services(app), _last_reconciliation(app), find_tampered_events(app)
    witnesses, quorum = _witnesses(app), row["quorum"]
    halted = [each.service for each in services if each.halted]
    silent = [each.service for each in services if each.silent and not each.halted]
    grave = [each for each in witnesses if each.fault in GRAVE_FAULTS]
    misses_quorum = sum(not each.behind and each.fault not in GRAVE_FAULTS for each in witnesses) < quorum
    problems = [refusal.advice] if refusal else []
    advice = {row["publisher"]: FOREIGN_ADVICE for row in recorder.fetch(SELECT_FOREIGN)}
    problems += [f"{label_of(name)} ({name})\u00a0: {advice.get(name, HALTED_ADVICE)}" for name in halted]
    problems += [f"{label_of(name)} ({name})\u00a0: {SILENT_ADVICE}" for name in silent]
    problems += [f"{each.name}\u00a0: {each.advice}" for each in grave]
    if misses_quorum:
        problems.append(QUORUM_ADVICE.format(quorum=quorum))
    if tampered:
        problems.append(TAMPERED_ADVICE)
    if reconciliation and reconciliation.findings:
        problems.append(FINDINGS_ADVICE)
    return Health(
        healthy=not problems,
        received=recorder.max_notification_id() or 0,
        size=row["size"],
        checkpoint=_last_checkpoint(app),
        refusal=refusal,
        services=services,
        last_reconciliation=reconciliation,
        tampered_events=tampered,
        witnesses=witnesses,
        quorum=quorum,
        accepted_restores=find_accepted_restores(app),
        advice=problems if reconciliation else [*problems, NEVER_RECONCILED_ADVICE],
    )


def _refusal(reason: str | None, detail: str) -> CurrentRefusal | None:
    if reason is None:
        return None
    refusal = SigningRefusal(reason)
    return CurrentRefusal(reason=refusal, detail=detail, advice=REFUSAL_ADVICE[refusal])


SELECT_FOREIGN = "SELECT publisher FROM {schema}.sources WHERE halted_as_foreign"
SELECT_WITNESSES = """
    SELECT w.witness AS key, w.fault, w.detail, c.size, c.received_at AS cosigned_at,
        coalesce(c.size, -1) < coalesce(
            (SELECT max(size) FROM {schema}.checkpoints WHERE signed_at < clock_timestamp() - %s), -1) AS behind
    FROM {schema}.witnesses w LEFT JOIN LATERAL (
        SELECT size, received_at FROM {schema}.cosignatures c WHERE c.witness = w.witness ORDER BY size DESC LIMIT 1
    ) c ON true
    ORDER BY w.witness
"""


def _witnesses(app: ServiceApplication) -> list[WitnessHealth]:
    return [
        WitnessHealth(
            name=row["key"].partition("+")[0],
            advice=FAULT_ADVICE[WitnessFault(row["fault"])] if row["fault"] else None,
            **row,
        )
        for row in app.recorder.fetch(SELECT_WITNESSES, (COSIGNING_DELAY,))
    ]


def _last_checkpoint(app: ServiceApplication) -> LastCheckpoint | None:
    rows: list[dict[str, Any]] = app.recorder.fetch(
        "SELECT size, signed_at, key FROM {schema}.checkpoints ORDER BY nth DESC LIMIT 1"
    )
    return LastCheckpoint(**rows[0]) if rows else None


def _services(app: ServiceApplication) -> list[ServiceProgress]:
    rows = app.recorder.fetch(
        "SELECT s.publisher AS service, s.log_id, s.halted, s.announced, s.announced_at,"
        " coalesce(s.announced_at NOT BETWEEN clock_timestamp() - %(silence)s AND clock_timestamp() + %(silence)s,"
        " false) AS silent,"  # far ahead: announced before the clock was set back
        " coalesce((SELECT t.number FROM {schema}.tracked t"
        " WHERE (t.publisher, t.log_id, t.partition) = (s.publisher, s.log_id, -1)), 0) AS position"
        " FROM {schema}.sources s ORDER BY s.publisher",
        {"silence": SILENCE},
    )
    return [
        ServiceProgress(**row, lag=None if row["announced"] is None else max(0, row["announced"] - row["position"]))
        for row in rows
    ]


def _last_reconciliation(app: ServiceApplication) -> LastReconciliation | None:
    run = find_last_reconciliation(app, ended=True)
    if run is None or run.ended_at is None:
        return None
    return LastReconciliation(
        by=run.by,
        started_at=run.started_at,
        ended_at=run.ended_at,
        findings=run.findings,
        services={service: progress.reached for service, progress in run.progress.services.items()},
    )
