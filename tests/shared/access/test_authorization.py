"""What an operation asks before it answers: a right, and what is known of the id that the operation names."""

from __future__ import annotations

from uuid import UUID

import pytest

from shared.access import AccessAction, ProtectedCase
from shared.eventlog import UnknownCase
from shared.kernel import Actor, Right, Role
from shared.web.auth import Caller, authorize, authorize_drafts, can_change
from shared.web.auth.authentication import Identity
from shared.web.http import ProblemError

HERE, REGION, ELSEWHERE = "dla-44", "dla-49", "dla-75"
CASE, ANOTHER = UUID(int=1), UUID(int=2)
OF_ONE_CASE = (Role.LEADER, Role.PROVIDER, Role.RECIPIENT)
OPENED, REFUSED_AS_UNKNOWN = "opened", "unknown"
UNITS = {each: frozenset({each}) for each in (HERE, REGION, ELSEWHERE)}


def caller(role: Role, case: ProtectedCase | None, own: UUID | None = None, unit: str | None = HERE) -> Caller:
    """Of the unit HERE and the territory REGION. `case`: what is known of every id."""
    bound = role in OF_ONE_CASE
    actor = Actor("somebody", role, unit=None if bound else unit, units=() if bound else (REGION,))
    return Caller(actor, own, find_case=lambda id, kind=None: case)  # noqa: A006


def answer(role: Role, case: ProtectedCase | None, *, writes: bool = False, own: UUID | None = None) -> str:
    asking = caller(role, case, own)
    if writes:
        asking = Caller(asking.actor, own, action=AccessAction.WRITE, find_case=asking.find_case)
    try:
        authorize(asking, CASE)
    except UnknownCase:
        return REFUSED_AS_UNKNOWN
    except ProblemError as refused:
        return str(refused.extra["policy"])
    return OPENED


ANYBODY = [role for role in Role if role not in (*OF_ONE_CASE, Role.SERVICE)]


@pytest.mark.parametrize("role", ANYBODY)
@pytest.mark.parametrize("writes", [False, True])
def test_what_is_unknown_is_unknown_to_every_role(role: Role, writes: bool) -> None:
    assert answer(role, None, writes=writes) == REFUSED_AS_UNKNOWN
    asking = caller(role, None)
    assert not can_change(asking, CASE) and not asking.is_hidden(CASE) and not asking.protects(CASE)
    assert not any(asking.can(action, CASE) for action in AccessAction)


def test_a_program_follows_what_is_unknown_and_writes_to_none_of_it() -> None:
    assert answer(Role.SERVICE, None) == OPENED
    assert answer(Role.SERVICE, None, writes=True) == REFUSED_AS_UNKNOWN


def test_a_unit_and_a_territory_end_where_they_end() -> None:
    told = {
        role: tuple(answer(role, ProtectedCase(CASE, UNITS[unit])) for unit in (HERE, REGION, ELSEWHERE))
        for role in (Role.ADVISER, Role.MANAGER, Role.REGIONAL, Role.AUDITOR, Role.COMMITTEE)
    }
    own, unknown = OPENED, REFUSED_AS_UNKNOWN
    assert told == {
        Role.ADVISER: (own, unknown, unknown),
        Role.MANAGER: (own, unknown, unknown),
        Role.REGIONAL: (own, own, unknown),
        Role.AUDITOR: (own, own, unknown),
        Role.COMMITTEE: (own, own, unknown),
    }
    assert answer(Role.REGIONAL, ProtectedCase(CASE, UNITS[REGION]), writes=True) == "no-rule"
    nobodys = ProtectedCase(CASE, frozenset())
    assert {answer(role, nobodys) for role in (Role.ADVISER, Role.REGIONAL, Role.AUDITOR)} == {unknown}


