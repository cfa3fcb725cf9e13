"""Who may do what, where and until when? One identity's rights, given and taken back with a motive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from intake.domain.reference.territory import Competence
from intake.domain.register.commands import (
    EndLink,
    GrantRight,
    OpenByLink,
    RenewRight,
    RevokeRight,
    RightGranted,
    RightRevoked,
)
from intake.domain.register.territories import named, units_of
from shared.kernel import UNIT_CODE, Actor, Context, Decider, Encrypted, PersonalData, Refusal, Right, Role
from shared.kernel.frozen import replace

OF_A_UNIT = frozenset({Role.ADVISER, Role.MANAGER})
OF_A_TERRITORY = frozenset({Role.REGIONAL, Role.PILOT, Role.AUDITOR, Role.COMMITTEE, Role.RESOURCE_CENTRE})
OF_A_DOSSIER = frozenset({Role.LEADER})
GIVEN_BY = {
    Role.ADVISER: OF_A_DOSSIER,
    Role.MANAGER: OF_A_DOSSIER | OF_A_UNIT,
    Role.REGIONAL: OF_A_DOSSIER | OF_A_UNIT | OF_A_TERRITORY,
    Role.OPS: frozenset(Role) - {Role.PROVIDER},
}
"""Who gives what. The operator, on the command line alone, gives the first rights, and those of programs."""


NO_TABLE = Competence()


@dataclass(frozen=True, slots=True)
class Register:
    """One identity. `over`: the ids of the rights that were taken back."""

    rights: tuple[Right, ...] = ()
    over: tuple[UUID, ...] = ()
    name: PersonalData | None = None

    @property
    def held(self) -> tuple[Right, ...]:
        return tuple(right for right in self.rights if right.id not in self.over)


BEYOND_YOURS = Refusal("right-beyond-yours", "Ce droit dépasse les vôtres", status=403)
OWN_RIGHTS = Refusal("own-rights", "On ne touche pas à ses propres droits", status=403)
INCOMPLETE = Refusal("incomplete-right", "Ce droit n’est pas complet", status=422)
UNKNOWN = Refusal("unknown-right", "Droit inconnu", status=404)

BY_LINK = "Lien personnel à un dossier."
"""The motive that the register keeps; the link's own history tells why it was given."""
AS_THE_TABLE_SAYS = "Les unités compétentes de ce territoire ne sont plus les mêmes."

Command = GrantRight | RevokeRight | RenewRight | OpenByLink | EndLink
Event = RightGranted | RightRevoked


def decide(register: Register, command: Command, context: Context, competence: Competence = NO_TABLE) -> list[Event]:
    if context.actor.id == str(context.case):
        raise OWN_RIGHTS("Une autre personne de votre unité ou de la région doit le faire.")
    match command:
        case GrantRight():
            right = _right(command, context, competence)
            _check_complete(right)
            _check_within(right, context.actor)
            if any(replace(right, id=held.id) == held for held in register.held):
                return []
            name = PersonalData(context.case, command.name) if command.name else None
            return [_granted(right, context.text(command.motive), name)]
        case RevokeRight(wanted, motive):
            found = next((right for right in register.rights if right.id == wanted), None)
            if found is None:
                raise UNKNOWN("Cette personne n’a jamais reçu ce droit.")
            _check_within(found, context.actor)
            return [] if wanted in register.over else [RightRevoked(wanted, context.text(motive))]
        case RenewRight(wanted):
            return _renewed(register, wanted, context, competence)
        case OpenByLink(person, role, case=case, until=until):
            told = context.text(BY_LINK)
            return [RightGranted(context.new_id(), role, motive=told, case=case, until=until, person=person)]
        case EndLink():
            return [RightRevoked(held.id, context.text(BY_LINK)) for held in register.held]


def available_commands(register: Register) -> Iterator[type]:
    yield from (GrantRight, OpenByLink)
    if register.held:
        yield from (RevokeRight, EndLink)
    if any(right.territories for right in register.held):
        yield RenewRight


