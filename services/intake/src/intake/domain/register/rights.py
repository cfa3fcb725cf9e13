"""Granting, revoking and renewing rights, and how far each role may do so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated
from uuid import UUID

from annotated_types import Len

from intake.domain.reference.territory import Competence
from intake.domain.register.state import IDENTITY_OF_A_LINK, OWN_RIGHTS, Register
from intake.domain.register.territories import (
    NO_UNIT_THERE,
    UNKNOWN_TERRITORY,
    WIDER_UNIT,
    normalize_territories,
    units_of,
)
from shared.kernel import (
    UNIT_CODE,
    Actor,
    Context,
    Day,
    Encrypted,
    Line,
    PersonalData,
    PersonalLine,
    Reason,
    Refusal,
    Right,
    Role,
    event,
)
from shared.kernel.events import command
from shared.kernel.frozen import replace

UNIT_ROLES = frozenset({Role.ADVISER, Role.MANAGER})
TERRITORY_ROLES = frozenset(
    {Role.REGIONAL, Role.PILOT, Role.PARTNER, Role.AUDITOR, Role.COMMITTEE, Role.RESOURCE_CENTRE, Role.DPO}
)
CASE_ROLES = frozenset({Role.LEADER, Role.PROVIDER})
GRANTABLE_ROLES = {
    Role.ADVISER: CASE_ROLES,
    Role.MANAGER: CASE_ROLES | UNIT_ROLES,
    Role.REGIONAL: CASE_ROLES | UNIT_ROLES | TERRITORY_ROLES - {Role.DPO},
    Role.OPS: frozenset(Role) - {Role.RECIPIENT},
}
"""By the role of the giver. The operator, on the command line only, gives the first rights and those of programs.
Nobody gives that of a recipient: it comes with an orientation."""

BEYOND_YOURS = Refusal("right-beyond-yours", "Ce droit dépasse les vôtres", status=403)
INCOMPLETE = Refusal("incomplete-right", "Ce droit n’est pas complet", status=422)
UNKNOWN_RIGHT = Refusal("unknown-right", "Droit inconnu", status=404)
RENEWAL_REASON = "Les unités compétentes de ce territoire ne sont plus les mêmes."


@event("right-granted", label="Droit donné")
class RightGranted:
    """`right.person`: the pseudonym under which the bearer of a personal link acts, from one link to the next.
    `right.territories`: the names that were given, `right.units` what they stood for at that time."""

    right: Right
    reason: Encrypted
    name: PersonalData | None = None


@event("right-revoked", label="Droit retiré")
class RightRevoked:
    right: UUID
    reason: Encrypted


@command(
    title="Donner un droit",
    leads_to=(RightGranted,),
    may_refuse=(IDENTITY_OF_A_LINK, INCOMPLETE, NO_UNIT_THERE, OWN_RIGHTS, BEYOND_YOURS, UNKNOWN_TERRITORY, WIDER_UNIT),
)
class GrantRight:
    """An identity is given a role over a unit, a territory or one case, for a time.

    `identity`: the id that the person reads under `GET /api/v1/me`. `unit`: for which they work; `units`: those that a
    right over a territory covers, or else `territories`: departments by code and regions by name, which stand for the
    units that are competent there. `case`: the only one that a leader or a provider sees under this right. `since` and
    `until`: first and last days. `name` helps to recognise them, and is stored encrypted."""

    identity: UUID
    role: Role
    reason: Reason
    unit: Line | None = None
    units: Annotated[tuple[Line, ...], Len(0, 200)] = ()
    case: UUID | None = None
    since: Day | None = None
    until: Day | None = None
    name: PersonalLine | None = None
    territories: Annotated[tuple[Line, ...], Len(0, 200)] = ()


@command(
    title="Retirer un droit",
    leads_to=(RightRevoked,),
    may_refuse=(IDENTITY_OF_A_LINK, OWN_RIGHTS, BEYOND_YOURS, UNKNOWN_RIGHT),
)
class RevokeRight:
    """A right is revoked, at once and for good. That of a personal link ends with the link itself."""

    right: UUID
    reason: Reason


@command(
    leads_to=(RightGranted, RightRevoked),
    may_refuse=(NO_UNIT_THERE, OWN_RIGHTS, BEYOND_YOURS, UNKNOWN_RIGHT, WIDER_UNIT),
)
class RenewRight:
    """A right over named territories is granted anew, over the units for which these stand today."""

    right: UUID


Event = RightGranted | RightRevoked


def grant(register: Register, command: GrantRight, context: Context, competence: Competence) -> list[RightGranted]:
    if register.is_of_a_link:
        raise IDENTITY_OF_A_LINK(
            "C’est celle d’un lien personnel, qui n’ouvre que son dossier : donnez le droit à l’identité que la"
            " personne lit sous «\u202fQui suis-je\u202f?\u202f» avec son propre compte."
        )
    right = _build_right(command, context, competence)
    _require_complete(right)
    _require_within(right, context.actor)
    if any(replace(right, id=active.id) == active for active in register.active):
        return []
    name = PersonalData(context.case, command.name) if command.name else None
    return [RightGranted(right, context.text(command.reason), name=name)]


def revoke(register: Register, command: RevokeRight, context: Context) -> list[RightRevoked]:
    right = next((right for right in register.rights if right.id == command.right), None)
    if right is None:
        raise UNKNOWN_RIGHT("Cette personne n’a jamais reçu ce droit.")
    if right.is_of_a_link:
        raise IDENTITY_OF_A_LINK("Ce droit est celui d’un lien personnel : retirez le lien, dans la demande.")
    _require_within(right, context.actor)
    return [] if right.id in register.revoked else [RightRevoked(right.id, context.text(command.reason))]


def renew(register: Register, command: RenewRight, context: Context, competence: Competence) -> list[Event]:
    former = next((right for right in register.active if right.id == command.right and right.territories), None)
    if former is None:
        raise UNKNOWN_RIGHT("Cette personne n’a pas ce droit, ou il ne nomme aucun territoire.")
    _require_within(former, context.actor)
    right = replace(former, id=context.new_id(), units=units_of(former.territories, competence))
    if right.units == former.units:
        return []
    reason = context.text(RENEWAL_REASON)
    return [RightRevoked(former.id, reason), RightGranted(right, reason)]


def _build_right(command: GrantRight, context: Context, competence: Competence) -> Right:
    if command.units and command.territories:
        raise INCOMPLETE("Dites les unités, ou les départements et régions qui les désignent, mais pas les deux.")
    territories = normalize_territories(command.territories)
    return Right(
        context.new_id(),
        command.role,
        unit=command.unit,
        units=units_of(territories, competence) if territories else tuple(sorted(set(command.units))),
        case=command.case,
        since=command.since,
        until=command.until,
        territories=territories,
    )


def _require_complete(right: Right) -> None:
    if not all(UNIT_CODE.fullmatch(unit) for unit in filter(None, (right.unit, *right.units))):
        raise INCOMPLETE(
            "Une unité se désigne par son code, comme dla-44\u00a0: l’une de celles nommées n’en est pas un."
        )
    if right.role in UNIT_ROLES and not right.unit:
        raise INCOMPLETE("Dites pour quelle unité cette personne travaille.")
    if right.role in TERRITORY_ROLES and not right.units:
        raise INCOMPLETE("Dites le territoire que ce droit couvre\u00a0: des départements, des régions, ou des unités.")
    if right.role in CASE_ROLES and not right.case:
        raise INCOMPLETE("Dites le dossier que ce droit ouvre\u00a0: c’est le seul qu’il ouvrira.")
    if right.role not in CASE_ROLES and right.case:
        raise INCOMPLETE("Seul un droit de dirigeant·e ou de prestataire porte sur un dossier.")
    if right.since and right.until and right.until < right.since:
        raise INCOMPLETE("Le dernier jour vient avant le premier.")


def _require_within(right: Right, giver: Actor) -> None:
    """Nobody grants or revokes more than they have: neither a role beyond theirs, nor a unit of others."""
    if right.role not in GRANTABLE_ROLES.get(giver.role, frozenset()):
        raise BEYOND_YOURS(f"Le rôle {right.role} n’est pas de ceux que votre rôle donne ou retire.")
    if giver.role is Role.OPS:
        return
    elsewhere = [unit for unit in filter(None, (right.unit, *right.units)) if not giver.covers(unit)]
    if elsewhere:
        raise BEYOND_YOURS(f"Vos propres droits ne couvrent pas {', '.join(elsewhere)}.")


def evolve(register: Register, event: Event) -> Register:
    match event:
        case RightGranted(right, _, name=name):
            return replace(register, rights=(*register.rights, right), name=name or register.name)
        case RightRevoked(right):
            return replace(register, revoked=(*register.revoked, right))


def units_of_rights(rights: Iterable[Right]) -> list[str]:
    """Each unit that one of these rights names."""
    return sorted({unit for right in rights for unit in (right.unit, *right.units) if unit})
