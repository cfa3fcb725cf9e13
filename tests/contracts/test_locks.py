"""Dependencies locked by their hash, whichever index a machine has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted(path.name for path in ROOT.glob("requirements*.lock"))
PINNED = re.compile(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==\S+( ; .+)?")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def faults_of(lock: str) -> list[str]:
    """What is not pinned to one version and to hashes, and whatever names an address."""
    entries = [entry.split() for entry in lock.replace("\\\n", " ").splitlines() if entry.strip()]
    faults = []
    for words in entries:
        hashes = [word for word in words if HASH.fullmatch(word)]
        said = " ".join(word for word in words if word not in hashes)
        if not hashes or not PINNED.fullmatch(said) or "://" in said:
            faults.append(said)
    return faults


@pytest.mark.parametrize("name", LOCKS)
def test_everything_is_pinned_by_hash_and_nothing_by_address(name: str) -> None:
    lock = (ROOT / name).read_text()
    assert faults_of(lock) == []
    assert len(lock.split("==")) > 1


@pytest.mark.parametrize(
    "added",
    [
        "left-pad==1.0",
        "left-pad>=1.0 --hash=sha256:" + "0" * 64,
        "left-pad @ https://example.org/left-pad.whl --hash=sha256:" + "0" * 64,
        "--index-url https://example.org/simple",
        "left-pad==1.0 --hash=md5:" + "0" * 32,
    ],
)
def test_what_is_not_would_be_noticed(added: str) -> None:
    assert len(faults_of((ROOT / "requirements.lock").read_text() + added + "\n")) == 1
