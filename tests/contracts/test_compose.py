"""docker-compose.yml: every container is confined, and takes a bounded part of the machine."""

from __future__ import annotations

import re
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


def mebibytes(limit: str) -> int:
    amount, unit = re.fullmatch(r"(\d+)([mg])", limit).groups()  # type: ignore[union-attr]
    return int(amount) * (1024 if unit == "g" else 1)
