"""Frozen Structs: `replace` gives what the standard library would, and readers of dataclasses read them."""

from __future__ import annotations

import dataclasses
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from typing import Annotated

import msgspec
import pytest
from annotated_types import Ge
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from shared.kernel import event
from shared.kernel.frozen import frozen, replace


@dataclass(frozen=True, slots=True)
class Limits:
    least: int = 0


@frozen
class State:
    count: int = 0
    names: tuple[str, ...] = ()
    by_code: dict[str, int] = field(default_factory=dict)
    limits: Limits = Limits(2)

    @property
    def total(self) -> int:
        return self.count + sum(self.by_code.values())


@frozen
class LongerState(State):
    further: Annotated[int, Ge(0)] = 0


@event("stock-counted", label="Stock compté")
class StockCounted:
    state: State
    by: str


STATES = st.builds(State, st.integers(), st.tuples(st.text()), st.dictionaries(st.text(), st.integers()))


@given(STATES, st.fixed_dictionaries({}, optional={"count": st.integers(), "names": st.tuples(st.text())}))
def test_a_copy_differs_by_what_was_changed(state: State, changes: dict[str, object]) -> None:
    before = dataclasses.replace(state)
    changed = replace(state, **changes)  # type: ignore[arg-type]
    assert changed == dataclasses.replace(state, **changes)  # type: ignore[arg-type]
    assert state == before


def test_a_copy_is_frozen_too() -> None:
    with pytest.raises(AttributeError):
        replace(State(), count=1).count = 2  # type: ignore[misc]


def test_a_field_that_there_is_not_is_refused() -> None:
    with pytest.raises(TypeError):
        replace(State(), total=1)  # type: ignore[call-arg]


def test_a_dataclass_is_refused() -> None:
    """`dataclasses.replace` copies it: a slow copy of a state would be found by nobody."""
    with pytest.raises(TypeError):
        replace(Limits(), least=1)


def test_each_state_has_its_own_default() -> None:
    assert State().by_code is not State().by_code
    assert State(3, by_code={"a": 4}).total == 7


def test_its_fields_are_read_as_those_of_a_dataclass() -> None:
    assert all(map(is_dataclass, (State, LongerState, StockCounted, State())))
    assert [each.name for each in fields(LongerState)] == ["count", "names", "by_code", "limits", "further"]
    defaults = {each.name: (each.default, each.default_factory) for each in fields(LongerState)}
    assert defaults["by_code"] == (dataclasses.MISSING, dict)
    assert defaults["limits"] == (Limits(2), dataclasses.MISSING)
    assert {each.default for each in fields(StockCounted)} == {dataclasses.MISSING}
    assert asdict(StockCounted(State(1), "Zoé")) == {
        "state": {"count": 1, "names": (), "by_code": {}, "limits": {"least": 2}},
        "by": "Zoé",
    }


@given(STATES)
def test_pydantic_and_msgspec_write_the_same(state: State) -> None:
    recorded = StockCounted(state, "Zoé")
    written = msgspec.json.encode(recorded)
    assert TypeAdapter(StockCounted).dump_json(recorded) == written
    assert msgspec.json.decode(written, type=StockCounted) == recorded


def test_a_struct_that_inherits_from_a_dataclass_is_refused() -> None:
    with pytest.raises(TypeError, match="inherits from a dataclass"):

        @frozen
        class _Wider(Limits):
            most: int = 9
