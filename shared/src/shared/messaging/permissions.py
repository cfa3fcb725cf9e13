"""What may each service do on NATS? What its part needs, in an account of its own; as nats-server reads it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shared.messaging import topology

STREAMS = "DLA"
"""The account of all the streams and consumers, which the deploy step alone enters."""
DEPLOYER = "deployer"


@dataclass(frozen=True, slots=True)
class ServicePermissions:
    """What a service has to do with the others: whom it hears, `whole` or by partition."""

    service: str
    hears: tuple[str, ...] = ()
    whole: bool = False


def accounts(parts: Iterable[ServicePermissions], region: str = "{region}") -> str:
    """The block `accounts`, without a key: `$intake` and the like are to be defined before it.

    A user's permissions alone would not do: JetStream answers on whatever subject it is asked to, and whoever may
    ask anything could thus speak on another's. In an account of its own an answer comes back to who asked."""
    parts = sorted(parts, key=lambda part: part.service)
    exports = [
        f"{{service: {_quoted(subject)}, accounts: [{part.service}]}}"
        for part in parts
        for subject in _asked(part, region)
    ]
    streams = (
        f"  {STREAMS} {{\n"
        "    jetstream: enabled\n"
        f"    users: [{{nkey: ${DEPLOYER}}}]\n"
        f"    exports: {_block(exports)}\n"
        "  }\n"
    )
    return "accounts {\n" + streams + "".join(_account(part, region) for part in parts) + "}\n"


def _account(part: ServicePermissions, region: str) -> str:
    asked = list(_asked(part, region))
    heads = {publisher: topology.head_subject(region, publisher) for publisher in part.hears}
    own_head = topology.head_subject(region, part.service)
    imports = [
        f"{{service: {{account: {STREAMS}, subject: {_quoted(subject)}}}, to: {_quoted(_called(subject))}}}"
        for subject in asked
    ] + [f"{{stream: {{account: {publisher}, subject: {_quoted(subject)}}}}}" for publisher, subject in heads.items()]
    published = [_quoted(subject) for subject in [own_head, *map(_called, asked)]]
    subscribed = [_quoted(subject) for subject in [f"{topology.reply_prefix(part.service)}.>", *heads.values()]]
    return (
        f"  {part.service} {{\n"
        f"    users: [{{nkey: ${part.service}, permissions: {{\n"
        f"      publish: {{allow: {_block(published)}}}\n"
        f"      subscribe: {{allow: {_block(subscribed)}}}\n"
        "    }}]\n"
        f"    exports: [{{stream: {_quoted(own_head)}}}]\n"
        f"    imports: {_block(imports)}\n"
        "  }\n"
    )


def _asked(part: ServicePermissions, region: str) -> Iterator[str]:
    """What a service asks of the streams' account: to take its events, where its stream ends, what it has to hear."""
    yield from topology.stream(region, part.service).subjects or ()
    yield f"$JS.API.STREAM.INFO.{part.service}"
    yield f"$JS.API.DIRECT.GET.{part.service}"
    for publisher in part.hears:
        for consumer in topology.consumers(region, part.service, publisher, whole=part.whole):
            yield f"$JS.API.CONSUMER.INFO.{publisher}.{consumer.durable_name}"
            yield f"$JS.API.CONSUMER.MSG.NEXT.{publisher}.{consumer.durable_name}"
            yield f"$JS.ACK.{publisher}.{consumer.durable_name}.>"


def _called(subject: str) -> str:
    """Its name in a service's account: there `$JS.API` is that of an account without streams."""
    return subject.replace("$JS.API", topology.API, 1)


def _quoted(subject: str) -> str:
    return json.dumps(subject)


def _block(items: list[str]) -> str:
    return "[\n" + "".join(f"      {item}\n" for item in items) + "    ]"
