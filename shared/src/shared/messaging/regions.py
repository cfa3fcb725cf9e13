"""Regions under a national hub: names of the publishers at the hub, and the NATS streams that copy a region's.

Each region runs services of the same names. At the hub, the publisher `nord-intake` is the service `intake` of the
region `nord`. Its stream there has no subject: it is filled from the region's stream alone, through a consumer that
the region itself has made (durable sourcing, ADR-60 of NATS), so that the hub may create nothing in a region."""

from __future__ import annotations

from typing import NamedTuple

from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    ExternalStream,
    StorageType,
    StreamConfig,
    StreamConsumerSource,
    StreamSource,
)

from shared.kernel import PHASE_SERVICES

HEARTBEAT_SECONDS = 5
"""Of a copying consumer that has nothing to send. The hub takes one up again that was silent for ten seconds."""


class RegionalService(NamedTuple):
    """Where a publisher runs: its region, and the name of the service there."""

    region: str
    service: str


def regional_publisher(region: str, service: str) -> str:
    """The name of a region's service at the hub; also that of its stream."""
    return f"{region}-{service}"


def regional_publishers(regions: tuple[str, ...]) -> tuple[str, ...]:
    """All services of the phases in these regions."""
    return tuple(regional_publisher(region, service) for region in regions for service in PHASE_SERVICES)


def is_regional(publisher: str) -> bool:
    """No service's own name has a hyphen."""
    return "-" in publisher


def find_origin(publisher: str, region: str) -> RegionalService:
    """`region`: that of this deployment, for a publisher of its own."""
    of, _, service = publisher.rpartition("-")
    return RegionalService(of or region, service)


def copying_consumer_name(region: str) -> str:
    """It names the region: the subjects by which its flow is controlled are the same on both sides."""
    return f"hub-{region}"


def copy_subject(region: str, service: str) -> str:
    """By which a region's events reach the hub."""
    return f"hub.{region}.{service}"


def api_prefix(region: str) -> str:
    """By which the hub calls JetStream in a region: to have a copying consumer begin again, and for nothing else."""
    return f"hub.{region}.api"


def copying_consumer(region: str, service: str) -> ConsumerConfig:
    """The consumer of a region's stream that fills the hub's. Made in the region, so that the hub cannot choose where
    it delivers."""
    return ConsumerConfig(
        durable_name=copying_consumer_name(region),
        deliver_subject=copy_subject(region, service),
        ack_policy=AckPolicy.FLOW_CONTROL,
        flow_control=True,
        idle_heartbeat=HEARTBEAT_SECONDS,
        max_deliver=-1,
    )


def copied_stream(publisher: str, max_age: int, replicas: int = 1) -> StreamConfig:
    """The hub's copy of a region's stream. Without subjects, nobody publishes in it, not even the region."""
    region, service = find_origin(publisher, "")
    return StreamConfig(
        name=publisher,
        sources=[
            StreamSource(
                name=service,
                external=ExternalStream(api=api_prefix(region)),
                consumer=StreamConsumerSource(
                    name=copying_consumer_name(region), deliver_subject=copy_subject(region, service)
                ),
            )
        ],
        storage=StorageType.FILE,
        max_age=max_age,
        allow_direct=True,
        num_replicas=replicas,
    )
