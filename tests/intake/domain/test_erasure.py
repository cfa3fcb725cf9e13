"""Erasure of a person: ordered once for all services, unless they are still needed; confirmed by each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from intake.domain.erasure import (
    REPEATED_ORDER_REASON,
    ConfirmErasure,
    ErasureConfirmed,
    ErasureOrdered,
    OrderErasureWithFindings,
    RepeatErasureOrder,
    decider,
    outstanding,
)
from shared.erasure import ErasePerson, case_erasure_id
from shared.erasure import erasure as key_erasure
from shared.erasure.erasure import PersonErased
from shared.kernel import Role
from shared.testing.scenarios import CASE, NOW, Scenarios, context, text

given = Scenarios(decider)
given_erasure = Scenarios(key_erasure.decider)
PERSON = UUID(int=9)
REASON = "Demande reçue par courrier, identité vérifiée."
ORDERED = ErasureOrdered(PERSON, text(REASON), values=4)


def order(**findings: Any) -> OrderErasureWithFindings:
    nothing: dict[str, Any] = {"is_case": False, "open_cases": (), "rights": 0, "values": 4}
    return OrderErasureWithFindings(PERSON, REASON, **(nothing | findings))


def confirmed(service: str) -> ErasureConfirmed:
    return ErasureConfirmed(service, 2, confirmed_at=NOW)


def test_an_erasure_is_ordered_once() -> None:
    given().when(order(), by=Role.DPO).then(ORDERED)
    given(ORDERED).when(order(), by=Role.DPO).then()


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
