"""The generator: what it refuses, and that it writes no secret."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from deploy.hub.__main__ import app
from embedded.processes.nats_users import new_seed
from embedded.processes.nats_users import public_key as public

AUDIT, DEPLOYER, NORD, SUD = (public(new_seed()) for _ in range(4))
TLS = ["--certificate", "/etc/nats/tls.crt", "--private-key", "/etc/nats/tls.key"]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def hub(*more: str) -> Result:
    return run("hub", "--audit", AUDIT, "--deployer", DEPLOYER, *TLS, *more)


def test_a_region_connects_over_tls_with_a_seed_of_the_environment() -> None:
    result = run("region", "nord", "--hub", "tls://hub.example.fr:7422", "--authority", "/etc/nats/ca.crt")
    assert result.exit_code == 0
    assert "nkey: $DLA_HUB_LEAF_SEED\n" in result.stdout
    assert 'url: "tls://hub.example.fr:7422"' in result.stdout and 'ca_file: "/etc/nats/ca.crt"' in result.stdout


def test_a_region_names_no_authority_when_the_machine_knows_it() -> None:
    result = run("region", "nord", "--hub", "tls://hub.example.fr:7422")
    assert "handshake_first: true" in result.stdout and "ca_file" not in result.stdout


def test_the_hub_knows_each_region_by_its_public_key() -> None:
    result = hub("--region", f"nord={NORD}", "--region", f"sud={SUD}")
    assert result.exit_code == 0
    for line in (f'region-nord = "{NORD}"', f'region-sud = "{SUD}"', f'audit = "{AUDIT}"', "no_advertise: true"):
        assert line in result.stdout


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--region", f"Nord={NORD}"], "“Nord” is no name of a region"),
        (["--region", f"nord-={NORD}"], "“nord-” is no name of a region"),
        (["--region", f"{'n' * 41}={NORD}"], "is no name of a region"),
        (["--region", NORD], "is not of the form NAME=U…"),
        (["--region", f"nord={NORD}", "--region", f"nord={SUD}"], "the region nord is given twice"),
        (["--region", f"national={NORD}"], "given twice: national"),
        (["--region", f"nord={AUDIT}"], "two users have one key"),
        (["--region", f"nord={NORD[:-1]}"], "region-nord: this is no public NKey"),
        (["--region", f"nord={NORD[:-1]}{'A' if NORD[-1] != 'A' else 'B'}"], "region-nord: this is no public NKey"),
    ],
)
def test_a_hub_of_wrong_regions_is_refused(arguments: list[str], why: str) -> None:
    result = hub(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert why in result.stderr


def test_a_seed_in_the_place_of_a_key_is_refused_and_not_repeated() -> None:
    seed = new_seed()
    result = hub("--region", f"nord={seed}")
    assert (result.exit_code, result.stdout) == (2, "")
    assert seed[:10] not in result.output


def test_a_hub_without_a_certificate_is_refused() -> None:
    result = run("hub", "--audit", AUDIT, "--deployer", DEPLOYER, "--region", f"nord={NORD}")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "TLS alone" in result.stderr


@pytest.mark.parametrize(
    "url",
    ["nats://hub.example.fr:7422", "nats-leaf://10.0.0.1:7422", "tls://hub.example.fr", "tls://u:p@hub:7422", "hub:x"],
)
def test_a_hub_that_is_not_encrypted_or_no_address_is_refused(url: str) -> None:
    result = run("region", "nord", "--hub", url)
    assert (result.exit_code, result.stdout) == (2, "")
    assert url in result.stderr


def test_a_key_is_private_and_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "leaf.seed"
    made = run("key", str(file))
    assert made.exit_code == 0
    assert public(file.read_text()) == made.stdout.strip()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = run("key", str(file))
    assert again.exit_code == 2 and "File exists" in again.stderr
    assert public(file.read_text()) == made.stdout.strip()
