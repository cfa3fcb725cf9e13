"""Rights of the bearer of a personal link: granted and revoked as companions of the link's own commands."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from intake.domain.register.rights import RightGranted, RightRevoked
from intake.domain.register.state import IDENTITY_OF_A_LINK, OWN_RIGHTS, Register
from shared.kernel import Context, Right, Role
from shared.kernel.events import command

LINK_REASON = "Lien personnel à un dossier."
"""The history of the link itself says why it was given."""


@command(leads_to=(RightGranted,), may_refuse=(IDENTITY_OF_A_LINK, OWN_RIGHTS))
class GrantLinkRight:
    """A personal link opens one case to its bearer, `person`, until its last day. Its identity never had a right."""

    person: UUID
    role: Role
    case: UUID
    until: date


@command(leads_to=(RightRevoked,), may_refuse=(OWN_RIGHTS,))
class RevokeLinkRights:
    """A personal link opens nothing any more."""


def grant_link_right(register: Register, command: GrantLinkRight, context: Context) -> list[RightGranted]:
    if register.rights:
        raise IDENTITY_OF_A_LINK("Un lien personnel a une identité à lui, qui n’a jamais eu de droit.")
    right = Right(context.new_id(), command.role, case=command.case, until=command.until, person=command.person)
    return [RightGranted(right, context.text(LINK_REASON))]


def revoke_link_rights(register: Register, context: Context) -> list[RightRevoked]:
    return [RightRevoked(right.id, context.text(LINK_REASON)) for right in register.active]
