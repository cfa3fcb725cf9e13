"""NATS accounts: each service has one of its own, with the permissions it needs, in nats-server's syntax."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shared.messaging import topology

STREAMS = "DLA"
"""The account of all streams and consumers. Only the deploy step enters it."""
DEPLOYER = "deployer"


@dataclass(frozen=True, slots=True)
class ServicePermissions:
    """The publishers that a service receives from: their whole logs, or partition by partition."""

    service: str
    receives_from: tuple[str, ...] = ()
    reads_whole_logs: bool = False


def accounts(services: Iterable[ServicePermissions], region: str = "{region}") -> str:
    """The block `accounts`. It holds no key: `$intake` and the like are defined before it.

    Permissions of users in one account would not be enough: JetStream replies on the subject that the request names, so
    a user who may send any request could publish on the subject of another. In separate accounts a reply only returns
    to the requester."""
    services = sorted(services, key=lambda each: each.service)
    exports = [
        f"{{service: {_quote(subject)}, accounts: [{each.service}]}}"
        for each in services
        for subject in _jetstream_subjects(each, region)
    ]
    streams = (
        f"  {STREAMS} {{\n"
        "    jetstream: enabled\n"
        f"    users: [{{nkey: ${DEPLOYER}}}]\n"
        f"    exports: {_block(exports)}\n"
        "  }\n"
    )
    return "accounts {\n" + streams + "".join(_account(each, region) for each in services) + "}\n"


def _account(each: ServicePermissions, region: str) -> str:
    subjects = list(_jetstream_subjects(each, region))
    marks = {publisher: topology.high_water_mark_subject(region, publisher) for publisher in each.receives_from}
    own_mark = topology.high_water_mark_subject(region, each.service)
    imports = [
        f"{{service: {{account: {STREAMS}, subject: {_quote(subject)}}}, to: {_quote(_imported_name(subject))}}}"
        for subject in subjects
    ] + [f"{{stream: {{account: {publisher}, subject: {_quote(subject)}}}}}" for publisher, subject in marks.items()]
    publish = [_quote(subject) for subject in [own_mark, *map(_imported_name, subjects)]]
    subscribe = [_quote(subject) for subject in [f"{topology.reply_prefix(each.service)}.>", *marks.values()]]
    return (
        f"  {each.service} {{\n"
        f"    users: [{{nkey: ${each.service}, permissions: {{\n"
        f"      publish: {{allow: {_block(publish)}}}\n"
        f"      subscribe: {{allow: {_block(subscribe)}}}\n"
        "    }}]\n"
        f"    exports: [{{stream: {_quote(own_mark)}}}]\n"
        f"    imports: {_block(imports)}\n"
        "  }\n"
    )


def _jetstream_subjects(each: ServicePermissions, region: str) -> Iterator[str]:
    """The subjects of the streams' account that a service needs: publish its events, read the end of its stream, and
    fetch and acknowledge from its consumers."""
    yield from topology.stream(region, each.service).subjects or ()
    yield f"$JS.API.STREAM.INFO.{each.service}"
    yield f"$JS.API.DIRECT.GET.{each.service}"
    for publisher in each.receives_from:
        for consumer in topology.consumers(region, each.service, publisher, whole_log=each.reads_whole_logs):
            yield f"$JS.API.CONSUMER.INFO.{publisher}.{consumer.durable_name}"
            yield f"$JS.API.CONSUMER.MSG.NEXT.{publisher}.{consumer.durable_name}"
            yield f"$JS.ACK.{publisher}.{consumer.durable_name}.>"


def _imported_name(subject: str) -> str:
    """The name in a service's account, where `$JS.API` is the API of that account, which has no streams."""
    return subject.replace("$JS.API", topology.JETSTREAM_PREFIX, 1)


def _quote(subject: str) -> str:
    return json.dumps(subject)


def _block(items: list[str]) -> str:
    return "[\n" + "".join(f"      {item}\n" for item in items) + "    ]"