def _right(command: GrantRight, context: Context, competence: Competence) -> Right:
    if command.units and command.territories:
        raise INCOMPLETE("Dites les unités, ou les départements et régions qui les désignent, mais pas les deux.")
    names = named(command.territories)
    return Right(
        context.new_id(),
        command.role,
        unit=command.unit,
        units=units_of(names, competence) if names else tuple(sorted(set(command.units))),
        case=command.case,
        since=command.since,
        until=command.until,
        territories=names,
    )


def _renewed(register: Register, wanted: UUID, context: Context, competence: Competence) -> list[Event]:
    found = next((right for right in register.held if right.id == wanted and right.territories), None)
    if found is None:
        raise UNKNOWN("Cette personne n’a pas ce droit, ou il ne nomme aucun territoire.")
    _check_within(found, context.actor)
    right = replace(found, id=context.new_id(), units=units_of(found.territories, competence))
    if right.units == found.units:
        return []
    motive = context.text(AS_THE_TABLE_SAYS)
    return [RightRevoked(found.id, motive), _granted(right, motive)]


def _granted(right: Right, motive: Encrypted, name: PersonalData | None = None) -> RightGranted:
    return RightGranted(
        right.id,
        right.role,
        motive=motive,
        unit=right.unit,
        units=right.units,
        case=right.case,
        since=right.since,
        until=right.until,
        name=name,
        territories=right.territories,
    )


def _check_complete(right: Right) -> None:
    if not all(UNIT_CODE.fullmatch(unit) for unit in filter(None, (right.unit, *right.units))):
        raise INCOMPLETE(
            "Une unité se désigne par son code, comme dla-44\u00a0: l’une de celles nommées n’en est pas un."
        )
    if right.role in OF_A_UNIT and not right.unit:
        raise INCOMPLETE("Dites pour quelle unité cette personne travaille.")
    if right.role in OF_A_TERRITORY and not right.units:
        raise INCOMPLETE("Dites le territoire que ce droit couvre\u00a0: des départements, des régions, ou des unités.")
    if right.role in OF_A_DOSSIER and not right.case:
        raise INCOMPLETE("Dites le dossier que ce droit ouvre\u00a0: c’est le seul qu’il ouvrira.")
    if right.role not in OF_A_DOSSIER and right.case:
        raise INCOMPLETE("Seul un droit de dirigeant·e porte sur un dossier.")
    if right.since and right.until and right.until < right.since:
        raise INCOMPLETE("Le dernier jour vient avant le premier.")


def _check_within(right: Right, giver: Actor) -> None:
    """Nobody gives, or takes back, more than they have: neither another role's, nor another unit's."""
    if right.role not in GIVEN_BY.get(giver.role, frozenset()):
        raise BEYOND_YOURS(f"Le rôle {right.role} n’est pas de ceux que votre rôle donne ou retire.")
    if giver.role is Role.OPS:
        return
    elsewhere = [unit for unit in filter(None, (right.unit, *right.units)) if not giver.covers(unit)]
    if elsewhere:
        raise BEYOND_YOURS(f"Vos propres droits ne couvrent pas {', '.join(elsewhere)}.")


def evolve(register: Register, event: Event) -> Register:
    match event:
        case RightGranted(
            right,
            role,
            motive=_,
            unit=unit,
            units=units,
            case=case,
            since=since,
            until=until,
            name=name,
            person=person,
            territories=territories,
        ):
            given = Right(
                right,
                role,
                unit=unit,
                units=units,
                case=case,
                since=since,
                until=until,
                person=person,
                territories=territories,
            )
            return replace(register, rights=(*register.rights, given), name=name or register.name)
        case RightRevoked(right):
            return replace(register, over=(*register.over, right))


decider: Decider[Register] = Decider(
    "register",
    Register(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    available_commands=available_commands,
)
