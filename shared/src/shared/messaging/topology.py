"""Names and settings of the NATS streams, consumers and subjects. Only the deploy step creates them."""

from __future__ import annotations

import logging
from collections.abc import Iterable

import msgspec
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, StorageType, StreamConfig
from nats.js.errors import BadRequestError, NotFoundError

from shared.eventlog import PARTITIONS
from shared.kernel import PHASE_SERVICES
from shared.messaging.nats_access import connect
from shared.messaging.regions import copied_stream, copying_consumer, find_origin, is_regional
from shared.messaging.wire import decode
from shared.settings import NatsAccess

log = logging.getLogger(__name__)
MAX_AGE_SECONDS = 7 * 24 * 3600
"""Older events are back-filled from the publisher's feed."""
COPY_MAX_AGE_SECONDS = 24 * 3600
"""Of a hub's copy, counted from its arrival there: what travels encrypted is then gone everywhere after eight days. A
hub whose audit was down for longer reads the feeds."""
ACK_WAIT_SECONDS = 6
"""How long a killed replica blocks its partition. Duplicates are prevented by compare-and-set, not by this."""
STREAM_NAME_IN_USE = 10058
JETSTREAM_PREFIX = "JS.API"
"""The prefix by which a service calls JetStream: the streams are in an account of their own, which no service
enters."""


def reply_prefix(service: str) -> str:
    """The subject prefix of the replies to a service: `nats.connect(inbox_prefix=…)`."""
    return f"_INBOX_{service}"


def subject(region: str, publisher: str, partition: int | str, topic: str) -> str:
    """`dla.<region>.<service>.<partition>.<event>.v<n>`; the topic is `event:v<n>`. `region`: of this deployment; a
    publisher of the hub names its own."""
    at = find_origin(publisher, region)
    return f"dla.{at.region}.{at.service}.{partition}.{topic.replace(':', '.')}"


def high_water_mark_subject(region: str, publisher: str) -> str:
    """The subject of a publisher's high-water mark: outside the stream, to show what the stream has lost."""
    at = find_origin(publisher, region)
    return f"dla.{at.region}.{at.service}.head"


def stream(region: str, publisher: str, replicas: int = 1) -> StreamConfig:
    """`replicas`: how many servers keep it; its consumers follow it."""
    if is_regional(publisher):
        return copied_stream(publisher, COPY_MAX_AGE_SECONDS, replicas)
    return StreamConfig(
        name=publisher,
        subjects=[subject(region, publisher, "*", "*.*")],
        storage=StorageType.FILE,
        max_age=MAX_AGE_SECONDS,
        allow_atomic=True,
        allow_direct=True,
        num_replicas=replicas,
    )


def consumers(region: str, service: str, publisher: str, *, whole_log: bool) -> list[ConsumerConfig]:
    """One durable consumer for each partition; with `whole_log`, one for the publisher, in the order of its log."""
    if whole_log:
        return [_consumer(f"{service}-{publisher}", subject(region, publisher, "*", "*.*"))]
    return [
        _consumer(f"{service}-{publisher}-{partition}", subject(region, publisher, partition, "*.*"))
        for partition in range(PARTITIONS)
    ]


def _consumer(durable: str, filter_subject: str) -> ConsumerConfig:
    return ConsumerConfig(
        durable_name=durable,
        filter_subject=filter_subject,
        ack_policy=AckPolicy.EXPLICIT,
        max_ack_pending=1,  # the next event waits for this one, whichever replica has it
        ack_wait=ACK_WAIT_SECONDS,
        max_deliver=-1,
    )


async def install(
    deployer: NatsAccess,
    region: str,
    service: str,
    publishers: Iterable[str] = (),
    *,
    whole_log: bool = False,
    replicas: int = 1,
) -> None:
    """Creates a service's stream, and the streams and consumers of the publishers that it receives from. Safe to run
    again, or twice at once; with another number of replicas, streams are given that many."""
    connection = await connect(deployer, allow_reconnect=False)
    try:
        jetstream = connection.jetstream()
        await _make_stream(jetstream, stream(region, service, replicas), region)
        for publisher in publishers:
            await _make_stream(jetstream, stream(region, publisher, replicas), region)
            for consumer in consumers(region, service, publisher, whole_log=whole_log):
                await jetstream.add_consumer(publisher, consumer)
    finally:
        await connection.close()


async def _remove_foreign_end(jetstream: JetStreamContext, service: str) -> None:
    """Removes a last message that no relay of ours has sent: nothing is sent behind it. The relay then sends again
    what the stream would still hold, and receivers pass over what they have."""
    sequence = (await jetstream.stream_info(service)).state.last_seq
    if not sequence:
        return
    try:
        decode((await jetstream.get_msg(service, sequence)).data or b"")
    except NotFoundError:
        return  # emptied, by age or by a wipe
    except msgspec.DecodeError as error:
        log.warning("%s: message %d of the stream is not an event, and is removed: %s", service, sequence, error)
        await jetstream.delete_msg(service, sequence)


async def _make_stream(jetstream: JetStreamContext, config: StreamConfig, region: str) -> None:
    """With the consumer for a hub, which is idle where the region has none."""
    name = config.name or ""
    try:
        await jetstream.add_stream(config)
    except BadRequestError as error:
        if error.err_code != STREAM_NAME_IN_USE:
            raise
        await jetstream.update_stream(config)
    if config.sources:
        return  # a copy: its end is its region's concern
    await _remove_foreign_end(jetstream, name)
    if name in PHASE_SERVICES:
        await jetstream.add_consumer(name, copying_consumer(region, name))
