"""The schema of the Helm chart's values, with every setting of the programs.

python -m tests.support.generated.helm_values_schema      writes it anew"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import SecretBytes, SecretStr
from pydantic_settings import BaseSettings
from tests.support.generated.golden_samples import ROOT

from deploy.hub.nats_configuration import REGION_NAME
from shared.kernel import PHASE_SERVICES

sys.path.insert(0, str(ROOT / "docs" / "_site"))
from packages import SERVICES, classes

FILE = ROOT / "deploy" / "helm" / "dla" / "values.schema.json"
PROGRAMS = ("intake", "diagnostic", "parcours", "followup", "audit")
NOT_OF_THE_CHART = ("DLA_WITNESS_", "DLA_DEV_CLOCK", "DLA_MODE")
"""The template of the witness sets its own; the rest is for development."""
SEEDS = ("DLA_NATS_SEED", "DLA_NATS_DEPLOYER_SEED", "DLA_DATABASE_URL", "DLA_DATABASE_OWNER_URL")


def settings_of(package: str) -> Iterator[tuple[str, bool]]:
    """The variables of a package that a deployment sets, each with whether it is a secret."""
    for model in classes(package):
        if issubclass(model, BaseSettings):
            for name, each in model.model_fields.items():
                variable = str(each.validation_alias or f"{model.model_config.get('env_prefix', '')}{name.upper()}")
                if not variable.startswith(NOT_OF_THE_CHART):
                    yield variable, variable in SEEDS or _is_secret(each.annotation)


def _is_secret(annotation: Any) -> bool:
    return annotation in (SecretStr, SecretBytes) or any(_is_secret(each) for each in get_args(annotation))


def variables(*packages: str, secret: bool) -> list[str]:
    return sorted({name for each in packages for name, is_secret in settings_of(each) if is_secret is secret})


def _settings(*packages: str) -> dict[str, Any]:
    return {
        "type": "object",
        "description": "Variables that are no secret; secrets come from a Secret",
        "propertyNames": {"enum": variables(*packages, secret=False)},
        "additionalProperties": {"type": ["string", "number", "boolean"]},
    }


def _object(required: tuple[str, ...] = (), /, **properties: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "object", "additionalProperties": False, "properties": properties}
    return found | ({"required": list(required)} if required else {})


def _text(description: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "description": description} | more


def _number(description: str, **more: Any) -> dict[str, Any]:
    return {"type": "integer", "minimum": 1, "description": description} | more


def _flag(description: str) -> dict[str, Any]:
    return {"type": "boolean", "description": description}


NAME = {"pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"}
RESOURCES = {"type": "object", "description": "Requests and limits of the container"}
PEERS = {"type": "array", "items": {"type": "object"}, "description": "Peers, as a NetworkPolicy takes them"}


def _role(workers: bool) -> dict[str, Any]:
    more = {"workers": _number("Processes in one container", maximum=64)} if workers else {}
    replicas = _number("Pods; with autoscaling, the fewest of the role work")
    return _object(replicas=replicas, maxReplicas=_number("The most"), resources=RESOURCES, **more)


def _service(name: str) -> dict[str, Any]:
    return _object(
        ("secret", "ownerSecret"),
        settings=_settings("shared", name),
        files={
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "Files in /etc/dla/files that settings name: name → content",
        },
        secret=_text("The Secret with the variables that are secret"),
        ownerSecret=_text("The Secret with DLA_DATABASE_OWNER_URL, for `migrate` alone"),
        roles=_object(api=_role(workers=True), work=_role(workers=False), relay=_role(workers=False)),
    )


def _hub() -> dict[str, Any]:
    return _object(
        configuration=_text("What `python -m deploy.hub hub`, or `region`, prints"),
        regions={
            "type": "object",
            "propertyNames": {"pattern": f"^{REGION_NAME.pattern}$"},
            "additionalProperties": {"type": "string", "pattern": r"^https://.*\{service\}"},
            "description": "At the hub: region → addresses of its services, with {service} for their names",
        },
        listener=_object(
            type={"enum": ["LoadBalancer", "NodePort", "ClusterIP"]},
            annotations={"type": "object", "additionalProperties": {"type": "string"}},
        ),
        seedSecret=_text("In a region under a hub: the Secret with DLA_HUB_LEAF_SEED"),
        authoritySecret=_text("Authority of the hub's certificate, under ca.crt; by default tls.authoritySecret"),
    )


def _hub_or_region() -> dict[str, Any]:
    """At a hub the audit service runs alone; in a region all services and the console do."""
    no, some = {"const": ""}, {"minLength": 1}

    def said(secret: dict[str, Any], programs: tuple[str, ...]) -> dict[str, Any]:
        return {name: {"properties": {"secret": secret, "ownerSecret": secret}} for name in programs}

    def console(value: dict[str, Any]) -> dict[str, Any]:
        return {"properties": {"address": value, "secret": value}}

    hub = {"properties": {"hub": {"properties": {"regions": {"minProperties": 1}}, "required": ["regions"]}}}
    phases = {"properties": said(no, PHASE_SERVICES) | said(some, ("audit",))}
    no_leaf = {"properties": {"seedSecret": no}}
    return {
        "if": hub | {"required": ["hub"]},
        "then": {"properties": {"services": phases, "console": console(no), "hub": no_leaf}},
        "else": {"properties": {"services": {"properties": said(some, PROGRAMS)}, "console": console(some)}},
    }


def schema() -> dict[str, Any]:
    backup = _object(
        destination=_text("s3://…; empty for none"),
        endpoint=_text("Of the object store, where it is not Amazon's"),
        secret=_text("The Secret with ACCESS_KEY_ID and SECRET_ACCESS_KEY"),
        retention=_text("For how long back-ups are kept; DLA_INTAKE_BACKUP_DAYS says it to DPOs", pattern="^[0-9]+d$"),
        schedule=_text("Cron with seconds"),
    )
    top = _object(
        ("region", "image", "identity", "services", "console"),
        region=_text("First part of the NATS subjects, which keeps regions apart", minLength=1, **NAME),
        image=_object(
            registry=_text("Before /dla-intake and the others"),
            tag=_text("Of all images; the chart's version by default"),
            digests={
                "type": "object",
                "propertyNames": {"enum": [*PROGRAMS, "console"]},
                "additionalProperties": {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"},
                "description": "By program, instead of the tag",
            },
            pullPolicy={"enum": ["Always", "IfNotPresent", "Never"]},
            pullSecrets={"type": "array", "items": {"type": "object"}},
        ),
        settings=_settings("shared", *SERVICES),
        identity=_object(
            ("issuer", "jwks"),
            issuer=_text("DLA_ISSUER", pattern="^https://"),
            jwks=_text("DLA_JWKS", pattern="^https://"),
            audience=_text("DLA_AUDIENCE", minLength=1),
        ),
        tls=_object(
            secretPrefix=_text(
                "Secrets of type kubernetes.io/tls, PREFIX-intake, … PREFIX-console, PREFIX-nats", **NAME
            ),
            authoritySecret=_text("The Secret with the authority, under ca.crt", **NAME),
        ),
        services=_object(PROGRAMS, **{name: _service(name) for name in PROGRAMS}),
        console=_object(
            ("address", "secret"),
            address=_text("Where people reach the console", pattern="^(https://.*)?$"),
            settings=_settings("shared", "console"),
            secret=_text("The Secret with the variables that are secret"),
            replicas=_number("Pods"),
            resources=RESOURCES,
        ),
        migration=_object(deployerSecret=_text("The Secret with DLA_NATS_DEPLOYER_SEED", **NAME), resources=RESOURCES),
        sharedFiles=_object(
            storageClass=_text("One that several nodes may write to"),
            accessModes={"type": "array", "items": {"enum": ["ReadWriteMany", "ReadWriteOnce"]}, "minItems": 1},
            size=_text("Of each volume"),
        ),
        network=_object(callers=PEERS, scrapers=PEERS, outside=PEERS, regions=PEERS),
        hub=_hub(),
        autoscaling=_object(
            enabled=_flag("Needs KEDA and a Prometheus"),
            prometheus=_text("Its address", pattern="^https?://"),
            lagSeconds=_number("The lag that one more worker is started for"),
        ),
        postgres=_object(
            enabled=_flag("Needs the CloudNativePG operator"),
            image=_text("Of PostgreSQL"),
            instances=_number("Servers; from two on, each commit is on two disks"),
            storage=_text("Of each server"),
            walStorage=_text("Of each server"),
            storageClass=_text("By default the cluster's"),
            connections=_number("Connections that each service may have, all its pods together"),
            resources=RESOURCES,
            backup=backup,
        ),
        nats=_object(
            enabled=_flag("Three servers of this chart; else say `url`"),
            image=_text("Of nats-server"),
            url=_text("DLA_NATS_URL", pattern="^(tls://.*)?$"),
            replicas={"enum": [1, 3, 5], "description": "Servers, and copies of each stream"},
            storage=_text("Of each server"),
            storageClass=_text("By default the cluster's"),
            users={
                "type": "object",
                "propertyNames": {"enum": [*PROGRAMS, "deployer"]},
                "additionalProperties": {"type": "string", "pattern": "^U[A-Z0-9]{55}$"},
                "description": "The public NKey of each user",
            },
            resources=RESOURCES,
        ),
        witness=_object(
            name=_text("DLA_WITNESS_NAME; empty for none"),
            secret=_text("The Secret with DLA_WITNESS_KEY"),
            logs=_text("DLA_WITNESS_LOGS: the published key of each ledger that it follows, one on each line"),
            initialize=_flag("At the first installation alone: makes the empty store"),
            storage=_text("Of what it has cosigned"),
            storageClass=_text("By default the cluster's"),
            resources=RESOURCES,
        ),
    )
    start = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Values of the chart dla"}
    return start | top | _hub_or_region()


def written() -> str:
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(written())
