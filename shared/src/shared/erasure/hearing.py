"""What does a service do when it is told to forget somebody? It does so, once, and says how much it held."""

from __future__ import annotations

from shared.contracts.intake import PersonErasureOrdered
from shared.erasure.forgetting import ForgetPerson, decider, forgetting_of
from shared.eventlog.application import ServiceApplication
from shared.eventlog.people import is_something_else, values_of
from shared.transport.inbox import Reactions, To
from shared.transport.wire import Header


def follow_erasures(reactions: Reactions) -> None:
    """For the reactions of each service that seals what it is told of people."""

    @reactions.on(PersonErasureOrdered)
    def forget_person(told: PersonErasureOrdered, header: Header, app: ServiceApplication) -> To:
        """A person is to be forgotten: their key is destroyed here, and nobody makes another in its place."""
        command = ForgetPerson(told.person, values_of(app, told.person), nobody=is_something_else(app, told.person))
        return To(decider, forgetting_of(told.person), command, case=header.case)
