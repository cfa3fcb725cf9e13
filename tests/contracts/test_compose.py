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
    assert 16 <= service["pids_limit"] <= 256
    assert 0 < service["cpus"] <= 2
    assert all("size=" in each for each in service["tmpfs"]), "what is in memory has a limit"


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_may_do_nothing_that_it_need_not(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert set(service.get("cap_add", ())) == TAKES_ITS_FOLDER_OVER.get(name, set())
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    assert not {"privileged", "network_mode", "pid", "ipc", "devices", "userns_mode"} & service.keys()


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
