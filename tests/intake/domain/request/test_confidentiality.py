"""Confidentiality and assignment of a case: who decides, and who sees it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from tests.support.servers.integration import NO_APPLICATION

from intake.domain.reference.criteria import Verdict
from intake.domain.reference.reference import SHIPPED_REFERENCE
from intake.domain.request.assessment import CriterionAssessed, MeetingRecorded
from intake.domain.request.confidentiality import (
    AssignCase,
    CaseAssigned,
    CaseMadeConfidential,
    ConfidentialityLifted,
    LiftConfidentiality,
    MakeConfidential,
)
from intake.domain.request.ending import CaseClosed
from intake.domain.request.outcome import AdmitRequest, RequestAdmitted
from intake.domain.request.reception import RequestReceived
from intake.domain.request.request import decider
from intake.domain.request.state import Confidentiality, ConfidentialityGround, PersonMet, Request, RequestStatus
from intake.domain.request.transfer import RequestTransferred, TakeOverRequestWithFindings, TransferReceived
from intake.domain.structure import EncryptedContact, LegalForm, Structure
from intake.integration_events import to_integration_event
from shared.contracts.intake import CaseAccessChanged
from shared.kernel import Actor, CaseAccess, Ending, EndingKind, PersonalData, Role
from shared.testing.scenarios import NOW, UNIT, Scenarios, text

given = Scenarios(decider)
CONTACT = EncryptedContact(str(UUID(int=9)), PersonalData(UUID(int=9), "Maëlle Kerdoncuff"))
GARDENS = Structure(
    "Les Jardins de l’Erdre", LegalForm.ASSOCIATION, department="44", siret="73282932000074", headcount=12
)
INES, OTHER = Actor("ines", Role.ADVISER, unit=UNIT), Actor("other", Role.ADVISER, unit=UNIT)
RECEIVED = RequestReceived(GARDENS, UUID(int=8), contact=CONTACT, need=text("Un besoin."), unit=UNIT, adviser="ines")
ADMITTED = RequestAdmitted(
    "2021-1", UUID(int=8), unit=UNIT, adviser="ines", legal_form=LegalForm.ASSOCIATION, department="44", headcount=12
)
REASON = "Un mandataire ad hoc est désigné."
MAKE = MakeConfidential(ConfidentialityGround.MANDAT_AD_HOC, REASON)
MADE = CaseMadeConfidential(ConfidentialityGround.MANDAT_AD_HOC, text(REASON), adviser="ines")
NEW = UUID(int=77)
ENTRUST = AssignCase(NEW, REASON)


@pytest.mark.parametrize(
    "happened",
    [
        (),
        (ADMITTED,),
        (RequestTransferred("dla-75", text("x")),),
        (ADMITTED, CaseClosed(Ending(EndingKind.FOLLOWED_UP, NOW.date()), NOW)),
    ],
)
def test_a_dossier_is_made_confidential_by_who_is_in_charge_of_it_in_any_phase(happened: tuple[Any, ...]) -> None:
    given(RECEIVED, *happened).when(MAKE, by=INES).then(MADE)
    given(RECEIVED, *happened).when(MAKE, by=Role.MANAGER).then(MADE)
    given(RECEIVED, *happened, MADE).when(MAKE, by=INES).then()
    refused = given(RECEIVED, *happened).when(MAKE, by=OTHER).refused("not-in-charge")
    assert refused.status == 403


def test_the_manager_of_another_unit_decides_nothing_about_it() -> None:
    elsewhere = Actor("m", Role.MANAGER, unit="dla-75")
    given(RECEIVED).when(MAKE, by=elsewhere).refused("not-in-charge")
    given(RECEIVED, MADE).when(LiftConfidentiality(REASON), by=elsewhere).refused("unit-managers-only")
    given(RECEIVED, MADE).when(ENTRUST, by=elsewhere).refused("unit-managers-only")


def test_where_nobody_is_in_charge_yet_whoever_asks_for_it_is() -> None:
    before = RequestReceived(GARDENS, UUID(int=8), contact=CONTACT, need=text("Un besoin."), unit=UNIT)
    by_other = CaseMadeConfidential(ConfidentialityGround.MANDAT_AD_HOC, text(REASON), adviser="other")
    given(before).when(MAKE, by=OTHER).then(by_other)


def test_only_the_manager_lifts_it_and_what_is_not_confidential_is_not_lifted() -> None:
    lift, lifted = LiftConfidentiality(REASON), ConfidentialityLifted(text(REASON), "ines")
    given(RECEIVED, MADE).when(lift, by=Role.MANAGER).then(lifted)
    given(RECEIVED, MADE).when(lift, by=INES).refused("unit-managers-only")
    given(RECEIVED).when(lift, by=Role.MANAGER).refused("not-confidential")
    given(RECEIVED, MADE, lifted).when(lift, by=Role.MANAGER).refused("not-confidential")
    given().when(MAKE, by=Role.MANAGER).refused("request-not-received")


def test_another_reason_is_said_by_another_event() -> None:
    conciliation = MakeConfidential(ConfidentialityGround.CONCILIATION, REASON)
    again = CaseMadeConfidential(ConfidentialityGround.CONCILIATION, text(REASON), adviser="ines")
    given(RECEIVED, MADE).when(conciliation, by=INES).then(again)
    assert given(RECEIVED, MADE, again).state.confidential == Confidentiality(
        ConfidentialityGround.CONCILIATION, text(REASON)
    )


def test_a_manager_entrusts_a_dossier_and_whoever_had_it_no_longer_decides() -> None:
    entrusted = CaseAssigned(str(NEW), text(REASON), confidential=True)
    given(RECEIVED, MADE).when(ENTRUST, by=Role.MANAGER).then(entrusted)
    given(RECEIVED, MADE, entrusted).when(ENTRUST, by=Role.MANAGER).then()
    given(RECEIVED).when(ENTRUST, by=Role.MANAGER).then(CaseAssigned(str(NEW), text(REASON), confidential=False))
    given(RECEIVED, MADE).when(ENTRUST, by=INES).refused("unit-managers-only")
    given(RECEIVED, CaseAssigned(str(NEW), text(REASON), confidential=False)).when(MAKE, by=INES).refused(
        "not-in-charge"
    )


def test_an_admission_by_the_manager_leaves_it_to_who_was_put_in_charge() -> None:
    assessed = [
        CriterionAssessed(each.code, Verdict.MET, evidence=text("Vu."), rules="2021-1")
        for each in SHIPPED_REFERENCE.in_force(NOW.date()).list
        if each.hard
    ]
    ready = (RECEIVED, MeetingRecorded(NOW.date(), (PersonMet(UUID(int=9), CONTACT.name),)), *assessed)
    (admitted,) = given(*ready, MADE).when(AdmitRequest(), by=Role.MANAGER).events
    assert admitted.adviser == "ines"
    (admitted,) = given(*ready).when(AdmitRequest(), by=OTHER).events
    assert admitted.adviser == "other"


def test_a_transfer_carries_the_confidentiality_with_it() -> None:
    there, manager = "dla-75", Actor("m", Role.MANAGER, unit="dla-75")
    secret = Confidentiality(ConfidentialityGround.MANDAT_AD_HOC, text(REASON))
    transferred = Request(
        RequestStatus.TRANSFERRED,
        GARDENS,
        structure_id=UUID(int=8),
        contact=CONTACT,
        to_unit=there,
        confidential=secret,
    )
    taking = TakeOverRequestWithFindings(UUID(int=5), transferred)
    received = TransferReceived(
        UUID(int=5),
        GARDENS,
        structure_id=UUID(int=8),
        contact=CONTACT,
        unit=there,
        need=None,
        adviser="m",
    )
    made = CaseMadeConfidential(ConfidentialityGround.MANDAT_AD_HOC, text(REASON), adviser="m")
    given().when(taking, by=manager).then(received, made)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (MADE, CaseAccessChanged(adviser="ines", confidential=True)),
        (ConfidentialityLifted(text(REASON), "ines"), CaseAccessChanged(adviser="ines", confidential=False)),
        (CaseAssigned("new", text(REASON), confidential=True), CaseAccessChanged(adviser="new", confidential=True)),
    ],
)
def test_the_others_are_told_who_is_in_charge_and_never_why(event: Any, expected: CaseAccessChanged) -> None:
    recorded: Any = type("Recorded", (), {"data": event})
    assert to_integration_event(recorded, recorded, NO_APPLICATION) == expected
    assert decider.case_row(decider.initial, event) == CaseAccess(expected.adviser, expected.confidential).row()
