"""Reactions: for each contract that a service receives, the function that gives the command it leads to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar
from uuid import UUID

from shared.contracts.base import PublicEvent
from shared.eventlog import ServiceApplication
from shared.kernel import Decider
from shared.messaging.wire import Message, takes_application


@dataclass(frozen=True, slots=True)
class CommandDispatch:
    """The command that an event leads to, and the aggregate that decides it. `case`: where the command's events belong,
    when it is not the case of the event. `second_stream`: where the command goes when the decider raises
    StreamTaken."""

    decider: Decider[Any]
    stream: UUID
    command: Any
    case: UUID | None = None
    second_stream: UUID | None = None


Reaction = Callable[..., CommandDispatch | None]
"""`(payload, header)` or `(payload, header, app)` → the command, or None when the event leads to nothing here. `app`:
to look something up in this service's own log. Its docstring is the sentence that the AsyncAPI document shows."""
AnyReaction = Callable[[Message, str], CommandDispatch | None]
"""`(message, publisher)` → the command; the publisher under the name by which this service receives from it."""
R = TypeVar("R", bound=Reaction)


class Reactions:
    """The reactions of one service, declared in its `reactions.py`:

        reactions = Reactions("parcours")

        @reactions.on(PlanAgreed)
        def open_parcours(payload: PlanAgreed, header: Header) -> CommandDispatch: ...

    Reactions must be pure but for lookups: the inbox may call one again."""

    def __init__(self, service: str) -> None:
        self.service = service
        self._by_contract: dict[type[PublicEvent], Reaction] = {}
        self._on_any: AnyReaction | None = None
        self._whole_publishers: tuple[str, ...] = ()

    def on(self, contract: type[PublicEvent]) -> Callable[[R], R]:
        """Registers the reaction to a contract. Raises TypeError when it has one already."""

        def register(reaction: R) -> R:
            if contract in self._by_contract:
                raise TypeError(f"{self.service} already reacts to {contract.topic()} of {contract.publisher}")
            self._by_contract[contract] = reaction
            return reaction

        return register

    def on_any_event_of(self, publishers: Iterable[str]) -> Callable[[R], R]:
        """Registers `reaction(message, publisher)` for every event of these publishers, public or private.

        Their logs are received whole, in the order of positions, and no event is ever parked."""

        def register(reaction: R) -> R:
            self._on_any, self._whole_publishers = reaction, tuple(publishers)
            return reaction

        return register

    @property
    def by_contract(self) -> Mapping[type[PublicEvent], Reaction]:
        """Contract → reaction, in the order of declaration. The documentation lists them from here."""
        return MappingProxyType(self._by_contract)

    @property
    def contracts(self) -> tuple[type[PublicEvent], ...]:
        """The contracts that lead to something in this service."""
        return tuple(self._by_contract)

    @property
    def on_any(self) -> AnyReaction | None:
        return self._on_any

    @property
    def publishers(self) -> tuple[str, ...]:
        """The services whose events this one receives, sorted."""
        return tuple(sorted({contract.publisher for contract in self._by_contract} | set(self._whole_publishers)))

    @property
    def reads_whole_logs(self) -> bool:
        return self._on_any is not None

    def command_for(
        self, message: Message, app: ServiceApplication, publisher: str | None = None
    ) -> CommandDispatch | None:
        """The command that a message leads to, if any. `publisher`: from whom it was received, where that is not the
        name in its header. Raises pydantic.ValidationError when its body breaks the contract."""
        if self._on_any:
            return self._on_any(message, publisher or message.header.publisher)
        for contract, reaction in self._by_contract.items():
            if (contract.publisher, contract.topic()) == (message.header.publisher, message.contract):
                arguments = (contract.model_validate(message.body), message.header)
                return reaction(*arguments, app) if takes_application(reaction) else reaction(*arguments)
        return None
