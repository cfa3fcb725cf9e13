"""`replace`: the changed state is the one that the standard library would have made."""

from __future__ import annotations

import dataclasses
from dataclasses import FrozenInstanceError, dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.frozen import replace


@dataclass(frozen=True, slots=True)
class State:
    count: int = 0
    names: tuple[str, ...] = ()
    by_code: dict[str, int] = field(default_factory=dict)


STATES = st.builds(State, st.integers(), st.tuples(st.text()), st.dictionaries(st.text(), st.integers()))


@given(STATES, st.fixed_dictionaries({}, optional={"count": st.integers(), "names": st.tuples(st.text())}))
def test_a_copy_differs_by_what_was_changed(state: State, changes: dict[str, object]) -> None:
    before = dataclasses.replace(state)
    changed = replace(state, **changes)  # type: ignore[arg-type]
    assert changed == dataclasses.replace(state, **changes)  # type: ignore[arg-type]
    assert state == before


def test_a_copy_is_frozen_too() -> None:
    with pytest.raises(FrozenInstanceError):
        replace(State(), count=1).count = 2  # type: ignore[misc]


def test_a_field_that_there_is_not_is_refused() -> None:
    with pytest.raises(KeyError):
        replace(State(), total=1)  # type: ignore[call-arg]
