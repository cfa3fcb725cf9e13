"""The audit service: its parts, put together."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib.resources import files
from pathlib import Path

from audit import domain
from audit.access_log_seal import read_own_seals, seal_own_access_log
from audit.api import bundle, changes, feed, health, overview, proofs, receipts, timeline, tlog
from audit.cli import bundle as bundle_cli
from audit.cli import keys as keys_cli
from audit.cli import reconcile as reconcile_cli
from audit.hub.deployment import deployed
from audit.hub.settings import HubSettings, read_regions
from audit.integration_events import to_integration_event
from audit.ledger.settings import LedgerSettings
from audit.ledger.signing import CheckpointSigner
from audit.ledger.witnesses import WitnessWorkers
from audit.ledger.worker import LedgerWorker
from audit.ownership import find_protected_case
from audit.reactions import reactions
from audit.rights import load_rights
from audit.status import find_ledger_status
from audit.witness.cli import witness
from shared.eventlog import ServiceApplication
from shared.runtime import Service, Worker, command_line
from shared.settings import load_settings


def ledger_workers() -> list[Callable[[ServiceApplication], Worker]]:
    """The only part that needs the signing key. Raises Misconfigured without it."""
    settings = load_settings(LedgerSettings)
    signer = CheckpointSigner(settings.signer(), settings.checkpoint_path())
    return [
        partial(LedgerWorker, signer=signer, interval_seconds=settings.interval_seconds),
        partial(
            WitnessWorkers,
            addresses=settings.witness_addresses(),
            quorum=settings.quorum,
            interval_seconds=settings.interval_seconds,
        ),
    ]


_of_a_region = Service(
    name="audit",
    title="DLA — audit",
    deciders=(domain.decider,),
    routers=(
        timeline.router,
        changes.router,
        bundle.router,
        health.router,
        tlog.router,
        proofs.router,
        receipts.router,
        overview.router,
        feed.router,
    ),
    to_integration_event=to_integration_event,
    publishes=(),
    reactions=reactions,
    find_protected_case=find_protected_case,
    load_rights=load_rights,
    seal_access_log=seal_own_access_log,
    read_seals=read_own_seals,
    tables="\n".join(files(part).joinpath("tables.sql").read_text() for part in ("audit.ledger", "audit.reconcile")),
    workers=ledger_workers,
    find_own_status=find_ledger_status,
    tags={
        "cases": "La chronologie d’un dossier à travers les services, et son dossier de preuves.",
        "overview": "Toutes les phases d’un coup\u00a0: la charge de travail, les dossiers, les lectures.",
        "ledger": "Le registre public qui engage chaque événement.",
    },
    own_settings=HubSettings,
    descriptions=Path(__file__).with_name("field_descriptions.toml"),
)
service = deployed(_of_a_region, read_regions())
cli = command_line(service)
bundle_cli.install(cli)
keys_cli.install(cli, service)
cli.add_typer(witness, name="witness")
reconcile_cli.install(cli, service)

if __name__ == "__main__":
    cli()
