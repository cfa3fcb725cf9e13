"""Reactions to intake's erasure orders: the service destroys the keys once, and confirms how many values they held."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Protocol
from uuid import UUID

from shared.contracts.intake import CaseErasureOrdered, PersonErasureOrdered
from shared.erasure.erasure import EraseCase, ErasePerson, case_erasure_id, decider
from shared.eventlog import ServiceApplication, cases_of_person, count_values_of, is_case_key, people_only_in
from shared.messaging import CommandDispatch, Header, Reactions


class OfUnits(Protocol):
    @property
    def units(self) -> Collection[str]: ...

    @property
    def register(self) -> bool: ...


FindUnits = Callable[[ServiceApplication, UUID], OfUnits | None]
"""(application, case) to what has its units; None for what belongs to no unit."""


def is_known_elsewhere(app: ServiceApplication, person: UUID, territory: Collection[str], find_case: FindUnits) -> bool:
    """Whether a case names the person that is of none of these units. An identity may have no unit at all; a case that
    has none has not opened here."""
    cases = [find_case(app, case) for case in cases_of_person(app, person)]
    owned = [case for case in cases if case and (case.units or case.register)]
    return any(not set(case.units) & set(territory) for case in owned)


def follow_erasures(reactions: Reactions, find_case: FindUnits) -> None:
    """Adds the reactions of a service that encrypts personal data. `find_case`: the units of its cases."""

    @reactions.on(PersonErasureOrdered)
    def erase_person(payload: PersonErasureOrdered, header: Header, app: ServiceApplication) -> CommandDispatch:
        """Destroys the person's key, unless a case outside the territory of who ordered it names them here. No other
        key is ever created in its place."""
        person, territory = payload.person, payload.units
        command = ErasePerson(
            person,
            count_values_of(app, person),
            nobody=is_case_key(app, person),
            elsewhere=territory is not None and is_known_elsewhere(app, person, territory, find_case),
        )
        return CommandDispatch(decider, case_erasure_id(person), command=command, case=header.case)

    @reactions.on(CaseErasureOrdered)
    def erase_case(_: CaseErasureOrdered, header: Header, app: ServiceApplication) -> CommandDispatch:
        """Destroys the key of a case that is past its term, and those of the persons whom no other case names."""
        persons = tuple(people_only_in(app, header.case))
        values = sum(count_values_of(app, person) for person in persons)
        return CommandDispatch(
            decider, case_erasure_id(header.case), command=EraseCase(header.case, persons, values=values)
        )
