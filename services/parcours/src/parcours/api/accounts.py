"""Accounts of providers that a command names: those of a provider to whom the case is open."""

from __future__ import annotations

from uuid import UUID

from parcours.domain.assignment.selection import RetainProvider
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
    if command.account is None:
        return
    try:
        identity = UUID(command.account)
    except ValueError:
        identity = NOBODY
    require_right(
        caller,
        identity,
        lambda right: right.role is Role.PROVIDER and right.case == case,
        "Ce compte n’est pas celui d’un·e prestataire à qui ce dossier est ouvert\u00a0: donnez-lui d’abord un lien.",
    )
