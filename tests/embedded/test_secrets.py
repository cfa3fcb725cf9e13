"""What compose makes at its first start: each secret once, and a NATS configuration that opens to those seeds alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from embedded.processes.nats import SERVICES, binary

ROOT = Path(__file__).parents[2]


def test_each_secret_is_made_once_and_the_server_is_told_public_keys_only(tmp_path: Path) -> None:
    folders = tmp_path / "secrets"
    made, again = made_in(folders, tmp_path), made_in(folders, tmp_path)
    assert made == again
    seeds = {path: text for path, text in made.items() if path.name.endswith("_SEED")}
    assert {path.parent.name for path in seeds} == {*SERVICES, "deployer"}
    assert len(set(seeds.values())) == len(seeds)
    told = made[Path("nats/authorization.conf")]
    assert "dla.somewhere.intake.head" in told
    assert not any(seed in told for seed in seeds.values())
    subprocess.run([binary(), "-c", folders / "nats" / "authorization.conf", "-t"], check=True)


def made_in(folders: Path, beside: Path) -> dict[Path, str]:
    """As the image has it: the program beside what it reads."""
    for file in (ROOT / "deploy" / "compose" / "make_secrets.py", ROOT / "deploy" / "nats" / "accounts.conf"):
        (beside / file.name).write_text(file.read_text())
    subprocess.run([sys.executable, beside / "make_secrets.py", folders, "somewhere", *SERVICES], check=True)
    return {path.relative_to(folders): path.read_text() for path in folders.rglob("*") if path.is_file()}
