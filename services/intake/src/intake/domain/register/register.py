"""The register of rights: who may do what, where and until when. One aggregate per identity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from intake.domain.reference.territory import Competence
from intake.domain.register import link_rights, rights
from intake.domain.register.link_rights import GrantLinkRight, RevokeLinkRights
from intake.domain.register.rights import Event, GrantRight, RenewRight, RevokeRight, RightGranted
from intake.domain.register.state import OWN_RIGHTS, Register
from shared.kernel import CaseTable, CompanionCommand, Context, Decider
from shared.names import RecordPersonName, name_decider, person_name_id

NO_TABLE = Competence()
REGISTER_TABLE = CaseTable("register_units", {"units": "text[]"})
"""By identity, which is the case of its events."""

Command = GrantRight | RevokeRight | RenewRight | GrantLinkRight | RevokeLinkRights


def decide(
    register: Register, command: Command, context: Context, competence: Competence = NO_TABLE
) -> Sequence[Event]:
    if context.actor.id == str(context.case):
        raise OWN_RIGHTS("Une autre personne de votre unité ou de la région doit le faire.")
    match command:
        case GrantRight():
            return rights.grant(register, command, context, competence)
        case RevokeRight():
            return rights.revoke(register, command, context)
        case RenewRight():
            return rights.renew(register, command, context, competence)
        case GrantLinkRight():
            return link_rights.grant_link_right(register, command, context)
        case RevokeLinkRights():
            return link_rights.revoke_link_rights(register, context)


def companions(_register: Register, event: Event, context: Context) -> Iterable[CompanionCommand]:
    """Every service that shows what an identity did receives the name that it was granted its right under."""
    match event:
        case RightGranted(_, _, name=name) if name:
            record = RecordPersonName(context.case, name)
            yield CompanionCommand(name_decider, person_name_id(context.case), command=record, case=context.case)


def available_commands(register: Register) -> Iterator[type]:
    if register.is_of_a_link:
        yield RevokeLinkRights
        return
    yield GrantRight
    if not register.rights:
        yield GrantLinkRight
    if register.active:
        yield from (RevokeRight, RevokeLinkRights)
    if any(right.territories for right in register.active):
        yield RenewRight


def case_row(register: Register, event: Event) -> dict[str, Any] | None:
    """The units of every right that the identity was ever given: those that the deployment knows from the register."""
    match event:
        case RightGranted(right):
            return {"units": rights.units_of_rights((*register.rights, right))}
    return None


decider: Decider[Register] = Decider(
    "register",
    Register(),
    decide=decide,
    evolve=rights.evolve,
    commands=Command.__args__,
    events=Event.__args__,
    companions=companions,
    available_commands=available_commands,
    case_table=REGISTER_TABLE,
    case_row=case_row,
    names_cases=True,
)
