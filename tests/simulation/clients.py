"""The clients of the simulated desk: each gives the commands of one case, one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from uuid import UUID

from tests.simulation.account import Account
from tests.simulation.services import DESK, FAULTY, TOMORROW, Register, SimulatedApplication, case_of
from tests.simulation.world import World

from shared.eventlog import DATABASE_ERRORS, CommandOptions
from shared.eventlog.receipts import IdempotencyKey
from shared.kernel import Actor, Role

ADVISER = Actor("adviser-1", Role.ADVISER, unit="dla-44")


@dataclass
class Request:
    """`keyed`: it comes with an idempotency key, so that it is asked until it is answered; otherwise once."""

    step: int
    command: Register
    keyed: bool


@dataclass
class ClientOfCase:
    """Gives its commands one after the other, each until it has a receipt."""

    case: UUID
    waiting: list[Request]
    current: Request | None = None


def choose_clients(random: Random, partitions: list[int]) -> list[ClientOfCase]:
    step, clients = 0, []
    for partition in partitions:
        for nth in range(random.randint(1, 2)):
            requests = []
            for _ in range(random.randint(2, 6)):
                step += 100
                number = step + (FAULTY if random.random() < 0.08 else 0)
                requests.append(Request(number, _command(random, number), keyed=random.random() < 0.8))
            clients.append(ClientOfCase(case_of(partition, nth), requests))
    return clients


def _command(random: Random, step: int) -> Register:
    remark, kind = "privée" if random.random() < 0.2 else None, random.random()
    if kind < 0.4:
        return Register(step, TOMORROW if kind < 0.3 else TOMORROW.replace(year=2030), remark=remark)
    return Register(step, forget=kind < 0.5, remark=remark)


@dataclass(frozen=True)
class Desk:
    """A replica of the desk's API: what it answers, the account keeps."""

    world: World
    account: Account
    app: SimulatedApplication

    def serve(self, client: ClientOfCase) -> None:
        """A client's requests, as this replica receives them; another one may receive the same."""
        world = self.world
        while client.current or client.waiting:
            if client.current is None:
                world.sleep(world.random.uniform(0.0, 2.0))
                if client.current is None and client.waiting:
                    client.current = client.waiting.pop(0)
                    self.account.on_asked(client.case, client.current.step)
                    if not client.current.keyed:
                        self._ask_once(client, client.current)
            elif client.current.keyed:
                self._ask_again(client, client.current)
            else:
                world.sleep(0.5)  # another replica has it

    def _ask_once(self, client: ClientOfCase, request: Request) -> None:
        """Without an answer, nobody knows whether it was recorded."""
        try:
            receipt = self.app.handle(DESK, client.case, request.command, self.app.context(client.case, ADVISER))
            self.account.on_answered(request.step, receipt.version)
        except DATABASE_ERRORS:
            self.account.on_unknown(request.step)
        except BaseException:
            self.account.on_unknown(request.step)
            raise
        finally:
            client.current = None

    def _ask_again(self, client: ClientOfCase, request: Request) -> None:
        options = CommandOptions(idempotency_key=IdempotencyKey(f"key-{request.step}", f"register {request.step}"))
        try:
            receipt = self.app.handle(
                DESK, client.case, request.command, self.app.context(client.case, ADVISER), options
            )
        except DATABASE_ERRORS:
            self.world.sleep(self.world.random.uniform(0.1, 1.0))
            return
        if client.current is request:
            self.account.on_answered(request.step, receipt.version)
            client.current = None
