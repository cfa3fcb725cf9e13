"""All integration events by publisher and topic, for who receives or shows those of every service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from shared.contracts.base import PublicEvent
from shared.contracts.publishers import MODULES

ALL_CONTRACTS = tuple(contract for module in MODULES for contract in module.PUBLISHED_EVENTS)
"""The contracts of the services whose events audit receives."""
_BY_TOPIC = {(contract.publisher, contract.topic()): contract for contract in ALL_CONTRACTS}


def find_contract(publisher: str, topic: str | None) -> type[PublicEvent] | None:
    """The contract of a body; null for a private event, or a contract that a newer publisher has."""
    return _BY_TOPIC.get((publisher, topic or ""))


def other_cases(publisher: str, topic: str | None, body: Mapping[str, Any] | None) -> list[UUID]:
    """The cases that a body names, besides that of its event."""
    contract = find_contract(publisher, topic)
    if contract is None or body is None:
        return []
    return [UUID(body[field]) for field in contract.other_cases if body.get(field)]
