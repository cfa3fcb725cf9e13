"""Transfer of a request to another unit, and corrections of its structure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from intake.domain.request.corrections import CorrectStructure, StructureCorrected
from intake.domain.request.reception import RequestReceived
from intake.domain.request.request import decider, unique_keys
from intake.domain.request.state import Request, RequestStatus
from intake.domain.request.transfer import RequestTransferred, TakeOverRequest, TransferReceived
from intake.domain.structure import (
    EncryptedContact,
    LegalForm,
    Structure,
)
from shared.kernel import Actor, PersonalData, Role, UniqueKey
from shared.testing.scenarios import NOW, UNIT, Scenarios, text

given = Scenarios(decider)
TODAY = NOW.date()
GARDENS = Structure("Les Jardins de l’Erdre", LegalForm.ASSOCIATION, department="44", siret="73282932000074")
CONTACT = EncryptedContact(str(UUID(int=9)), PersonalData(UUID(int=9), "Maëlle Kerdoncuff"))
RECEIVED = RequestReceived(GARDENS, UUID(int=8), contact=CONTACT, need=text("Une seule subvention."), unit="unit-44")
ORIGIN = UUID(int=5)
TRANSFERRED = Request(
    RequestStatus.TRANSFERRED,
    GARDENS,
    structure_id=UUID(int=8),
    contact=CONTACT,
    need=text("Une seule subvention."),
    unit="unit-44",
    to_unit=UNIT,
)
TAKE_OVER = TakeOverRequest(ORIGIN, TRANSFERRED)
TAKEN_OVER = TransferReceived(
    ORIGIN,
    GARDENS,
    structure_id=UUID(int=8),
    contact=CONTACT,
    unit=UNIT,
    need=text("Une seule subvention."),
    adviser="some-adviser",
)


# Transfer


def test_the_receiving_unit_takes_over_what_was_transferred_to_it() -> None:
    given().when(TAKE_OVER).then(TAKEN_OVER)
    given().when(TAKE_OVER, by=Actor("x", Role.ADVISER, unit="unit-75")).refused("not-the-receiving-unit")
    given().when(TakeOverRequest(ORIGIN, replace(TRANSFERRED, to_unit=None))).refused("not-transferred")
    given(TAKEN_OVER).when(TAKE_OVER).refused("request-already-received")
    assert given(RECEIVED, RequestTransferred(UNIT, text("Siège."))).state.to_unit == UNIT


def test_a_transfer_is_received_once_and_opens_the_one_case_of_the_structure_there() -> None:
    taken = [
        UniqueKey("open-case", f"{UNIT}/{UUID(int=8)}"),
        UniqueKey("open-case", f"{UNIT}/732829320"),
        UniqueKey("received-transfer", str(ORIGIN)),
    ]
    assert list(unique_keys(decider.initial, TAKEN_OVER)) == taken


# Corrections


def test_a_correction_is_an_event_of_its_own_with_its_day_and_its_reason() -> None:
    right = replace(GARDENS, name="Jardins de l’Erdre", headcount=14, rna="W442000123")
    command = CorrectStructure(right, date(2026, 1, 1), reason="Embauches de janvier.")
    corrected = StructureCorrected(right, date(2026, 1, 1), reason=text("Embauches de janvier."))
    given(RECEIVED).when(command).then(corrected)
    assert given(RECEIVED, corrected).state.structure == right
    given(RECEIVED).when(replace(command, effective_on=date(2040, 1, 1))).refused("absurd-date")
    given(RECEIVED, RequestTransferred(UNIT, text("Siège."))).when(command).refused("outcome-already-given")


@pytest.mark.parametrize("other", [{"siret": "35600000000048"}, {"siret": None, "rna": "W442000123"}])
def test_a_correction_never_makes_it_another_structure(other: dict[str, str]) -> None:
    command = CorrectStructure(replace(GARDENS, **other), TODAY, reason="Erreur.")  # type: ignore[arg-type]
    given(RECEIVED).when(command).refused("another-structure")


def test_a_structure_known_by_its_rna_number_may_gain_a_siret_and_keeps_its_own() -> None:
    association = replace(GARDENS, siret=None, rna="W442000123")
    received = given(replace(RECEIVED, structure=association))
    gained = replace(association, siret="73282932000074")
    received.when(CorrectStructure(gained, TODAY, reason="Première embauche.")).then(
        StructureCorrected(gained, TODAY, reason=text("Première embauche."))
    )
    other = replace(association, rna="W442000124")
    received.when(CorrectStructure(other, TODAY, reason="Erreur.")).refused("another-structure")
