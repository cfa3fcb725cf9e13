"""Personal links: given by the unit to one person for one case, renewed and revoked."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from intake.domain.personal_link import (
    AccessLinkGiven,
    AccessLinkRenewed,
    AccessLinkRevoked,
    AccessLinkRole,
    GiveAccessLink,
    IssueAccessLink,
    RenewAccessLink,
    RevokeAccessLink,
    decider,
)
from intake.domain.register import register
from intake.domain.register.link_rights import LINK_REASON, GrantLinkRight, RevokeLinkRights
from intake.domain.register.rights import RightGranted, RightRevoked
from shared.kernel import PersonalData, Right, Role
from shared.names import RecordPersonName, person_name_id
from shared.testing.scenarios import CASE, NOW, Scenarios, context, new_id, text

given = Scenarios(decider)
in_the_register = Scenarios(register.decider)
REASON = "Pour valider le diagnostic."
PERSON, FIRST, SECOND = UUID(int=50), UUID(int=51), UUID(int=52)
TODAY, LONGEST = NOW.date(), date(2026, 4, 1)


def issue(
    identity: UUID = FIRST, until: date | None = None, role: AccessLinkRole = AccessLinkRole.LEADER, **fields: Any
) -> IssueAccessLink:
    return IssueAccessLink(
        GiveAccessLink(role, "Maëlle Kerdoncuff", reason=REASON, until=until),
        PERSON,
        identity=identity,
        longest=LONGEST,
        **fields,
    )


def renewed(identity: UUID = SECOND, until: date | None = None) -> IssueAccessLink:
    return IssueAccessLink(RenewAccessLink(REASON, until), PERSON, identity=identity, longest=LONGEST)


NAME = PersonalData(PERSON, "Maëlle Kerdoncuff")
GIVEN = AccessLinkGiven(
    CASE,
    PERSON,
    role=Role.LEADER,
    name=NAME,
    identity=FIRST,
    until=LONGEST,
    by="some-adviser",
    reason=text(REASON),
)
RENEWED = AccessLinkRenewed(SECOND, LONGEST, by="some-adviser", reason=text(REASON))
REVOKED = AccessLinkRevoked(text("Fin de mandat."))


def companions(before: tuple[Any, ...], event: Any) -> list[tuple[UUID, Any]]:
    return [(ask.stream, ask.command) for ask in decider.companions(decider.state(before), event, context())]


def test_a_link_lasts_as_long_as_the_deployment_allows_and_no_longer() -> None:
    given().when(issue()).then(GIVEN)
    sooner = AccessLinkGiven(
        CASE,
        PERSON,
        role=Role.LEADER,
        name=NAME,
        identity=FIRST,
        until=TODAY,
        by="some-adviser",
        reason=text(REASON),
    )
    given().when(issue(until=TODAY)).then(sooner)
    for wrong in (date(2026, 4, 2), date(2026, 3, 1)):
        refused = given().when(issue(until=wrong)).refused("link-too-long")
        assert "1er avril 2026" in refused.detail


def test_a_person_keeps_one_id_from_one_link_to_the_next() -> None:
    given(GIVEN).when(renewed()).then(RENEWED)
    state = given(GIVEN, RENEWED).state
    assert (state.person, state.identity) == (PERSON, SECOND)
    assert given(GIVEN).when(issue(SECOND)).refused("link-already-given").extra == {"link": str(PERSON)}
    other = UUID(int=60)
    assert given().when(issue(namesake=other)).refused("link-already-given").extra == {"link": str(other)}


def test_the_register_opens_the_dossier_to_the_new_link_and_closes_it_to_the_one_before() -> None:
    opened = GrantLinkRight(PERSON, Role.LEADER, case=CASE, until=LONGEST)
    named = (person_name_id(PERSON), RecordPersonName(PERSON, GIVEN.name))
    assert companions((), GIVEN) == [named, (FIRST, opened)]
    assert companions((GIVEN,), RENEWED) == [(FIRST, RevokeLinkRights()), (SECOND, opened)]
    assert companions((GIVEN, RENEWED), REVOKED) == [(SECOND, RevokeLinkRights())]
    assert companions((GIVEN, REVOKED), RENEWED) == [(SECOND, opened)]


def test_a_link_is_taken_back_once_and_can_be_given_anew() -> None:
    given(GIVEN).when(RevokeAccessLink("Fin de mandat.")).then(REVOKED)
    given(GIVEN, REVOKED).when(RevokeAccessLink("Fin de mandat.")).then()
    given(GIVEN, REVOKED).when(renewed()).then(RENEWED)
    assert not given(GIVEN, REVOKED, RENEWED).state.revoked


@pytest.mark.parametrize("role", [Role.LEADER, Role.PROVIDER])
def test_a_link_is_in_the_register_a_right_to_one_dossier_with_its_last_day(role: Role) -> None:
    right = Right(new_id(1), role, case=UUID(int=77), until=LONGEST, person=PERSON)
    opened = RightGranted(right, text(LINK_REASON))
    in_the_register().when(GrantLinkRight(PERSON, role, case=UUID(int=77), until=LONGEST)).then(opened)
    (access,) = in_the_register(opened).state.active
    assert (access.role, access.case, access.until, access.person) == (
        role,
        UUID(int=77),
        LONGEST,
        PERSON,
    )
    in_the_register(opened).when(RevokeLinkRights()).then(RightRevoked(new_id(1), text(LINK_REASON)))
    in_the_register().when(RevokeLinkRights()).then()
