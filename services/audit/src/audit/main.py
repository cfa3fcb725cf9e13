"""Audit, put together."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib.resources import files

from audit import api, commands, domain, health
from audit.bundle import api as bundle_api
from audit.dossier import dossier
from audit.ledger import api as ledger_api
from audit.ledger import commands as ledger_commands
from audit.ledger.keeper import Keeper
from audit.ledger.settings import LedgerSettings
from audit.ledger.signing import Signing
from audit.ledger.witnesses import Witnesses
from audit.published import published
from audit.reactions import reactions
from audit.reconcile import commands as reconcile_commands
from audit.rights import rights
from audit.witness.commands import witness
from shared.eventlog import ServiceApplication
from shared.runtime import Service, Worker, command_line
from shared.settings import load_settings


def ledger() -> list[Callable[[ServiceApplication], Worker]]:
    """The only part that needs the signing key. Raises Misconfigured without it."""
    settings = load_settings(LedgerSettings)
    signing = Signing(settings.signer(), settings.remembered_in())
    return [
        partial(Keeper, signing=signing, every=settings.every),
        partial(Witnesses, addresses=settings.asked(), quorum=settings.quorum, every=settings.every),
    ]


service = Service(
    name="audit",
    title="DLA — audit",
    deciders=(domain.decider,),
    routers=(api.router, bundle_api.router, health.router, ledger_api.tlog, ledger_api.events),
    to_integration_event=published,
    publishes=(),
    reactions=reactions,
    find_protected_case=dossier,
    load_rights=rights,
    tables="\n".join(files(part).joinpath("tables.sql").read_text() for part in ("audit.ledger", "audit.reconcile")),
    workers=ledger,
    tags={
        "cases": "La chronologie d’un dossier à travers les services, et son dossier de preuves.",
        "ledger": "Le registre public qui engage chaque événement.",
    },
)
cli = command_line(service)
commands.install(cli)
ledger_commands.install(cli, service)
cli.add_typer(witness, name="witness")
reconcile_commands.install(cli, service)

if __name__ == "__main__":
    cli()
