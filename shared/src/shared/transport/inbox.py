"""How does an event from elsewhere change this service? Once, in order, with its place counted in the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from shared.contracts.base import PublicEvent
from shared.decider import Decider
from shared.transport.wire import Header, Message

C = TypeVar("C", bound=PublicEvent)


@dataclass(frozen=True, slots=True)
class To:
    """The command an event leads to: which aggregate, and `case` when it is not the case of the event."""

    decider: Decider[Any]
    stream: UUID
    command: Any
    case: UUID | None = None


OnOne = Callable[[C, Header], To | None]
OnEvery = Callable[[Header, dict[str, Any] | None], To | None]


class Reactions:
    """What a service does when others tell something: `reactions = Reactions("diagnostic")` in its reactions.py."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.by_contract: dict[type[PublicEvent], OnOne[Any]] = {}
        self.every: OnEvery | None = None
        self._whole: tuple[str, ...] = ()

    def on(self, contract: type[C]) -> Callable[[OnOne[C]], OnOne[C]]:
        """Registers `reaction(event, header) -> To | None`; its docstring is the business sentence. One for each contract."""

        def register(reaction: OnOne[C]) -> OnOne[C]:
            if contract in self.by_contract:
                raise TypeError(f"{self.service} already reacts to {contract.topic()}")
            self.by_contract[contract] = reaction
            return reaction

        return register

    def on_every(self, publishers: Iterable[str]) -> Callable[[OnEvery], OnEvery]:
        """Registers `reaction(header, body) -> To | None` for each event of these publishers, each taken whole, in the order
        of its log; nothing is ever parked."""

        def register(reaction: OnEvery) -> OnEvery:
            self.every, self._whole = reaction, tuple(publishers)
            return reaction

        return register

    @property
    def heard(self) -> tuple[type[PublicEvent], ...]:
        """The contracts that lead to something here."""
        return tuple(self.by_contract)

    @property
    def publishers(self) -> tuple[str, ...]:
        """Whom this service listens to."""
        return tuple(sorted({contract.publisher for contract in self.by_contract} | set(self._whole)))

    @property
    def whole(self) -> bool:
        return self.every is not None

    def to(self, message: Message) -> To | None:
        """What this message leads to; None when nothing. Raises ValidationError on a body that breaks its contract."""
