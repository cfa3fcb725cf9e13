"""The policy on an archive: a right that names it opens nothing of it to those who worked on it."""

from __future__ import annotations

from uuid import UUID

import pytest

from shared.access import AccessAction, ProtectedCase, evaluate
from shared.kernel import Actor, Role

CASE = UUID(int=1)


@pytest.mark.parametrize("role", [Role.LEADER, Role.PROVIDER])
@pytest.mark.parametrize("action", [AccessAction.READ, AccessAction.WRITE, AccessAction.HEADERS])
def test_the_right_of_a_leader_or_a_provider_ends_with_the_archive(role: Role, action: AccessAction) -> None:
    actor, units = Actor("somebody", role), frozenset({"dla-44"})
    assert evaluate(actor, CASE, action, ProtectedCase(CASE, units)).allowed
    refused = evaluate(actor, CASE, action, ProtectedCase(CASE, units, archived=True))
    assert (refused.allowed, refused.policy) == (False, "archived")
