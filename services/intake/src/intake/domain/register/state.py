"""The rights of one identity in the register."""

from __future__ import annotations

from uuid import UUID

from shared.kernel import PersonalData, Refusal, Right
from shared.kernel.frozen import frozen

OWN_RIGHTS = Refusal("own-rights", "On ne touche pas à ses propres droits", status=403)
IDENTITY_OF_A_LINK = Refusal("identity-of-a-link", "Identité d’un lien personnel")


@frozen
class Register:
    """One identity. `rights`: all that were ever granted; `revoked`: the ids of those that were revoked."""

    rights: tuple[Right, ...] = ()
    revoked: tuple[UUID, ...] = ()
    name: PersonalData | None = None

    @property
    def is_of_a_link(self) -> bool:
        """Whether a personal link has or had it: an identity of its own kind, with the rights of that link alone."""
        return any(right.is_of_a_link for right in self.rights)

    @property
    def active(self) -> tuple[Right, ...]:
        return tuple(right for right in self.rights if right.id not in self.revoked)
