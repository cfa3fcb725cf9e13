"""What two logs have in common that come from one, restored however often and from whichever back-ups."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from shared.messaging import ancestors_after, last_common_position


@dataclass(frozen=True)
class History:
    """A log and all of its events. `ancestors`: as the publisher keeps them in its database, so as of the back-up."""

    log: UUID
    events: tuple[object, ...]
    ancestors: dict[str, int]

    def restored_from(self, position: int) -> History:
        ancestors = {log: min(until, position) for log, until in (self.ancestors | {str(self.log): position}).items()}
        return History(uuid4(), self.events[:position], ancestors=ancestors)

    def grown(self, count: int) -> History:
        return History(self.log, (*self.events, *(object() for _ in range(count))), ancestors=self.ancestors)


def in_common(one: History, other: History) -> int:
    pairs = zip(one.events, other.events, strict=False)
    shorter = min(len(one.events), len(other.events))
    return next((nth for nth, (ours, theirs) in enumerate(pairs) if ours is not theirs), shorter)


@given(st.data())
def test_a_receiver_finds_what_it_has_in_common_with_any_log_that_it_meets(data: st.DataObject) -> None:
    """Back-ups of any time are put back in any order; the receiver follows some of these logs and not others."""
    current = History(uuid4(), (), ancestors={}).grown(data.draw(st.integers(1, 5)))
    back_ups, followed, known = [current], current, dict[str, int]()
    for _ in range(data.draw(st.integers(1, 6))):
        back_up = data.draw(st.sampled_from(back_ups))
        current = back_up.restored_from(data.draw(st.integers(0, len(back_up.events))))
        current = current.grown(data.draw(st.integers(1, 4)))
        back_ups.append(current)
        if data.draw(st.booleans()):
            since = last_common_position(current.ancestors, followed.log, known)
            assert since is not None
            assert since == in_common(current, followed), "less would be applied twice, more would be missed"
            known, followed = ancestors_after(known, followed.log, since) | current.ancestors, current


def test_logs_that_are_not_related_have_nothing_in_common() -> None:
    assert last_common_position({str(uuid4()): 7}, uuid4(), {str(uuid4()): 5}) is None
