"""Transfer of a request to another unit, and corrections of its structure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from intake.domain.reference.criteria import Verdict
from intake.domain.request.corrections import CorrectStructure, StructureCorrected
from intake.domain.request.reception import RequestReceived
from intake.domain.request.request import decider, unique_keys
from intake.domain.request.state import CriterionJudgment, Meeting, PersonMet, Request, RequestStatus, Triage
from intake.domain.request.transfer import (
    RecordTakeOver,
    RequestTransferred,
    TakeOverRequestWithFindings,
    TransferReceived,
    TransferTakenOver,
    TransferWithdrawn,
    WithdrawTransfer,
)
from intake.domain.structure import (
    EncryptedContact,
    LegalForm,
    Structure,
)
from shared.kernel import Actor, DifficultyLevel, PersonalData, Role, UniqueKey
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
TAKE_OVER = TakeOverRequestWithFindings(ORIGIN, TRANSFERRED)
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
    given().when(TakeOverRequestWithFindings(ORIGIN, replace(TRANSFERRED, to_unit=None))).refused("not-transferred")
    given(TAKEN_OVER).when(TAKE_OVER).refused("request-already-received")
    assert given(RECEIVED, RequestTransferred(UNIT, text("Siège."))).state.to_unit == UNIT


def test_what_the_first_unit_had_learnt_is_kept() -> None:
    met = Meeting(
        TODAY,
        (PersonMet(UUID(int=9), PersonalData(UUID(int=9), "Maëlle Kerdoncuff")),),
        notes=text("Une équipe soudée."),
    )
    judged = {"ess": CriterionJudgment(Verdict.MET, text("Statuts lus."), by="adviser-1")}
    triages = (Triage(DifficultyLevel.PROVEN, "adviser-1", at=NOW),)
    known = replace(TRANSFERRED, meetings=(met,), criteria=judged, difficulties=triages)
    kept = replace(TAKEN_OVER, meetings=(met,), criteria=judged, difficulties=triages)
    given().when(replace(TAKE_OVER, transferred=known)).then(kept)
    state = given(kept).state
    assert (state.meetings, state.criteria, state.difficulties) == ((met,), judged, triages)


def test_a_transfer_waits_until_it_is_taken_over_once_or_withdrawn() -> None:
    moved, elsewhere = RequestTransferred(UNIT, text("Siège.")), Actor("x", Role.ADVISER, unit="unit-44")
    withdraw, withdrawn = (
        WithdrawTransfer("Le siège reste à Nantes."),
        TransferWithdrawn(text("Le siège reste à Nantes.")),
    )
    record, recorded = RecordTakeOver(UUID(int=6)), TransferTakenOver(UUID(int=6))
    given(RECEIVED, moved).when(withdraw, by=elsewhere).then(withdrawn)
    given(RECEIVED, moved).when(withdraw).refused("not-the-giving-unit")
    given(RECEIVED, moved).when(record).then(recorded)
    back = given(RECEIVED, moved, withdrawn)
    assert (back.state.status, back.state.to_unit) == (RequestStatus.RECEIVED, None)
    back.when(record).refused("not-transferred")
    reserved = {key.key for key in unique_keys(given(RECEIVED, moved).state, withdrawn) if key.reserved}
    assert reserved == {key.key for key in unique_keys(decider.initial, RECEIVED)}
    over = given(RECEIVED, moved, recorded)
    assert (over.state.status, over.state.taken_over_as) == (RequestStatus.TRANSFERRED, UUID(int=6))
    for command in (withdraw, record):
        over.when(command, by=elsewhere).refused("transfer-taken-over")


def test_a_transfer_is_received_once_and_opens_the_one_case_of_the_structure_there() -> None:
    taken = [
        UniqueKey("open-case", f"{UNIT}/{UUID(int=8)}"),
        UniqueKey("open-case", f"{UNIT}/732829320"),
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
