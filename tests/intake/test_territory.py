"""Which unit is competent, what is transferred to it, who comes back, and what is corrected."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.support.intake_deployments import intake_service
from tests.support.served_service import Client, Served, served

from embedded.processes.nats import Nats
from intake.domain.reference.codes import MAINLAND, OVERSEAS
from intake.domain.reference.nomenclature import SECTIONS, section_of
from intake.domain.reference.territory import REGIONS, Competence, region_of
from intake.domain.request.corrections import CorrectStructure, StructureCorrected
from intake.domain.request.reception import RequestReceived
from intake.domain.request.request import decider, unique_keys
from intake.domain.request.transfer import RequestTransferred, TakeOverRequest, TransferReceived
from intake.domain.structure import (
    LegalForm,
    Scope,
    SealedContact,
    Structure,
    normalize_structure,
)
from shared.kernel import Actor, PersonalData, Refused, Role, UniqueKey
from shared.runtime.service import ProcessRole
from shared.testing.scenarios import NOW, UNIT, Scenarios, text

given = Scenarios(decider)
TODAY = NOW.date()
GARDENS = Structure("Les Jardins de l’Erdre", LegalForm.ASSOCIATION, department="44", siret="73282932000074")
CONTACT = SealedContact(str(UUID(int=9)), PersonalData(UUID(int=9), "Maëlle Kerdoncuff"))
RECEIVED = RequestReceived(GARDENS, UUID(int=8), contact=CONTACT, need=text("Une seule subvention."), unit="unit-44")
ORIGIN = UUID(int=5)
TAKE_OVER = TakeOverRequest(
    ORIGIN,
    UNIT,
    structure=GARDENS,
    structure_id=UUID(int=8),
    contact=CONTACT,
    need=text("Une seule subvention."),
    difficulty=None,
)
TAKEN_OVER = TransferReceived(
    ORIGIN,
    GARDENS,
    structure_id=UUID(int=8),
    contact=CONTACT,
    unit=UNIT,
    need=text("Une seule subvention."),
    adviser="some-adviser",
)
TABLE = Competence({"44": "dla-44", "2A": "dla-2a", "972": "dla-972"}, {"52": "dla-regional-52"})


# Reference data


def test_every_department_lies_in_one_region_corsica_and_overseas_included() -> None:
    told = [department for region in REGIONS for department in region.departments]
    assert len(told) == len(set(told)) == 101
    assert set(told) == MAINLAND | {"971", "972", "973", "974", "976"}
    for code, name in (("2B", "Corse"), ("44", "Pays de la Loire"), ("971", "Guadeloupe"), ("976", "Mayotte")):
        region = region_of(code)
        assert region and region.name == name
    assert all(region_of(community) is None for community in OVERSEAS - set(told))


def test_an_activity_belongs_to_one_section() -> None:
    held = [division for _, divisions in SECTIONS.values() for division in divisions]
    assert (len(held), len(set(held))) == (88, 88)
    assert (section_of("88.99B"), section_of("01.13Z"), section_of("34.00Z")) == ("Q", "A", None)


def test_codes_are_kept_as_the_insee_writes_them() -> None:
    kept = normalize_structure(replace(GARDENS, commune_code="44109", naf="8899b", legal_category="9220"))
    assert (kept.commune_code, kept.naf, kept.legal_category) == ("44109", "88.99B", "9220")
    corsican = replace(GARDENS, department="2a", commune_code="2a004")
    assert normalize_structure(corsican).commune_code == "2A004"


@pytest.mark.parametrize(
    "wrong",
    [{"commune_code": "4410"}, {"naf": "34.00Z"}, {"naf": "88"}, {"legal_category": "0220"}],
)
def test_a_code_that_cannot_be_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(Refused, match="unknown-code"):
        normalize_structure(replace(GARDENS, **wrong))  # type: ignore[arg-type]


# Competence


def test_the_unit_of_the_department_is_competent_and_the_regional_dla_for_what_goes_beyond() -> None:
    assert TABLE.unit_for(GARDENS) == "dla-44"
    assert TABLE.unit_for(replace(GARDENS, department="2A", scope=Scope.LOCAL)) == "dla-2a"
    assert TABLE.unit_for(replace(GARDENS, scope=Scope.REGIONAL)) == "dla-regional-52"


def test_a_table_that_is_silent_names_nobody() -> None:
    assert TABLE.unit_for(replace(GARDENS, department="35")) is None
    assert TABLE.unit_for(replace(GARDENS, department="987", scope=Scope.REGIONAL)) is None


# Transfer


def test_the_receiving_unit_takes_over_what_was_transferred_to_it() -> None:
    given().when(TAKE_OVER).then(TAKEN_OVER)
    given().when(TAKE_OVER, by=Actor("x", Role.ADVISER, unit="unit-75")).refused("not-the-receiving-unit")
    given().when(replace(TAKE_OVER, to_unit=None)).refused("not-transferred")
    given(TAKEN_OVER).when(TAKE_OVER).refused("request-already-received")
    assert given(RECEIVED, RequestTransferred(UNIT, text("Siège."))).state.to_unit == UNIT


def test_a_transfer_is_received_once_and_opens_the_one_case_of_the_structure_there() -> None:
    taken = [UniqueKey("open-case", f"{UNIT}/{UUID(int=8)}"), UniqueKey("received-transfer", str(ORIGIN))]
    assert list(unique_keys(decider.initial, TAKEN_OVER)) == taken


# Corrections


def test_a_correction_is_an_event_of_its_own_with_its_day_and_its_reason() -> None:
    right = replace(GARDENS, name="Jardins de l’Erdre", headcount=14, rna="W442000123")
    command = CorrectStructure(right, date(2026, 1, 1), reason="Embauches de janvier.")
    told = StructureCorrected(right, date(2026, 1, 1), reason=text("Embauches de janvier."))
    given(RECEIVED).when(command).then(told)
    assert given(RECEIVED, told).state.structure == right
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


# Over HTTP


REQUEST: dict[str, Any] = {
    "structure": {
        "name": "Les Jardins de l’Erdre",
        "legal_form": "association",
        "department": "44",
        "siret": "73282932000074",
        "scope": "regional",
    },
    "contact": {"name": "Maëlle Kerdoncuff"},
    "need": "Une seule subvention.",
}


@pytest.fixture
def intake(database: Callable[..., str], nats: Nats, tmp_path: Path) -> Iterator[Served]:
    (tmp_path / "competence.toml").write_text('[regions]\n"52" = "dla-regional-52"\n')
    with served(
        intake_service(competence=tmp_path / "competence.toml"), database, nats, tmp_path, ProcessRole.ALL
    ) as running:
        yield running


def slug(answer: Any) -> str:
    return str(answer.json()["type"]).rsplit("/", 1)[1]


def listed(client: Client, wanted: int, status: str | None = None) -> list[dict[str, Any]]:
    end = time.monotonic() + 10
    parameters = {"status": status} if status else {}
    while len(found := client.get("/api/v1/requests", **parameters).json()["items"]) != wanted:
        assert time.monotonic() < end, found
    return list(found)


def test_a_request_of_regional_scope_goes_to_the_regional_dla_and_keeps_its_history(intake: Served) -> None:
    adviser, regional = intake.by("adviser"), intake.by("regional", unit="dla-regional-52")
    case = adviser.post("/api/v1/requests", REQUEST).headers["Location"]
    competence = adviser.get(case).json()["extra"]["competence"]
    assert competence == {"unit": "dla-regional-52", "here": False}
    adviser.post(f"{case}/difficulty", {"level": "proven"})
    origin = {"origin": case.rsplit("/", 1)[1]}
    assert slug(regional.post("/api/v1/requests/transfers", origin)) == "not-transferred"
    adviser.post(f"{case}/transfer", {"to_unit": "dla-regional-52", "motive": "Réseau de trois départements."})
    assert listed(regional, 1, "transferred")[0]["to_unit"] == "dla-regional-52"
    assert slug(adviser.post("/api/v1/requests/transfers", origin)) == "not-the-receiving-unit"

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: regional.post("/api/v1/requests/transfers", origin), range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    (received,) = [answer for answer in answers if answer.status_code == 201]
    taken_over = regional.get(received.headers["Location"]).json()
    assert (taken_over["origin"], taken_over["status"]) == (origin["origin"], "received")
    assert (taken_over["need"], taken_over["extra"]["difficulty"]["level"]) == ("Une seule subvention.", "proven")
    assert taken_over["extra"]["competence"]["here"] is True
    assert [event["event"] for event in regional.get(f"{case}/history").json()][-1] == "request-transferred"


def test_a_structure_that_comes_back_is_linked_to_its_earlier_requests_of_the_unit(intake: Served) -> None:
    adviser = intake.by("adviser")
    first = adviser.post("/api/v1/requests", REQUEST).headers["Location"]
    adviser.post(f"{first}/orientation", {"motive": "Trop tôt.", "why_none": "Elle a déjà ses appuis."})
    listed(adviser, 1, "oriented")
    assert intake.by("adviser", unit="dla-35").post("/api/v1/requests", REQUEST).status_code == 201
    again = adviser.post("/api/v1/requests", REQUEST).headers["Location"]
    assert adviser.get(again).json()["earlier"] == [first.rsplit("/", 1)[1]]


def test_a_correction_takes_effect_on_its_own_day(intake: Served) -> None:
    adviser = intake.by("adviser")
    case = adviser.post("/api/v1/requests", REQUEST).headers["Location"]
    structure = REQUEST["structure"] | {"headcount": 14}
    correction = {"structure": structure, "effective_on": "2026-01-05", "reason": "Embauches de janvier."}
    assert adviser.post(f"{case}/corrections", correction).status_code == 200
    assert adviser.get(case).json()["structure"]["headcount"] == 14
    received, corrected = adviser.get(f"{case}/history").json()
    assert received["data"]["structure"]["headcount"] is None
    assert corrected["effective_at"].startswith("2026-01-05")


def test_the_reference_data_names_its_source(intake: Served) -> None:
    shipped = intake.by("adviser").get("/api/v1/reference").json()
    assert shipped.pop("criteria")["items"].keys() == {"S", "P", "D"}
    assert all(each["source"].startswith("INSEE, ") for each in shipped.values())
    assert shipped["legal_categories"]["items"]["9"] == "Groupement de droit privé"
