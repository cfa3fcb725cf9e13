"""The register of rights: given and revoked within one’s own rights, with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from intake.domain.reference.territory import Competence
from intake.domain.register import register
from intake.domain.register.register import Command, decider
from intake.domain.register.rights import (
    RENEWAL_REASON,
    Event,
    GrantRight,
    RenewRight,
    RevokeRight,
    RightGranted,
    RightRevoked,
)
from intake.domain.register.state import Register
from shared.kernel import Actor, Context, Right, Role
from shared.testing.scenarios import CASE, UNIT, Scenarios, new_id, text

given = Scenarios(decider)
ELSEWHERE = "unit-44"
REASON = "Arrivée dans l’équipe."
MANAGER = Actor("some-manager", Role.MANAGER, unit=UNIT)
REGIONAL = Actor("some-regional", Role.REGIONAL, unit="dla-bretagne", units=(UNIT, ELSEWHERE))
OPERATOR = Actor("operator", Role.OPS)
DOSSIER = UUID(int=77)


def right(role: Role, **fields: Any) -> GrantRight:
    return GrantRight(CASE, role, reason=REASON, **fields)


def granted(role: Role, n: int = 1, name: Any = None, **fields: Any) -> RightGranted:
    return RightGranted(Right(new_id(n), role, **fields), text(REASON), name=name)


ADVISER = granted(Role.ADVISER, unit=UNIT)


def test_a_manager_gives_rights_in_the_own_unit() -> None:
    given().when(right(Role.ADVISER, unit=UNIT), by=MANAGER).then(ADVISER)
    given().when(right(Role.MANAGER, unit=UNIT), by=MANAGER).then(granted(Role.MANAGER, unit=UNIT))
    given().when(right(Role.ADVISER, unit=ELSEWHERE), by=MANAGER).refused("right-beyond-yours")
    given().when(right(Role.ADVISER, unit=UNIT, units=(ELSEWHERE,)), by=MANAGER).refused("right-beyond-yours")


def test_the_regional_dla_gives_rights_in_its_region() -> None:
    for unit in (UNIT, ELSEWHERE):
        given().when(right(Role.MANAGER, unit=unit), by=REGIONAL).then(granted(Role.MANAGER, unit=unit))
    grant = right(Role.AUDITOR, units=(ELSEWHERE, UNIT, UNIT), until=date(2026, 12, 31))
    expected = granted(Role.AUDITOR, units=(UNIT, ELSEWHERE), until=date(2026, 12, 31))
    given().when(grant, by=REGIONAL).then(expected)
    given().when(right(Role.ADVISER, unit="unit-75"), by=REGIONAL).refused("right-beyond-yours")


@pytest.mark.parametrize("role", [Role.DPO, Role.OPS, Role.SERVICE])
def test_the_rights_of_programs_and_of_who_watches_over_all_come_from_the_operator(role: Role) -> None:
    units = (UNIT,) if role is Role.DPO else ()
    for giver in (MANAGER, REGIONAL):
        given().when(right(role, unit=UNIT, units=units), by=giver).refused("right-beyond-yours")
    given().when(right(role, units=units), by=OPERATOR).then(granted(role, units=units))


def test_a_dpo_has_a_territory() -> None:
    given().when(right(Role.DPO), by=OPERATOR).refused("incomplete-right")
    given().when(right(Role.DPO, unit=UNIT), by=OPERATOR).refused("incomplete-right")


@pytest.mark.parametrize(
    "role", [Role.LEADER, Role.AUDITOR, Role.PILOT, Role.PARTNER, Role.DPO, Role.COMMITTEE, Role.PROVIDER]
)
def test_others_give_no_right(role: Role) -> None:
    given().when(right(Role.ADVISER, unit=UNIT), by=role).refused("right-beyond-yours")


@pytest.mark.parametrize("role", [Role.LEADER, Role.PROVIDER])
def test_an_adviser_gives_a_leader_or_a_provider_one_dossier_and_nothing_else(role: Role) -> None:
    grant = right(role, case=DOSSIER, until=date(2027, 3, 1))
    given().when(grant).then(granted(role, case=DOSSIER, until=date(2027, 3, 1)))
    given().when(right(role, unit=UNIT)).refused("incomplete-right")
    given().when(right(Role.ADVISER, unit=UNIT)).refused("right-beyond-yours")


def test_nobody_touches_their_own_rights() -> None:
    myself = Actor(str(CASE), Role.MANAGER, unit=UNIT)
    given().when(right(Role.MANAGER, unit=UNIT), by=myself).refused("own-rights")
    given(ADVISER).when(RevokeRight(new_id(1), REASON), by=myself).refused("own-rights")


@pytest.mark.parametrize(
    "expected",
    [
        {"role": Role.ADVISER},
        {"role": Role.ADVISER, "unit": "Chez nous, à Nantes"},
        {"role": Role.ADVISER, "unit": UNIT, "case": DOSSIER},
        {"role": Role.REGIONAL, "unit": UNIT},
        {"role": Role.AUDITOR, "unit": UNIT},
        {"role": Role.PARTNER, "unit": UNIT},
        {"role": Role.LEADER, "unit": UNIT},
        {"role": Role.ADVISER, "unit": UNIT, "since": date(2026, 3, 2), "until": date(2026, 3, 1)},
    ],
    ids=str,
)
def test_a_right_says_over_what_and_until_when(expected: dict[str, Any]) -> None:
    given().when(right(**expected), by=OPERATOR).refused("incomplete-right")


def test_a_right_that_is_held_is_not_given_twice() -> None:
    given(ADVISER).when(right(Role.ADVISER, unit=UNIT), by=MANAGER).then()
    other = granted(Role.ADVISER, unit=UNIT, until=date(2026, 6, 30))
    given(ADVISER).when(right(Role.ADVISER, unit=UNIT, until=date(2026, 6, 30)), by=MANAGER).then(other)


def test_a_right_is_taken_back_within_ones_own_and_can_be_given_again() -> None:
    revoked = RightRevoked(ADVISER.right.id, text(REASON))
    given(ADVISER).when(RevokeRight(ADVISER.right.id, REASON), by=MANAGER).then(revoked)
    given(ADVISER).when(RevokeRight(ADVISER.right.id, REASON), by=REGIONAL).then(revoked)
    elsewhere = Actor("some-manager", Role.MANAGER, unit=ELSEWHERE)
    given(ADVISER).when(RevokeRight(ADVISER.right.id, REASON), by=elsewhere).refused("right-beyond-yours")
    given(ADVISER, revoked).when(RevokeRight(ADVISER.right.id, REASON), by=MANAGER).then()
    given(ADVISER).when(RevokeRight(new_id(9), REASON), by=MANAGER).refused("unknown-right")
    given(ADVISER, revoked).when(right(Role.ADVISER, unit=UNIT), by=MANAGER).then(ADVISER)
    assert given(ADVISER, revoked).state.active == ()


def test_the_name_helps_to_recognise_somebody_and_is_sealed() -> None:
    named = granted(Role.ADVISER, unit=UNIT, name=text("Inès Martin"))
    given().when(right(Role.ADVISER, unit=UNIT, name="Inès Martin"), by=MANAGER).then(named)
    assert given(named, ADVISER).state.name == text("Inès Martin")


# Over departments and regions by name

TABLE = Competence(
    {"44": "dla-44", "49": "dla-49", "53": "dla-53-72", "72": "dla-53-72", "971": "dla-971"},
    {"52": "dla-regional-52", "01": "dla-971"},
)
OPENED = {**TABLE.departments, "85": "dla-85"}


def by_the_table(table: Competence = TABLE) -> Scenarios[Register]:
    def decide(state: Register, command: Command, context: Context) -> Sequence[Event]:
        return register.decide(state, command, context, table)

    return Scenarios(replace(decider, decide=decide))


def over(*territories: str) -> GrantRight:
    return right(Role.AUDITOR, territories=territories)


def covering(units: tuple[str, ...], *territories: str, n: int = 1) -> RightGranted:
    return granted(Role.AUDITOR, n, units=units, territories=territories)


REGION = ("dla-44", "dla-49", "dla-53-72", "dla-regional-52")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("44",), covering(("dla-44",), "44")),
        (("pays de la loire",), covering(REGION, "Pays de la Loire")),
        (("PAYS-DE-LA-LOIRE", "44", "44"), covering(REGION, "44", "Pays de la Loire")),
        (("72", "53"), covering(("dla-53-72",), "53", "72")),
        (("Guadeloupe",), covering(("dla-971",), "Guadeloupe")),
        (("971",), covering(("dla-971",), "971")),
    ],
    ids=str,
)
def test_a_department_or_a_region_stands_for_the_units_that_are_competent_there(
    names: tuple[str, ...], expected: RightGranted
) -> None:
    by_the_table()().when(over(*names), by=OPERATOR).then(expected)


@pytest.mark.parametrize(
    ("names", "slug"),
    [
        (("Armorique",), "unknown-territory"),
        (("52",), "no-unit-there"),  # the Marne: a region's own number stands for no region
        (("Bretagne",), "no-unit-there"),
        (("44", "Bretagne"), "no-unit-there"),
        (("53",), "wider-unit"),  # its unit is that of the Sarthe too
    ],
)
def test_a_territory_that_stands_for_no_unit_or_for_a_part_of_one_is_refused(names: tuple[str, ...], slug: str) -> None:
    by_the_table()().when(over(*names), by=OPERATOR).refused(slug)


def test_units_or_territories_are_said_and_not_both() -> None:
    by_the_table()().when(right(Role.AUDITOR, units=("dla-44",), territories=("49",)), by=OPERATOR).refused(
        "incomplete-right"
    )


def test_whoever_gives_a_territory_covers_its_every_unit() -> None:
    of_two = Actor("some-regional", Role.REGIONAL, unit="dla-44", units=("dla-49",))
    by_the_table()().when(over("44", "49"), by=of_two).then(covering(("dla-44", "dla-49"), "44", "49"))
    by_the_table()().when(over("Pays de la Loire"), by=of_two).refused("right-beyond-yours")


def test_a_right_is_given_anew_when_its_territory_stands_for_other_units() -> None:
    current = covering(REGION, "Pays de la Loire", n=1)
    renew = RenewRight(current.right.id)
    by_the_table()(current).when(renew, by=OPERATOR).then()
    because = text(RENEWAL_REASON)
    units = ("dla-44", "dla-49", "dla-53-72", "dla-85", "dla-regional-52")
    more = replace(covering(units, "Pays de la Loire"), reason=because)
    larger = by_the_table(Competence(OPENED, TABLE.regions))
    larger(current).when(renew, by=OPERATOR).then(RightRevoked(current.right.id, because), more)
    larger(current).when(renew, by=MANAGER).refused("right-beyond-yours")
    larger(ADVISER).when(RenewRight(ADVISER.right.id), by=OPERATOR).refused("unknown-right")
    by_the_table(Competence())(current).when(renew, by=OPERATOR).refused("no-unit-there")
