"""Reference data of territories, and the unit that is competent for a structure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from intake.domain.reference.codes import MAINLAND, OVERSEAS
from intake.domain.reference.nomenclature import SECTIONS, section_of
from intake.domain.reference.territory import REGIONS, Competence, Unit, UnitKind, region_of
from intake.domain.structure import (
    LegalForm,
    Scope,
    Structure,
    normalize_structure,
)
from shared.kernel import Refused

GARDENS = Structure("Les Jardins de l’Erdre", LegalForm.ASSOCIATION, department="44", siret="73282932000074")
TABLE = Competence({"44": "dla-44", "2A": "dla-2a", "972": "dla-972"}, {"52": "dla-regional-52"})


# Reference data


def test_every_department_lies_in_one_region_corsica_and_overseas_included() -> None:
    listed_departments = [department for region in REGIONS for department in region.departments]
    assert len(listed_departments) == len(set(listed_departments)) == 101
    assert set(listed_departments) == MAINLAND | {"971", "972", "973", "974", "976"}
    for code, name in (("2B", "Corse"), ("44", "Pays de la Loire"), ("971", "Guadeloupe"), ("976", "Mayotte")):
        region = region_of(code)
        assert region and region.name == name
    assert all(region_of(community) is None for community in OVERSEAS - set(listed_departments))


def test_an_activity_belongs_to_one_section() -> None:
    divisions_listed = [division for _, divisions in SECTIONS.values() for division in divisions]
    assert (len(divisions_listed), len(set(divisions_listed))) == (88, 88)
    assert (section_of("88.99B"), section_of("01.13Z"), section_of("34.00Z")) == ("Q", "A", None)


def test_codes_are_kept_as_the_insee_writes_them() -> None:
    normalized = normalize_structure(replace(GARDENS, commune_code="44109", naf="8899b", legal_category="9220"))
    assert (normalized.commune_code, normalized.naf, normalized.legal_category) == ("44109", "88.99B", "9220")
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


def test_a_unit_has_the_departments_and_the_region_of_the_table() -> None:
    table = Competence(
        {"44": "dla-44", "49": "dla-44", "75": "dla-75", "29": "dla-ouest", "53": "dla-ouest"},
        {"52": "dla-52"},
        names={"dla-44": "DLA de Loire-Atlantique", "dla-x": "DLA d’essai"},
    )
    assert table.unit("dla-44") == Unit(
        "dla-44",
        "DLA de Loire-Atlantique",
        kind=UnitKind.DEPARTMENTAL,
        departments=("44", "49"),
        region="52",
        region_name="Pays de la Loire",
    )
    assert table.unit("dla-52").kind is UnitKind.REGIONAL
    assert (table.unit("dla-52").region, table.unit("dla-52").name) == ("52", "dla-52")
    assert table.unit("dla-ouest").region is None, "in two regions"
    assert table.unit("dla-x") == Unit("dla-x", "DLA d’essai", kind=UnitKind.OTHER)
    assert table.unit_codes == {"dla-44", "dla-75", "dla-ouest", "dla-52", "dla-x"}
