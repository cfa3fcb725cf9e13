"""All that goes from a region to the hub: its leaf connection, and what it asks the witness."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from deploy.hub.demo.wire import Wire


class Line:
    """`leaf`, `witness`: for each, the port where the region connects, and that of the hub."""

    def __init__(self, leaf: tuple[int, int], witness: tuple[int, int]) -> None:
        self.leaf, self.witness = Wire(*leaf), Wire(*witness)

    def __enter__(self) -> Self:
        self.leaf.__enter__()
        self.witness.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leaf.__exit__(kind, error, trace)
        self.witness.__exit__(kind, error, trace)

    def cut(self, *, silent: bool) -> None:
        for each in (self.leaf, self.witness):
            each.cut(silent=silent)

    def mend(self) -> None:
        for each in (self.leaf, self.witness):
            each.mend()
