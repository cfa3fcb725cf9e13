"""The protocol of relay, inbox and scheduler, simulated: `make simulate` runs more seeds than the suite."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from tests.simulation.mutants import MUTANTS
from tests.simulation.running import simulate
from tests.support import ROOT

SEEDS, BLOCK = 80, 20


@pytest.mark.parametrize("first", range(1, SEEDS, BLOCK))
def test_every_promise_holds_whatever_fails(first: int) -> None:
    broken = [outcome for seed in range(first, first + BLOCK) if (outcome := simulate(seed)).broken]
    assert not broken, f"make simulate SEED={broken[0].seed} RUNS=1: {broken[0].broken}"


def test_a_seed_gives_the_same_run_each_time() -> None:
    runs = [simulate(3, tracing=True) for _ in range(2)]
    assert len(runs[0].trace) > 500
    assert runs[0].trace == runs[1].trace


@pytest.mark.parametrize("name", sorted(MUTANTS))
def test_a_fault_planted_in_the_protocol_is_found_by_its_seed(name: str) -> None:
    mutant = MUTANTS[name]
    assert simulate(mutant.seed).broken is None
    assert simulate(mutant.seed, mutant.plant).broken, f"nothing notices without: {mutant.what}"


def test_a_failing_seed_is_printed_with_its_trace_and_how_to_run_it_again() -> None:
    name, mutant = "acknowledged-first", MUTANTS["acknowledged-first"]
    command = [sys.executable, "-m", "tests.simulation", "--mutant", name, "--seed", str(mutant.seed), "--runs", "2"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 1, run.stderr
    assert re.search(rf"^seed {mutant.seed}: .*acknowledged after the commit", run.stdout, re.MULTILINE)
    assert f"make simulate SEED={mutant.seed} RUNS=1" in run.stdout
    assert "nats: pull" in run.stdout
