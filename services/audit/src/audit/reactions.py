"""Reactions of audit: it stores every event of every service, in one sequence for the whole deployment.

At a national hub, the services are those of each region."""

from __future__ import annotations

import json
from collections.abc import Iterable

from audit import domain
from shared.contracts.registry import find_contract
from shared.kernel import PHASE_SERVICES
from shared.messaging import CommandDispatch, Message, Reactions


def receive_event(message: Message, publisher: str | None = None) -> CommandDispatch:
    """Stores an event with its header byte for byte."""
    command, event = to_command(message, publisher), message.header.id
    return CommandDispatch(domain.decider, event, command=command, second_stream=domain.second_stream(event, command))


def to_command(message: Message, publisher: str | None = None) -> domain.ReceiveEvent:
    """`publisher`: at a hub, the region's service; its header names the service alone."""
    header = message.header
    return domain.ReceiveEvent(
        publisher or header.publisher,
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


def reactions_to(publishers: Iterable[str]) -> Reactions:
    """Those of an audit service that receives from these."""
    made = Reactions("audit")
    made.on_any_event_of(publishers)(receive_event)
    return made


reactions = reactions_to(PHASE_SERVICES)
