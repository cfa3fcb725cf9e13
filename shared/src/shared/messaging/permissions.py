"""NATS accounts: each service has one of its own, with the permissions it needs, in nats-server's syntax.

A region's connection with a national hub has an account of its own too, at both ends: what may pass is listed there."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from shared.messaging import topology
from shared.messaging.regions import api_prefix, copy_subject, copying_consumer_name, find_origin, is_regional

STREAMS = "DLA"
"""The account of all streams and consumers. Only the deploy step enters it."""
DEPLOYER = "deployer"
HUB = "HUB"
"""In a region, the account that the leaf connection to a hub enters. It has no user."""
RESET, FLOW_CONTROL = "CONSUMER.RESET", "$JS.FC"
"""What a hub may call in a region: have its copying consumers begin again, and acknowledge what it has stored."""
REPLIES = "_R_.>"
"""Under which nats-server answers what a hub calls in a region."""


@dataclass(frozen=True, slots=True)
class ServicePermissions:
    """The publishers that a service receives from: their whole logs, or partition by partition."""

    service: str
    receives_from: tuple[str, ...] = ()
    reads_whole_logs: bool = False


def accounts(
    services: Iterable[ServicePermissions],
    region: str = "{region}",
    *,
    copied: Collection[str] = (),
    regions: Collection[str] = (),
) -> str:
    """The block `accounts`. It holds no key: `$intake` and the like are defined before it.

    `copied`: the services whose streams a hub may copy, in a region. `regions`: whose streams are copied here, at a
    hub; the leaf connection of each is the user `$region-…`.

    Permissions of users in one account would not be enough: JetStream replies on the subject that the request names, so
    a user who may send any request could publish on the subject of another. In separate accounts a reply only returns
    to the requester."""
    services = sorted(services, key=lambda each: each.service)
    exports = [
        f"{{service: {_quote(subject)}, accounts: [{each.service}]}}"
        for each in services
        for subject in _jetstream_subjects(each, region)
    ] + [each for service in copied for each in _exports_to_hub(region, service)]
    streams = (
        f"  {STREAMS} {{\n"
        "    jetstream: enabled\n"
        f"    users: [{{nkey: ${DEPLOYER}}}]\n"
        f"    exports: {_block(exports)}\n"
        + (f"    imports: {_block([each for one in regions for each in _imports_of_hub(one)])}\n" if regions else "")
        + "  }\n"
    )
    own = "".join(_account(each, region) for each in services)
    leaves = "".join(map(_leaf_account, regions)) + (_account_of_hub(region, copied) if copied else "")
    return "accounts {\n" + streams + own + leaves + "}\n"


def leaf_account(region: str) -> str:
    """At a hub, the account of a region's leaf connection."""
    return f"region-{region}"


def region_subjects(region: str) -> tuple[str, str]:
    """What reaches the hub from a region: its events, and the heads of its logs."""
    return copy_subject(region, "*"), topology.high_water_mark_subject(region, "*")


def hub_subjects(region: str, service: str = "*") -> tuple[str, str]:
    """What reaches a region from the hub."""
    consumer = copying_consumer_name(region)
    return f"{api_prefix(region)}.{RESET}.{service}.{consumer}", f"{FLOW_CONTROL}.{service}.{consumer}.>"


def _exports_to_hub(region: str, service: str) -> list[str]:
    reset, flow = hub_subjects(region, service)
    return [
        f"{{stream: {_quote(copy_subject(region, service))}, accounts: [{HUB}]}}",
        f"{{service: {_quote(_own_name(reset, region))}, accounts: [{HUB}]}}",
        f"{{service: {_quote(flow)}, accounts: [{HUB}]}}",
    ]


def _account_of_hub(region: str, copied: Iterable[str]) -> str:
    imports = []
    for service in copied:
        reset, flow = hub_subjects(region, service)
        mark = topology.high_water_mark_subject(region, service)
        imports += [
            f"{{stream: {{account: {STREAMS}, subject: {_quote(copy_subject(region, service))}}}}}",
            f"{{service: {{account: {STREAMS}, subject: {_quote(_own_name(reset, region))}}}, to: {_quote(reset)}}}",
            f"{{service: {{account: {STREAMS}, subject: {_quote(flow)}}}}}",
            f"{{stream: {{account: {service}, subject: {_quote(mark)}}}}}",
        ]
    return f"  {HUB} {{\n    imports: {_block(imports)}\n  }}\n"


def _imports_of_hub(region: str) -> list[str]:
    account, (events, _) = leaf_account(region), region_subjects(region)
    return [
        f"{{stream: {{account: {account}, subject: {_quote(events)}}}}}",
        *(f"{{service: {{account: {account}, subject: {_quote(subject)}}}}}" for subject in hub_subjects(region)),
    ]


def _leaf_account(region: str) -> str:
    account, (events, marks), calls = leaf_account(region), region_subjects(region), hub_subjects(region)
    exports = [
        f"{{stream: {_quote(events)}, accounts: [{STREAMS}]}}",
        f"{{stream: {_quote(marks)}}}",
        *(f"{{service: {_quote(subject)}, accounts: [{STREAMS}]}}" for subject in calls),
    ]
    return (
        f"  {account} {{\n"
        f"    users: [{{nkey: ${account}, allowed_connection_types: [LEAFNODE], permissions: {{\n"
        f"      publish: {{allow: {_block([_quote(each) for each in (events, marks, REPLIES)])}}}\n"
        f"      subscribe: {{allow: {_block([_quote(each) for each in calls])}}}\n"
        "    }}]\n"
        f"    exports: {_block(exports)}\n"
        "  }\n"
    )


def _own_name(subject: str, region: str) -> str:
    """In the region itself, of what the hub calls under its prefix."""
    return subject.replace(api_prefix(region), "$JS.API", 1)


def _account(each: ServicePermissions, region: str) -> str:
    subjects = list(_jetstream_subjects(each, region))
    marks = {publisher: topology.high_water_mark_subject(region, publisher) for publisher in each.receives_from}
    own_mark = topology.high_water_mark_subject(region, each.service)
    imports = [
        f"{{service: {{account: {STREAMS}, subject: {_quote(subject)}}}, to: {_quote(_imported_name(subject))}}}"
        for subject in subjects
    ] + [
        f"{{stream: {{account: {_mark_account(publisher)}, subject: {_quote(subject)}}}}}"
        for publisher, subject in marks.items()
    ]
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


def _mark_account(publisher: str) -> str:
    """The account in which a publisher announces its head."""
    return leaf_account(find_origin(publisher, "").region) if is_regional(publisher) else publisher


def _imported_name(subject: str) -> str:
    """The name in a service's account, where `$JS.API` is the API of that account, which has no streams."""
    return subject.replace("$JS.API", topology.JETSTREAM_PREFIX, 1)


def _quote(subject: str) -> str:
    return json.dumps(subject)


def _block(items: list[str]) -> str:
    return "[\n" + "".join(f"      {item}\n" for item in items) + "    ]"
