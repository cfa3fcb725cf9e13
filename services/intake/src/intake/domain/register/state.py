"""The rights of one identity in the register."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from shared.kernel import PersonalData, Refusal, Right

OWN_RIGHTS = Refusal("own-rights", "On ne touche pas à ses propres droits", status=403)


@dataclass(frozen=True, slots=True)
class Register:
    """One identity. `rights`: all that were ever granted; `revoked`: the ids of those that were revoked."""

    rights: tuple[Right, ...] = ()
    revoked: tuple[UUID, ...] = ()
    name: PersonalData | None = None

    @property
    def active(self) -> tuple[Right, ...]:
        return tuple(right for right in self.rights if right.id not in self.revoked)