def test_an_archive_is_unknown_to_its_unit_and_is_changed_by_nobody() -> None:
    archive = ProtectedCase(CASE, UNITS[HERE], archived=True)
    assert answer(Role.ADVISER, archive) == answer(Role.REGIONAL, archive) == REFUSED_AS_UNKNOWN
    assert answer(Role.MANAGER, archive) == answer(Role.AUDITOR, archive) == OPENED
    assert answer(Role.MANAGER, archive, writes=True) == "archived"
    assert [answer(role, archive, own=CASE) for role in (Role.LEADER, Role.PROVIDER)] == ["archived"] * 2
    assert caller(Role.ADVISER, archive).is_hidden(CASE)


def test_a_confidential_case_is_for_who_is_in_charge_and_the_manager() -> None:
    case = ProtectedCase(CASE, UNITS[HERE], confidential=True, adviser="somebody else")
    entrusted = ProtectedCase(CASE, UNITS[HERE], confidential=True, adviser="somebody")
    unknown = REFUSED_AS_UNKNOWN
    assert [answer(Role.ADVISER, each) for each in (case, entrusted)] == [unknown, OPENED]
    assert [answer(Role.REGIONAL, each) for each in (case, entrusted)] == [unknown, OPENED]
    assert [answer(Role.MANAGER, each) for each in (case, entrusted)] == [OPENED, OPENED]
    assert answer(Role.AUDITOR, entrusted) == "confidential", "who knows that there is one is told"


@pytest.mark.parametrize("role", OF_ONE_CASE)
@pytest.mark.parametrize("writes", [False, True])
@pytest.mark.parametrize("known", [None, ProtectedCase(CASE, UNITS[HERE])])
def test_a_right_to_one_case_opens_no_other_and_tells_nothing_of_it(
    role: Role, writes: bool, known: ProtectedCase | None
) -> None:
    assert answer(role, known, own=ANOTHER, writes=writes) == "own-case"
    assert answer(role, known, own=None, writes=writes) == "own-case", "nor does one that names none"
    assert answer(role, ProtectedCase(CASE, UNITS[HERE]), own=CASE, writes=writes) == OPENED
    assert not any(caller(role, known, ANOTHER).can(action, CASE) for action in AccessAction)
    with pytest.raises(ProblemError):
        authorize(caller(role, known, ANOTHER))


def test_a_draft_is_its_unit_s_and_so_is_the_past_of_what_is_published() -> None:
    draft, published = (ProtectedCase(CASE, UNITS[ELSEWHERE], shared=True, draft=draft) for draft in (True, False))
    assert (answer(Role.ADVISER, draft), answer(Role.ADVISER, published)) == (REFUSED_AS_UNKNOWN, OPENED)
    assert answer(Role.ADVISER, draft, writes=True) == REFUSED_AS_UNKNOWN
    assert answer(Role.RESOURCE_CENTRE, draft) == OPENED
    with pytest.raises(ProblemError) as refused:
        authorize_drafts(caller(Role.ADVISER, published), CASE)
    assert refused.value.status_code == 403
    authorize_drafts(caller(Role.ADVISER, published, unit=ELSEWHERE), CASE)
    authorize_drafts(caller(Role.ADVISER, ProtectedCase(CASE, UNITS[HERE])), CASE)


def test_one_right_is_chosen_by_its_id_and_by_nothing_else() -> None:
    rights = (Right(UUID(int=7), Role.ADVISER, unit=HERE), Right(UUID(int=8), Role.LEADER, case=CASE))
    identity = Identity("somebody", rights)
    assert identity.as_caller(str(rights[1].id)).case == CASE
    assert identity.as_caller(str(rights[0].id)).actor == Actor("somebody", Role.ADVISER, unit=HERE)
    for wrong in (None, "", str(UUID(int=9)), str(rights[0].id).upper() + " ", f"{rights[0].id},{rights[1].id}"):
        with pytest.raises(ProblemError) as refused:
            identity.as_caller(wrong)
        assert refused.value.slug == "choose-a-right"
    with pytest.raises(ProblemError) as refused:
        Identity("somebody", ()).as_caller(str(rights[0].id))
    assert refused.value.slug == "without-rights"
