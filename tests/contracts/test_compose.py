"""docker-compose.yml: every container is confined, takes a bounded part of the machine, and can be pinned."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.support.generated.helm_values_schema import variables

from shared.runtime.process_role import ProcessRole
from shared.runtime.startup import connections_of
from shared.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
TAKES_ITS_FOLDER_OVER = {"postgres": {"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"}}
"""Its image begins as root, and becomes another user."""


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_has_limits_of_memory_processes_and_processors(name: str) -> None:
    service = SERVICES[name]
    assert 64 <= mebibytes(service["mem_limit"]) <= 2048
    assert service["memswap_limit"] == service["mem_limit"], "no swap beside it"
    assert 16 <= service["pids_limit"] <= 384
    assert 0 < service["cpus"] <= 2
    assert all("size=" in each for each in service["tmpfs"]), "what is in memory has a limit"
    assert {"max-size", "max-file"} <= service["logging"]["options"].keys(), "nor do its logs fill the disk"


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_may_do_nothing_that_it_need_not(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert set(service.get("cap_add", ())) == TAKES_ITS_FOLDER_OVER.get(name, set())
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    assert not {"privileged", "network_mode", "pid", "ipc", "devices", "userns_mode"} & service.keys()


PHASES = ("intake", "diagnostic", "parcours", "followup", "audit")
ROLES = {"api": "api", "worker": "work", "relay": "relay"}


@pytest.mark.parametrize("name", PHASES)
def test_each_role_of_a_service_is_a_container_of_its_own_where_asked(name: str) -> None:
    single = SERVICES[name]
    assert single["profiles"] == ["single"]
    for suffix, role in ROLES.items():
        scaled = SERVICES[f"{name}-{suffix}"]
        assert (scaled["profiles"], scaled["command"]) == (["scaled"], ["serve", "--role", role])
        assert "ports" not in scaled, "a second replica could not have it"
        assert [scaled[each] for each in ("image", "volumes", "depends_on")] == [
            single[each] for each in ("image", "volumes", "depends_on")
        ]
        assert scaled["environment"].items() >= single["environment"].items()
    assert "DLA_PROXIES" in SERVICES[f"{name}-api"]["environment"], "else all callers are one address"


def test_the_load_balancer_is_where_the_services_are_without_it() -> None:
    balancer = SERVICES["balancer"]
    published = {port.partition(":-")[2].partition("}")[0]: port.rpartition(":")[2] for port in balancer["ports"]}
    alone = {SERVICES[name]["ports"][0].partition(":-")[2].partition("}")[0] for name in PHASES}
    assert published.keys() == alone
    assert balancer["networks"]["default"]["aliases"] == [*PHASES]
    configured = (ROOT / "deploy/balancer/haproxy.cfg").read_text()
    for name, port in zip(PHASES, published.values(), strict=True):
        assert f"use_backend {name} if {{ dst_port {port} }}" in " ".join(configured.split())
        assert f"replica 20 {name}-api:8000" in configured


def test_one_of_the_profiles_is_chosen_unless_another_is_named() -> None:
    assert "COMPOSE_PROFILES=single" in (ROOT / ".env").read_text().splitlines()


def test_the_connections_of_all_services_are_fewer_than_postgresql_has() -> None:
    """With the replicas that the guide names: three of the api, two of each other role."""
    (most,) = re.findall(r"max_connections=\$\{\w+:-(\d+)}", " ".join(SERVICES["postgres"]["command"]))
    (each,) = re.findall(r":-(\d+)}", SERVICES["databases"]["environment"]["DLA_DATABASE_CONNECTIONS"])
    (pool,) = re.findall(r":-(\d+)}", SERVICES["intake"]["environment"]["DLA_DATABASE_POOL"])
    settings = Settings.model_construct(database_pool=int(pool))
    needed = {role: connections_of(role, settings) for role in ProcessRole}
    assert 3 * needed[ProcessRole.API] + 2 * (needed[ProcessRole.WORK] + needed[ProcessRole.RELAY]) <= int(each)
    owners, people = 4, 10  # deploy/compose/make_databases.py
    assert len(PHASES) * (int(each) + owners) + people <= int(most)


PLACED_HERE = {"DLA_FEEDS", "DLA_ERASURE_LIST", "DLA_AUDIT_LEDGER_CHECKPOINT_FILE", "DLA_CONSOLE_SESSIONS"}
"""The names of containers of the file, and places in its volumes."""


@pytest.mark.parametrize("program", [*PHASES, "console"])
def test_every_setting_of_a_program_can_be_set(program: str) -> None:
    """The file of settings gives what `environment` does not, and what that gives can be replaced: a value there
    wins over the file without a word."""
    roles = ["", "-migrate", *(f"-{suffix}" for suffix in ROLES)] if program in PHASES else [""]
    settings = {*variables("shared", program, secret=False), *variables("shared", program, secret=True)}
    for name in (f"{program}{role}" for role in roles):
        container = SERVICES[name]
        assert container["env_file"] == [{"path": "${DLA_SETTINGS:-region.env}", "required": False}], name
        given = {each: str(value) for each, value in container["environment"].items() if each in settings}
        assert settings > given.keys() > set(), name
        fixed = {each for each, value in given.items() if not value.startswith(f"${{{each}:-")}
        assert fixed <= PLACED_HERE, name
        assert "${DLA_FILES:-./deploy/compose/files}:/run/files:ro" in container["volumes"], "files that settings name"
    assert (ROOT / "deploy/compose/files").is_dir(), "else Docker makes it, as root"


PUBLIC_IMAGES = {"PYTHON_IMAGE", "POSTGRES_IMAGE", "NATS_IMAGE"}
VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")


def run_check(**deployed: str) -> tuple[int, list[str]]:
    """What `check_pins.py` says of docker-compose.yml as Compose resolves it."""
    resolved = VARIABLE.sub(
        lambda each: deployed.get(each[1], each[2] or ""), (ROOT / "docker-compose.yml").read_text()
    )
    program = [sys.executable, str(ROOT / "deploy/images/check_pins.py")]
    done = subprocess.run(
        program, input=json.dumps(yaml.safe_load(resolved)), capture_output=True, text=True, check=False
    )
    return done.returncode, [line.split()[0] for line in done.stderr.splitlines()]


def test_every_public_image_can_be_pinned_and_the_check_misses_none() -> None:
    """No registry is asked: a digest has the right form, not the right content."""
    assert run_check() == (1, ["nats:2.15-alpine", "postgres:18", "python:3.13-slim-bookworm"])
    pins = {name: f"registre.example.org/{name.lower()}:1@sha256:{'a' * 64}" for name in PUBLIC_IMAGES}
    assert run_check(**pins) == (0, [])
    for name in PUBLIC_IMAGES:
        assert run_check(**pins | {name: "by-a-tag:1"}) == (1, ["by-a-tag:1"])
        assert run_check(**pins | {name: "by-half@sha256:abc"}) == (1, ["by-half@sha256:abc"])


def test_what_is_built_stands_on_the_one_base() -> None:
    stages = re.findall(r"^FROM (\S+)(?: AS (\S+))?", (ROOT / "deploy/images/Dockerfile").read_text(), re.MULTILINE)
    own = {name for _, name in stages}
    assert {base for base, _ in stages} - own == {"${PYTHON_IMAGE}"}


def mebibytes(limit: str) -> int:
    amount, unit = re.fullmatch(r"(\d+)([mg])", limit).groups()  # type: ignore[union-attr]
    return int(amount) * (1024 if unit == "g" else 1)
