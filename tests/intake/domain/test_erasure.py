"""Erasure of a person: ordered once for all services, unless they are still needed; confirmed by each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from intake.domain.erasure import (
    REPEATED_ORDER_REASON,
    ConfirmErasure,
    ErasureConfirmed,
    ErasureOrdered,
    FurtherId,
    OrderErasureWithFindings,
    PersonFindings,
    RepeatErasureOrder,
    decider,
    outstanding,
)
from shared.erasure import ErasePerson, case_erasure_id, person_erasure_id
from shared.erasure import erasure as key_erasure
from shared.erasure.erasure import PersonErased
from shared.kernel import Role
from shared.testing.scenarios import CASE, NOW, Scenarios, context, text

given = Scenarios(decider)
given_erasure = Scenarios(key_erasure.decider)
PERSON = UUID(int=9)
REASON = "Demande reçue par courrier, identité vérifiée."
HERE = ("dla-44",)
ORDERED = ErasureOrdered(PERSON, text(REASON), values=4, units=HERE)
ANOTHER = UUID(int=10)


def order(*further: PersonFindings, units: tuple[str, ...] = HERE, **findings: Any) -> OrderErasureWithFindings:
    addressed = PersonFindings(PERSON, **({"values": 4} | findings))
    return OrderErasureWithFindings(REASON, units, findings=(addressed, *further))


def confirmed(service: str, elsewhere: bool = False) -> ErasureConfirmed:
    return ErasureConfirmed(service, 2, confirmed_at=NOW, elsewhere=elsewhere)


def test_an_erasure_is_ordered_once() -> None:
    given().when(order(), by=Role.DPO).then(ORDERED)
    given(ORDERED).when(order(settled=True), by=Role.DPO).then()


def test_whoever_a_case_beyond_the_territory_names_is_for_another_dpo() -> None:
    refusal = given().when(order(elsewhere=True, open_cases=(CASE,)), by=Role.DPO).refused("person-known-elsewhere")
    assert refusal.extra == {}
    given().when(order(PersonFindings(ANOTHER, elsewhere=True)), by=Role.DPO).refused("person-known-elsewhere")


def test_a_service_that_knows_them_elsewhere_is_asked_again_by_a_wider_order_alone() -> None:
    refused = (ORDERED, confirmed("diagnostic"), confirmed("parcours", elsewhere=True))
    assert not given(*refused).state.settled
    both = ("dla-44", "dla-49")
    wider = ErasureOrdered(PERSON, text(REASON), values=0, units=both)
    given(*refused).when(order(values=0, units=both), by=Role.DPO).then(wider)
    state = given(*refused, wider).state
    assert (outstanding(state), state.values, state.units) == (("parcours", "followup"), 4, wider.units)
    given(*refused, wider).when(order(settled=True, units=both), by=Role.DPO).then()


def test_one_order_erases_every_id_of_a_human() -> None:
    both = ErasureOrdered(PERSON, text(REASON), values=4, units=HERE, also=(FurtherId(ANOTHER, 2),))
    given().when(order(PersonFindings(ANOTHER, values=2)), by=Role.DPO).then(both)
    given(ORDERED).when(order(PersonFindings(ANOTHER, values=2), settled=True, values=0), by=Role.DPO).then(
        replace(both, values=0)
    )
    given(both).when(order(PersonFindings(ANOTHER, settled=True), settled=True), by=Role.DPO).then()
    _, part, destruction = decider.companions(decider.initial, both, context())
    assert (part.stream, destruction.stream) == (person_erasure_id(ANOTHER), case_erasure_id(ANOTHER))
    given().when(part.command, by=Role.DPO).then(ErasureOrdered(ANOTHER, None, values=2, units=HERE, part_of=PERSON))
    assert destruction.command == ErasePerson(ANOTHER, 2)


def test_who_an_open_dossier_speaks_to_is_still_needed() -> None:
    refusal = given().when(order(open_cases=(CASE,)), by=Role.DPO).refused("person-still-needed")
    assert "article 17" in refusal.detail
    assert refusal.extra == {"cases": [str(CASE)]}


def test_whoever_may_still_act_loses_their_rights_first() -> None:
    given().when(order(rights=1), by=Role.DPO).refused("person-holds-rights")


def test_a_dossier_is_no_person() -> None:
    given().when(order(is_case=True), by=Role.DPO).refused("not-a-person")


def test_intake_forgets_in_the_transaction_of_the_order() -> None:
    (companion,) = decider.companions(decider.initial, ORDERED, context())
    assert (companion.stream, companion.command) == (case_erasure_id(PERSON), ErasePerson(PERSON, 4))
    given_erasure().when(companion.command, by=Role.DPO).then(erased := PersonErased(PERSON, 4))
    assert list(key_erasure.decider.destroyed_keys(erased)) == [PERSON]


def test_whoever_is_told_again_answers_again() -> None:
    again = PersonErased(PERSON, 0, again=True)
    given_erasure(PersonErased(PERSON, 4)).when(ErasePerson(PERSON), by=Role.SERVICE).then(again)


def test_the_key_of_something_else_is_not_destroyed() -> None:
    nobody = PersonErased(PERSON, 0, nobody=True)
    given_erasure().when(ErasePerson(PERSON, nobody=True), by=Role.SERVICE).then(nobody)
    assert list(key_erasure.decider.destroyed_keys(nobody)) == []


def test_whoever_is_known_elsewhere_stays_and_can_still_be_erased() -> None:
    elsewhere = PersonErased(PERSON, 3, elsewhere=True)
    given_erasure().when(ErasePerson(PERSON, 3, elsewhere=True), by=Role.SERVICE).then(elsewhere)
    assert list(key_erasure.decider.destroyed_keys(elsewhere)) == []
    given_erasure(elsewhere).when(ErasePerson(PERSON, 3), by=Role.SERVICE).then(PersonErased(PERSON, 3))


def test_each_service_confirms_once_and_the_others_are_outstanding() -> None:
    confirm = ConfirmErasure("parcours", 2, confirmed_at=NOW)
    given(ORDERED).when(confirm, by=Role.SERVICE).then(confirmed("parcours"))
    given(ORDERED, confirmed("parcours")).when(confirm, by=Role.SERVICE).then()
    assert outstanding(given(ORDERED, confirmed("parcours")).state) == ("diagnostic", "followup")
    expected = (confirmed("parcours"), confirmed("diagnostic"), confirmed("followup"))
    assert outstanding(given(ORDERED, *expected).state) == ()


def test_what_a_restored_log_lost_is_ordered_again_whoever_is_needed_and_once() -> None:
    expected = ErasureOrdered(PERSON, text(REPEATED_ORDER_REASON), values=3)
    given().when(RepeatErasureOrder(PERSON, 3), by=Role.SERVICE).then(expected)
    given(expected).when(RepeatErasureOrder(PERSON, 3), by=Role.SERVICE).then()


def test_nobody_confirms_what_was_not_ordered() -> None:
    late = ConfirmErasure("parcours", 2, confirmed_at=NOW + timedelta(days=1))
    given().when(late, by=Role.SERVICE).refused("erasure-not-ordered")
