"""What may somebody be given? A role, over units or one dossier, for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shared.kernel.decider import Role


@dataclass(frozen=True, slots=True)
class Right:
    """`unit`: for which the person works; `units`: the territory that the right covers beside it; `case`: the only
    one that a leader or a provider sees. `since` and `until` are its first and last days. `person`: as whom the bearer
    of a personal link acts. `territories`: the names that `units` were said by, which the register alone knows."""

    id: UUID
    role: Role
    unit: str | None = None
    units: tuple[str, ...] = ()
    case: UUID | None = None
    since: date | None = None
    until: date | None = None
    person: UUID | None = None
    territories: tuple[str, ...] = ()

    def holds(self, on: date) -> bool:
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)
