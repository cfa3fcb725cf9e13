"""The hub's events against each region's log: what is missing, there twice, out of order or altered."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import pairwise

import msgspec

from deploy.hub.demo.deployment import DemoDeployment
from shared.messaging import Header, regional_publisher

OWN_LOG = "SELECT position, originator_id::text, originator_version, state FROM {}_events ORDER BY position"
RECEIVED = "SELECT state FROM audit_events WHERE starts_with(topic, 'event-received:') ORDER BY position"
LEAVES = "SELECT size FROM ledger"


class _Data(msgspec.Struct):
    publisher: str
    header: str


class _Stored(msgspec.Struct):
    """As audit's log stores an event."""

    data: _Data


@dataclass(frozen=True, order=True)
class Event:
    """`digest`: of the stored bytes, as the region itself states it."""

    position: int
    stream: str
    version: int
    digest: str


@dataclass(frozen=True)
class LogDifference:
    """Numbers of events, of one region's service."""

    publisher: str
    recorded: int
    missing: int
    twice: int
    out_of_order: int
    altered: int

    @property
    def faults(self) -> int:
        return self.missing + self.twice + self.out_of_order + self.altered


def recorded(region: DemoDeployment, service: str) -> list[Event]:
    rows = region.query(service, OWN_LOG.format(service))
    return [
        Event(position, stream, version=version, digest=hashlib.sha256(state).hexdigest())
        for position, stream, version, state in rows
    ]


def received(hub: DemoDeployment) -> dict[str, list[Event]]:
    """By publisher, in the order of the hub's log."""
    found: dict[str, list[Event]] = {}
    for (state,) in hub.query("audit", RECEIVED):
        event = msgspec.json.decode(state, type=_Stored).data
        header = msgspec.json.decode(event.header, type=Header)
        one = Event(header.position, str(header.stream), version=header.version, digest=header.payload_hash)
        found.setdefault(event.publisher, []).append(one)
    return found


def compare(region: str, service: str, own: list[Event], at_hub: list[Event]) -> LogDifference:
    positions = [each.position for each in at_hub]
    by_position = {each.position: each for each in own}
    return LogDifference(
        regional_publisher(region, service),
        recorded=len(own),
        missing=len(by_position.keys() - {*positions}),
        twice=len(positions) - len({*positions}),
        out_of_order=sum(later < earlier for earlier, later in pairwise(positions)),
        altered=sum(by_position.get(each.position) != each for each in at_hub),
    )


def whole_ledger_size(region: DemoDeployment) -> int | None:
    """The leaves of the region's own ledger, once they are all that its phases have recorded."""
    events = sum(len(recorded(region, each)) for each in region.phases)
    ((leaves,),) = region.query("audit", LEAVES)
    return int(leaves) if leaves == events else None


def is_level(hub: DemoDeployment, region: DemoDeployment, name: str) -> bool:
    """Whether the hub has received, and its ledger committed to, all that the region has recorded: by positions of
    their logs, as any lag that a server reports may be stale."""
    at_hub = received(hub)
    ends = [(own[-1].position if (own := recorded(region, each)) else 0, each) for each in region.phases]
    reached = all(end <= max((e.position for e in at_hub.get(f"{name}-{each}", ())), default=0) for end, each in ends)
    ((leaves,),) = hub.query("audit", LEAVES)
    return reached and leaves == sum(map(len, at_hub.values()))
