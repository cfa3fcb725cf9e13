"""The caller of a request: who acts, under which right, and what the policy lets them see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from shared.access import (
    ARCHIVED_RULE,
    CONFIDENTIAL_RULE,
    AccessAction,
    ProtectedCase,
    RowScope,
    evaluate,
)
from shared.eventlog import ServiceApplication
from shared.kernel import Actor, Right, Role
from shared.web.auth.access_recording import REASON_ROLES, AccessRecorder

ASSIGNED_ROLES = frozenset({Role.ADVISER, Role.REGIONAL})
"""Those who see a confidential dossier when they are in charge of it."""
CONFIDENTIALITY_RULES = frozenset({CONFIDENTIAL_RULE, ARCHIVED_RULE})


class FindProtectedCase(Protocol):
    """What the policy must know of an id; None for what is unknown, and so shown to nobody.

    `kind`: of the aggregate that the address names, and of no other; null for whatever stands under the id."""

    def __call__(self, app: ServiceApplication, case: UUID, kind: str | None = None, /) -> ProtectedCase | None: ...


class FindCase(Protocol):
    """The same in one request."""

    def __call__(self, case: UUID, kind: str | None = None, /) -> ProtectedCase | None: ...


def no_protected_case(_app: ServiceApplication, _id: UUID, _kind: str | None = None) -> ProtectedCase | None:
    return None


def find_nothing(_id: UUID, _kind: str | None = None) -> ProtectedCase | None:
    return None


@dataclass(frozen=True, slots=True)
class Caller:
    """A person or a program acting under one right.

    `case`: the one case that a leader or a provider sees. `access`: records a read before it is answered. `find_case`:
    looks up what the policy must know of an id. `rights_of`: the rights that the register gives an identity today; null
    where rights come from tokens."""

    actor: Actor
    case: UUID | None = None
    action: AccessAction = AccessAction.READ
    right_id: UUID | None = None
    access: AccessRecorder | None = None
    find_case: FindCase = find_nothing
    rights_of: Callable[[UUID], Sequence[Right] | None] = lambda _: None

    def is_hidden(self, case: UUID, kind: str | None = None) -> bool:
        """Whether it is confidential or an archive, and not for the caller."""
        known = self.find_case(case, kind)
        return (
            known is not None
            and evaluate(self.actor, self.case, AccessAction.READ, known).policy in CONFIDENTIALITY_RULES
        )

    def can(self, action: AccessAction, case: UUID, kind: str | None = None) -> bool:
        """As the policy says, whatever the operation. Never what is unknown."""
        known = self.find_case(case, kind)
        return known is not None and evaluate(self.actor, self.case, action, known).allowed

    def protects(self, case: UUID) -> bool:
        """Whether a DPO's right covers a case, or an identity, that names people. One whose units this service does not
        know is covered by none: what it says of people came from intake, which does know."""
        known = self.find_case(case)
        return known is not None and evaluate(self.actor, self.case, AccessAction.DATA_PROTECTION, known).allowed

    @property
    def list_scope(self) -> RowScope | None:
        """The rows that a list shows; null for a program, which is shown all."""
        return None if self.actor.role is Role.SERVICE else self.row_scope

    @property
    def row_scope(self) -> RowScope:
        return RowScope(
            self.actor.territory,
            managed_unit=self.actor.unit if self.actor.role is Role.MANAGER else None,
            adviser_id=self.actor.id if self.actor.role in ASSIGNED_ROLES else None,
            archives=self.actor.role in REASON_ROLES,
        )

    def record_rows(self, number: int) -> None:
        """So many rows of a list are about to be shown."""
        if self.access:
            self.access.record_rows(number, self.actor.territory)
