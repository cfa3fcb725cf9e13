"""What does a service do when it is told to forget somebody? It does so, once, and says how much it held."""

from __future__ import annotations

from shared.contracts.intake import CaseErased, PersonErasureOrdered
from shared.erasure.erasure import EraseCase, ErasePerson, case_erasure_id, decider
from shared.eventlog import ServiceApplication, count_values_of, is_case_key, people_only_in
from shared.messaging import CommandDispatch, Header, Reactions


def follow_erasures(reactions: Reactions) -> None:
    """For the reactions of each service that seals what it is told of people."""

    @reactions.on(PersonErasureOrdered)
    def forget_person(told: PersonErasureOrdered, header: Header, app: ServiceApplication) -> CommandDispatch:
        """A person is to be forgotten: their key is destroyed here, and nobody makes another in its place."""
        command = ErasePerson(told.person, count_values_of(app, told.person), nobody=is_case_key(app, told.person))
        return CommandDispatch(decider, case_erasure_id(told.person), command=command, case=header.case)

    @reactions.on(CaseErased)
    def forget_dossier(_: CaseErased, header: Header, app: ServiceApplication) -> CommandDispatch:
        """A dossier is past its term: its key is destroyed here, and the keys of those whom nothing else tells of."""
        persons = tuple(people_only_in(app, header.case))
        values = sum(count_values_of(app, person) for person in persons)
        return CommandDispatch(
            decider, case_erasure_id(header.case), command=EraseCase(header.case, persons, values=values)
        )
