"""The seeded schedule: which fault comes when, to which process, and for how long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Fault:
    """`pause`: seconds after the end of the one before it. `target`: a process, for the faults that hit one.

    `seconds`: how long what can last does."""

    pause: float
    kind: str
    target: str
    seconds: float

    def __str__(self) -> str:
        return f"{self.kind} {self.target} ({self.seconds:.1f} s)"


def plan(seed: int, lane: str, kinds: Sequence[str], targets: Sequence[str]) -> Iterator[Fault]:
    """Without an end: the run takes as many as its time allows. Every kind comes once before any comes again."""
    random = Random(f"{seed} {lane}")
    while True:
        for kind in random.sample(kinds, len(kinds)):
            target = random.choice(targets)
            yield Fault(random.uniform(1, 6), kind, target=target, seconds=random.uniform(1, 9))
