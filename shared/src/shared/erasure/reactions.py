"""What does a service do when it is told to forget somebody? It does so, once, and says how much it held."""

from __future__ import annotations

from shared.contracts.intake import DossierDestroyed, PersonErasureOrdered
from shared.erasure.erasure import ForgetDossier, ForgetPerson, decider, forgetting_of
from shared.eventlog import ServiceApplication, is_something_else, only_in, values_of
from shared.messaging import Header, Reactions, To


def follow_erasures(reactions: Reactions) -> None:
    """For the reactions of each service that seals what it is told of people."""

    @reactions.on(PersonErasureOrdered)
    def forget_person(told: PersonErasureOrdered, header: Header, app: ServiceApplication) -> To:
        """A person is to be forgotten: their key is destroyed here, and nobody makes another in its place."""
        command = ForgetPerson(told.person, values_of(app, told.person), nobody=is_something_else(app, told.person))
        return To(decider, forgetting_of(told.person), command, case=header.case)

    @reactions.on(DossierDestroyed)
    def forget_dossier(_: DossierDestroyed, header: Header, app: ServiceApplication) -> To:
        """A dossier is past its term: its key is destroyed here, and the keys of those whom nothing else tells of."""
        persons = tuple(only_in(app, header.case))
        values = sum(values_of(app, person) for person in persons)
        return To(decider, forgetting_of(header.case), ForgetDossier(header.case, persons, values))
