"""`replace` for frozen dataclasses with slots, five times faster than `dataclasses.replace`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import replace
else:

    def replace(old: Any, /, **changes: Any) -> Any:
        """A copy with some fields changed. `evolve` makes one per event, and a replay spent most of its time in the
        standard one. mypy checks it as the standard one. Raises KeyError for an unknown field."""
        slots = _slots(old.__class__)
        new = object.__new__(old.__class__)
        for read, write in slots.values():
            write(new, read(old))
        for name, value in changes.items():
            slots[name][1](new, value)
        return new


@cache
def _slots(cls: type) -> dict[str, tuple[Callable[[Any], Any], Callable[[Any, Any], None]]]:
    members = {field.name: getattr(cls, field.name) for field in fields(cls)}
    return {name: (member.__get__, member.__set__) for name, member in members.items()}


__all__ = ["replace"]
