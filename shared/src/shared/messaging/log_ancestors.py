"""What two logs of a publisher have in common that was restored from back-ups, perhaps more than once.

The ancestors of a log are the ids of other logs, each with the last position up to which both are the same."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID


def last_common_position(ancestors: Mapping[str, int], followed: UUID, known: Mapping[str, int]) -> int | None:
    """The last position that a log with these `ancestors` has in common with the log that is followed, of which `known`
    are the ancestors; None when they are not related.

    One back-up may have been put back twice, and then neither descends from the other: what they have in common is what
    they have in common with one ancestor."""
    common = [
        position if log == str(followed) else min(position, known[log])
        for log, position in ancestors.items()
        if log == str(followed) or log in known
    ]
    return max(common, default=None)


def ancestors_after(known: Mapping[str, int], followed: UUID, since: int) -> dict[str, int]:
    """The ancestors of a log that has everything up to `since` in common with the one that was followed."""
    return {log: min(position, since) for log, position in known.items()} | {str(followed): since}
