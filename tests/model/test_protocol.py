"""The protocol of relay, lease, stream and inbox in a model checker: what holds, holds in every interleaving."""

from __future__ import annotations

import re

import pytest
from tests.model.checking import IS_HERE, MODEL, MUTANTS, SMALL, SOON_COMPILED, check

needs_spin = pytest.mark.skipif(
    not IS_HERE, reason="Spin and gcc are not here (Debian: spin, gcc): no model was checked"
)


@needs_spin
@pytest.mark.parametrize("disaster", SMALL)
def test_every_promise_holds_and_the_system_comes_to_rest(disaster: str) -> None:
    checked = check(SMALL[disaster])
    assert checked.broken is None
    assert checked.states > 10_000, "nothing was searched"


@needs_spin
@pytest.mark.parametrize("name", MUTANTS)
def test_a_fault_planted_in_the_model_is_found(name: str) -> None:
    what, faults = MUTANTS[name]
    assert check(faults, mutant=name, compiled=SOON_COMPILED).broken, f"nothing notices without: {what}"


def test_each_planted_fault_of_the_model_is_tried() -> None:
    assert re.findall(r"^#define (\w+) \(MUTANT ==", MODEL.read_text(), re.MULTILINE) == list(MUTANTS)
