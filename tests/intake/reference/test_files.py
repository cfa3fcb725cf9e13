"""Files of reference data of a deployment, and the faults that keep the service from starting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from intake.domain.reference.codes import MAINLAND, OVERSEAS
from intake.domain.reference.communes import Commune, departments_of, merge_communes
from intake.domain.reference.criteria import VERSIONS, Criteria, version_in_force
from intake.domain.reference.reference import ReferenceData
from intake.domain.reference.sources import Source
from intake.domain.structure import LegalForm, Structure, normalize_structure
from intake.main import cli
from intake.reference import files
from intake.reference.loading import load_reference
from shared.kernel import Refused

FOLDER = Path(__file__).parents[3] / "services" / "intake"
GARDENS = Structure("Les Jardins de l’Erdre", LegalForm.ASSOCIATION, department="44", siret="73282932000074")
SHIPPED = load_reference()
OFFICIAL = """TYPECOM,COM,REG,DEP,CTCD,ARR,TNCC,NCC,NCCENR,LIBELLE,CAN,COMPARENT
COM,44109,52,44,44D,442,0,NANTES,Nantes,Nantes,4499,
COM,44999,52,44,44D,442,0,ERDRE NEUVE,Erdre-Neuve,Erdre-Neuve,4417,
COMD,44998,,,,,0,ERDRE VIEILLE,Erdre-Vieille,Erdre-Vieille,,44999
ARM,13201,93,13,13D,133,0,MARSEILLE 01,Marseille 1er,Marseille 1er Arrondissement,,13055
"""


def written(folder: Path, name: str, content: str) -> Path:
    file = folder / name
    file.write_text(content, encoding="utf-8")
    return file


# Criteria


def test_the_criteria_that_are_shipped_are_the_example_to_start_from() -> None:
    assert files.read_criteria(FOLDER / "criteria.example.toml") == VERSIONS
    assert {criterion.source for version in VERSIONS for criterion in version.list} <= {*Source}


def test_a_version_holds_from_its_first_day_to_its_last() -> None:
    old = Criteria("old", date(2020, 1, 1), list=VERSIONS[0].list, until=date(2025, 12, 31))
    new = Criteria("new", date(2026, 1, 1), list=VERSIONS[0].list)
    assert [version_in_force(day, (old, new)).version for day in (date(2025, 12, 31), date(2026, 1, 1))] == [
        "old",
        "new",
    ]
    for day in (date(2019, 12, 31), date(2026, 1, 1)):
        with pytest.raises(Refused, match="no-criteria-in-force"):
            version_in_force(day, (old,))


VERSION = """[[versions]]
version = "{}"
since = {}
{}
[[versions.criteria]]
code = "ess"
label = "De l’ESS"
hard = true
source = "P"
"""


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("versions = 3", "versions: Input should be"),
        ("[[versions", "Expected"),
        (VERSION.format("a", "2026-01-01", "") * 2, "version a is listed twice"),
        (VERSION.format("a", "2026-01-01", "") + VERSION.format("b", "2026-01-01", ""), "in force on the same days"),
        (
            VERSION.format("a", "2026-01-01", "until = 2026-03-31") + VERSION.format("b", "2026-05-01", ""),
            "no criteria",
        ),
        (VERSION.format("2021-1", "2026-01-01", ""), "one that is shipped"),
        (VERSION.format("a", "2026-01-01", "until = 2025-01-01"), "ends before it begins"),
        (VERSION.format("a", "2026-01-01", "").replace('"P"', '"officiel"'), "source"),
        (VERSION.format("a", "2026-01-01", "") + "colour = 3\n", "colour"),
    ],
)
def test_criteria_that_cannot_be_followed_are_refused_whole_and_told_why(
    tmp_path: Path, content: str, expected: str
) -> None:
    with pytest.raises(ValueError, match=expected):
        files.read_criteria(written(tmp_path, "criteria.toml", content))


def test_the_service_does_not_start_with_a_file_that_cannot_be_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"DATABASE_URL": "postgresql://x", "NATS_URL": "nats://x", "ISSUER": "x", "JWKS": "x"}.items():
        monkeypatch.setenv(f"DLA_{name}", value)
    monkeypatch.setenv("DLA_SERVICE_TOKEN", "x")
    monkeypatch.setenv("DLA_SEALING_KEY", "A" * 43 + "=")
    monkeypatch.setenv("DLA_INTAKE_CRITERIA", str(tmp_path / "nowhere.toml"))
    monkeypatch.setenv("DLA_INTAKE_COMPETENCE", str(written(tmp_path, "c.toml", '[departments]\n"20" = "dla-20"')))
    refused = CliRunner().invoke(cli, ["serve"])
    assert refused.exit_code == 2
    assert "DLA_INTAKE_CRITERIA: " in refused.output
    assert "cannot be read" in refused.output
    assert "DLA_INTAKE_COMPETENCE: " in refused.output
    assert "no department has the code 20" in refused.output


# Communes, postcodes and activities


@pytest.mark.parametrize(
    ("department", "commune", "postcode", "name"),
    [
        ("44", "44109", "44000", "Nantes"),
        ("44", "44109", "44040", "Nantes"),  # a CEDEX postcode
        ("2A", "2a004", "20000", "Ajaccio"),
        ("2B", "2B033", "20600", "Bastia"),
        ("974", "97411", "97400", "Saint-Denis"),
        ("978", "97801", "97150", "Saint-Martin"),
        ("75", "75111", "75011", "Paris 11e Arrondissement"),
        ("04", "04066", "05110", "Curbans"),  # its post office is in the Hautes-Alpes
    ],
)
def test_a_commune_its_postcode_and_its_department_agree(
    department: str, commune: str, postcode: str, name: str
) -> None:
    typed = replace(GARDENS, department=department, commune_code=commune, postcode=postcode)
    normalized = normalize_structure(typed, SHIPPED)
    assert (normalized.commune, normalized.commune_code, normalized.postcode) == (name, commune.upper(), postcode)
    assert normalize_structure(replace(typed, commune="Le Bourg"), SHIPPED).commune == "Le Bourg"


@pytest.mark.parametrize(
    ("wrong", "slug"),
    [
        ({"commune_code": "44999"}, "unknown-code"),
        ({"commune_code": "20004", "department": "2A"}, "unknown-code"),
        ({"commune_code": "44000"}, "unknown-code"),
        ({"commune_code": "35238"}, "another-department"),
        ({"postcode": "35000"}, "another-department"),
        ({"postcode": "20600", "department": "2A"}, "another-department"),
        ({"postcode": "05110", "department": "44"}, "another-department"),
        ({"postcode": "4400"}, "unknown-code"),
        ({"naf": "88.99Z"}, "unknown-code"),
    ],
)
def test_codes_that_are_not_listed_or_do_not_agree_are_refused(wrong: dict[str, str], slug: str) -> None:
    with pytest.raises(Refused, match=slug):
        normalize_structure(replace(GARDENS, **wrong), SHIPPED)  # type: ignore[arg-type]


def test_what_is_shipped_is_whole() -> None:
    current = [each for each in SHIPPED.communes.by_code.values() if each.parent is None]
    assert 34_500 < len(current) < 36_000
    assert len(SHIPPED.activities) == 732
    assert {each.department for each in current} == MAINLAND | OVERSEAS


def test_a_postcode_tells_its_department() -> None:
    expected = {
        "44000": {"44"},
        "01000": {"01"},
        "20090": {"2A"},
        "20167": {"2A"},
        "20200": {"2B"},
        "20309": {"2A", "2B"},
        "97400": {"974"},
        "97801": {"974"},
        "97133": {"971", "977", "978"},
        "98800": {"988"},
    }
    assert {postcode: departments_of(postcode) for postcode in expected} == expected


@pytest.mark.parametrize("postcode", ["97801", "97822", "97829"])
def test_a_cedex_postcode_of_la_reunion_is_of_la_reunion_alone(postcode: str) -> None:
    here = replace(GARDENS, department="974", commune_code=None, postcode=postcode)
    assert normalize_structure(here, SHIPPED).postcode == postcode
    with pytest.raises(Refused, match="another-department"):
        normalize_structure(replace(here, department="978"), SHIPPED)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ({"rna": "W44\u00a05000123"}, {"rna": "W445000123"}),
        ({"rna": "w445\u202f000\u202f123"}, {"rna": "W445000123"}),
        ({"postcode": "44\u00a0000"}, {"postcode": "44000"}),
        ({"siret": "910-156-512-00014"}, {"siret": "91015651200014"}),
        ({"siret": "\u200e910\u200b156 512\t00014"}, {"siret": "91015651200014"}),
        ({"naf": "88.99\u00a0b"}, {"naf": "88.99B"}),
        ({"legal_category": "92\u202f20"}, {"legal_category": "9220"}),
        ({"commune_code": "44\u00a0109"}, {"commune_code": "44109"}),
        ({"naf": "46.87Y"}, {"naf": "46.87Y"}),
        ({"naf": "4687y"}, {"naf": "46.87Y"}),
    ],
)
def test_what_people_copy_with_a_code_is_left_out(typed: dict[str, str], stored: dict[str, str]) -> None:
    normalized = normalize_structure(replace(GARDENS, **typed), SHIPPED)  # type: ignore[arg-type]
    assert {name: getattr(normalized, name) for name in stored} == stored


@pytest.mark.parametrize("naf", ["45.11Y", "34.10Y", "46.87Z"])
def test_a_code_of_neither_revision_is_refused(naf: str) -> None:
    with pytest.raises(Refused, match="unknown-code"):
        normalize_structure(replace(GARDENS, naf=naf), SHIPPED)


def test_a_newer_list_of_insee_adds_its_communes_and_takes_no_postcode_away(tmp_path: Path) -> None:
    newer = files.read_communes(written(tmp_path, "v_commune_2027.csv", "\ufeff" + OFFICIAL))
    merged = merge_communes(SHIPPED.communes.by_code, newer)
    assert merged.by_code["44999"] == Commune("44999", "Erdre-Neuve", department="44")
    assert merged.by_code["44998"] == Commune("44998", "Erdre-Vieille", department="44", parent="44999")
    assert "44000" in merged.by_code["44109"].postcodes
    assert ("05110", "04") in merged.shared_postcodes
    normalized = normalize_structure(replace(GARDENS, commune_code="44999"), ReferenceData(communes=merged))
    assert normalized.commune == "Erdre-Neuve"


def test_a_list_of_activities_is_read_under_whatever_stands_above_it(tmp_path: Path) -> None:
    content = "NAF 2025 - Liste des sous-classes;\n;\nCode;Libellé\n88.99H;Action sociale de proximité\n"
    assert files.read_activities(written(tmp_path, "naf.csv", content)) == {"88.99H": "Action sociale de proximité"}


@pytest.mark.parametrize(
    ("read", "content", "expected"),
    [
        (files.read_communes, "COM,LIB\n44109,Nantes\n", "no rows under the columns"),
        (files.read_communes, OFFICIAL.replace("44109", "4410"), "no commune"),
        (files.read_communes, OFFICIAL.replace(",44,44D", ",99,44D"), "no commune"),
        (files.read_activities, "Code;Libellé\n88;Action sociale\n", "no sub-class"),
        (files.read_activities, "Code;Libellé\n", "no rows"),
        (files.read_targets, '[[targets]]\ncode = "Deux mots"\n', "code"),
        (files.read_competence, '[regions]\n"52" = "le DLA régional"\n', "no unit's code"),
        (files.read_competence, '[units]\n"le DLA" = "DLA régional"\n', "no unit's code"),
    ],
)
def test_a_file_in_another_layout_is_refused_and_told_why(
    tmp_path: Path, read: Callable[[Path], Any], content: str, expected: str
) -> None:
    with pytest.raises(ValueError, match=expected):
        read(written(tmp_path, "file", content))
