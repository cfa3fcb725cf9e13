"""Publishers of a contract: the services that may send it. A contract's name belongs to them in every version."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from types import MappingProxyType

from shared.contracts import diagnostic, followup, intake, parcours

MODULES = (intake, diagnostic, parcours, followup)
"""One for each service that publishes contracts."""


def _publishers_by_name() -> Mapping[str, frozenset[str]]:
    publishers = defaultdict[str, set[str]](set)
    for module in MODULES:
        for contract in module.PUBLISHED_EVENTS:
            publishers[contract.name].add(contract.publisher)
    return MappingProxyType({name: frozenset(services) for name, services in publishers.items()})


_PUBLISHERS = _publishers_by_name()


def may_publish(service: str, topic: str) -> bool:
    """Whether a service may send a contract, by its topic (`right-granted:v1`). A name that nobody here knows is that
    of a newer program, and leads to nothing."""
    publishers = _PUBLISHERS.get(topic.partition(":")[0])
    return publishers is None or service in publishers
