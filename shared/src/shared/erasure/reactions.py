"""Reactions to intake's erasure orders: the service destroys the keys once, and confirms how many values they held."""

from __future__ import annotations

from shared.contracts.intake import CaseErasureOrdered, PersonErasureOrdered
from shared.erasure.erasure import EraseCase, ErasePerson, case_erasure_id, decider
from shared.eventlog import ServiceApplication, count_values_of, is_case_key, people_only_in
from shared.messaging import CommandDispatch, Header, Reactions


def follow_erasures(reactions: Reactions) -> None:
    """Adds the reactions of a service that encrypts personal data."""

    @reactions.on(PersonErasureOrdered)
    def erase_person(payload: PersonErasureOrdered, header: Header, app: ServiceApplication) -> CommandDispatch:
        """Destroys the person's key. No other key is ever created in its place."""
        command = ErasePerson(
            payload.person, count_values_of(app, payload.person), nobody=is_case_key(app, payload.person)
        )
        return CommandDispatch(decider, case_erasure_id(payload.person), command=command, case=header.case)

    @reactions.on(CaseErasureOrdered)
    def erase_case(_: CaseErasureOrdered, header: Header, app: ServiceApplication) -> CommandDispatch:
        """Destroys the key of a case that is past its term, and those of the persons whom no other case names."""
        persons = tuple(people_only_in(app, header.case))
        values = sum(count_values_of(app, person) for person in persons)
        return CommandDispatch(
            decider, case_erasure_id(header.case), command=EraseCase(header.case, persons, values=values)
        )
