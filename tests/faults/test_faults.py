"""A short run of the faults: what `make faults` does for as long as one likes, in a minute."""

from __future__ import annotations

from pathlib import Path

from tests.faults.run import run

SEED = 5
SECONDS = 30.0


def test_nothing_that_was_acknowledged_is_lost_doubled_or_out_of_order(tmp_path: Path) -> None:
    report = run(SEED, SECONDS, tmp_path, say=print)
    assert report.findings == []
    assert report.acknowledged > 0
    assert report.repeated > 0
    assert report.faults.total() >= 3
