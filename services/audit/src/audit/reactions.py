"""Reactions of audit: it stores every event of every service, in one sequence for the whole deployment."""

from __future__ import annotations

import json

from audit import domain
from shared.contracts.registry import find_contract
from shared.kernel import PHASE_SERVICES
from shared.messaging import CommandDispatch, Message, Reactions

reactions = Reactions("audit")


@reactions.on_any_event_of(PHASE_SERVICES)
def receive_event(message: Message) -> CommandDispatch:
    """Stores an event with its header byte for byte."""
    command, event = to_command(message), message.header.id
    return CommandDispatch(domain.decider, event, command=command, second_stream=domain.second_stream(event, command))


def to_command(message: Message) -> domain.ReceiveEvent:
    header = message.header
    return domain.ReceiveEvent(
        header.publisher,
        header.log_id,
        position=header.position,
        event=header.event,
        recorded_at=header.recorded_at,
        header=bytes(message.raw_header).decode(),
        body=public_body(message),
        label=message.label,
        contract=message.contract,
    )


def public_body(message: Message) -> str | None:
    """The message's body as audit stores it: without the ciphertext of a name or a text. Audit has no key that an
    erasure could destroy, so it keeps none. What it stores, and the ledger commits to, is then the same before an
    erasure and after."""
    if (body := message.body) is None:
        return None
    if contract := find_contract(message.header.publisher, message.contract):
        body = {name: value for name, value in body.items() if name not in contract.encrypted}
    return json.dumps(body, sort_keys=True, ensure_ascii=False)
