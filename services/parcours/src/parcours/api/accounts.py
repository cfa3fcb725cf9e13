"""Accounts of providers that a command names: those of a provider to whom the case is open."""

from __future__ import annotations

from collections.abc import Set
from uuid import UUID

from parcours.domain.assignment.selection import RetainProvider
from parcours.domain.collective import operation
from parcours.domain.tender.proposals import GrantProviderAccess
from shared.eventlog import ServiceApplication
from shared.kernel import Role
from shared.web.auth import Caller, require_right

NOBODY = UUID(int=0)
"""Stands for an account that is no id: the register knows nobody under it."""


def check_account(
    _: ServiceApplication, caller: Caller, case: UUID, command: GrantProviderAccess | RetainProvider
) -> None:
    """Raises unless the account, if any, is known as a provider's, for this case."""
    _require_provider(
        caller,
        command.account,
        {case},
        "Ce compte n’est pas celui d’un·e prestataire à qui ce dossier est ouvert\u00a0: donnez-lui d’abord un lien.",
    )


def check_account_of_operation(
    app: ServiceApplication, caller: Caller, key: UUID, command: GrantProviderAccess | RetainProvider
) -> None:
    """Raises unless the account, if any, is known as a provider's, for the case of a structure of the operation: there
    it reads what is its own of the operation, too."""
    present = {each.case for each in app.load_existing(operation.decider, key).state.present}
    _require_provider(
        caller,
        command.account,
        present,
        "Ce compte n’est pas celui d’un·e prestataire à qui le dossier d’une structure de l’opération est "
        "ouvert\u00a0: donnez-lui d’abord un lien vers l’un de ces dossiers.",
    )


def _require_provider(caller: Caller, account: str | None, cases: Set[UUID], otherwise: str) -> None:
    if account is None:
        return
    try:
        identity = UUID(account)
    except ValueError:
        identity = NOBODY
    require_right(caller, identity, lambda right: right.role is Role.PROVIDER and right.case in cases, otherwise)
