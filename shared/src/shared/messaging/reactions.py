"""What does a service do when others tell something? Each reaction says to which command that leads."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from shared.contracts.base import PublicEvent
from shared.eventlog import ServiceApplication
from shared.kernel import Decider
from shared.messaging.wire import Message


@dataclass(frozen=True, slots=True)
class CommandDispatch:
    """The command an event leads to: on which aggregate, and in which case when it is not the event's own."""

    decider: Decider[Any]
    stream: UUID
    command: Any
    case: UUID | None = None


R = TypeVar("R", bound=Callable[..., CommandDispatch | None])


class Reactions:
    """What a service does when others tell something: `reactions = Reactions("diagnostic")` in its reactions.py.

    A reaction may take the application as a third argument, to look something up in this service's own log."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.by_contract: dict[type[PublicEvent], Callable[..., CommandDispatch | None]] = {}
        self.on_any: Callable[[Message], CommandDispatch | None] | None = None
        self._every: tuple[str, ...] = ()

    def on(self, contract: type[PublicEvent]) -> Callable[[R], R]:
        """Registers `reaction(event, header) -> To | None`; its docstring is the business sentence. One a contract."""

        def register(reaction: R) -> R:
            if contract in self.by_contract:
                raise TypeError(f"{self.service} already reacts to {contract.topic()} of {contract.publisher}")
            self.by_contract[contract] = reaction
            return reaction

        return register

    def on_any_event_of(self, publishers: Iterable[str]) -> Callable[[R], R]:
        """Registers `reaction(message) -> To | None` for every event of these publishers.

        Each is taken whole, in the order of its log, and nothing is ever parked."""

        def register(reaction: R) -> R:
            self.on_any, self._every = reaction, tuple(publishers)
            return reaction

        return register

    @property
    def contracts(self) -> tuple[type[PublicEvent], ...]:
        """The contracts that lead to something here."""
        return tuple(self.by_contract)

    @property
    def publishers(self) -> tuple[str, ...]:
        """Whom this service listens to."""
        return tuple(sorted({contract.publisher for contract in self.contracts} | set(self._every)))

    @property
    def reads_whole_logs(self) -> bool:
        return self.on_any is not None

    def to(self, message: Message, app: ServiceApplication) -> CommandDispatch | None:
        """What a message leads to, if anything. Raises ValidationError when its body breaks the contract."""
        if self.on_any:
            return self.on_any(message)
        told = (message.header.publisher, message.contract)
        for contract, reaction in self.by_contract.items():
            if (contract.publisher, contract.topic()) == told:
                return _called(reaction, contract.model_validate(message.body), message.header, app)
        return None


def _called(
    reaction: Callable[..., CommandDispatch | None], first: Any, second: Any, app: ServiceApplication
) -> CommandDispatch | None:
    return reaction(first, second, app) if _takes_application(reaction) else reaction(first, second)


@cache
def _takes_application(reaction: Callable[..., CommandDispatch | None]) -> bool:
    return len(inspect.signature(reaction).parameters) == 3
