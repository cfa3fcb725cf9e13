"""What states and events are made of: Structs, but for the values that the body of a command has too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import is_dataclass
from typing import Any, get_args, get_type_hints

import msgspec
import pytest
from tests.support.generated.golden_samples import SERVICES, service


def classes_in(hint: Any, seen: set[type]) -> Iterator[type]:
    """The dataclasses and Structs in a type, at whatever depth."""
    if isinstance(hint, type) and is_dataclass(hint) and hint not in seen:
        seen.add(hint)
        yield hint
        for inner in get_type_hints(hint).values():
            yield from classes_in(inner, seen)
    for inner in get_args(hint):
        yield from classes_in(inner, seen)


@pytest.mark.parametrize("name", SERVICES)
def test_states_and_events_are_structs(name: str) -> None:
    deciders, seen = service(name).deciders, set[type]()
    in_bodies = {each for d in deciders for command in d.commands for each in classes_in(command, seen)}
    found = {each for d in deciders for root in (type(d.initial), *d.events) for each in classes_in(root, set())}
    assert found, "a service records events"
    slow = {each.__qualname__ for each in found - in_bodies if not issubclass(each, msgspec.Struct)}
    assert not slow, "declare them with @frozen (shared.kernel.frozen)"
