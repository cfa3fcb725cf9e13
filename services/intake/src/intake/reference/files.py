"""Files of reference data, shipped or of a deployment. A faulty file is refused as a whole, with the reason."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from intake.domain.reference.codes import COMMUNE, MAINLAND, OVERSEAS, department_in
from intake.domain.reference.communes import Commune
from intake.domain.reference.criteria import VERSIONS, Criteria, EligibilityCriterion
from intake.domain.reference.sources import Source
from intake.domain.reference.targets import Target, TargetKind, TargetTerritory
from intake.domain.reference.territory import REGIONS, Competence
from shared.kernel import UNIT_CODE

T = TypeVar("T", bound=BaseModel)
SHIPPED = Path(__file__).parent / "data"
COMMUNES, ACTIVITIES = SHIPPED / "communes.csv", SHIPPED / "activities.csv"
COMMUNES_SOURCE = "INSEE, code officiel géographique, au 1er janvier 2026\u202f; codes postaux de La Poste"
ACTIVITIES_SOURCE = "INSEE, NAF rév. 2 (2008), sous-classes"

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
Label = Annotated[str, StringConstraints(min_length=3, max_length=200)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Criterion(_Strict):
    code: Code
    label: Label
    hard: bool
    question: str = ""
    source: Source


class _Version(_Strict):
    version: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
    since: date
    until: date | None = None
    criteria: Annotated[list[_Criterion], Field(min_length=1)]


class _CriteriaFile(_Strict):
    versions: Annotated[list[_Version], Field(min_length=1)]


class _Target(_Strict):
    code: Code
    name: Label
    kind: TargetKind
    territory: TargetTerritory
    source: Source


class _TargetsFile(_Strict):
    targets: list[_Target]


class _CompetenceFile(_Strict):
    departments: dict[str, str] = {}
    regions: dict[str, str] = {}
    units: dict[str, str] = {}


def validate_with(read: Callable[[Path], Any]) -> Callable[[Path], Path]:
    def check(path: Path) -> Path:
        read(path)
        return path

    return check


@lru_cache
def read_criteria(path: Path) -> tuple[Criteria, ...]:
    """The versions in the order of their first days; between the first and the last no day is without criteria."""
    listed = _toml(path, _CriteriaFile).versions
    _require_unique(path, "version", (each.version for each in listed))
    versions = tuple(sorted((_build_criteria(path, each) for each in listed), key=lambda each: each.since))
    for ours in VERSIONS:
        if any(theirs.version == ours.version and theirs != ours for theirs in versions):
            raise ValueError(f"{path}: version {ours.version} is one that is shipped: give yours another name")
    for earlier, later in pairwise(versions):
        if earlier.since == later.since or (earlier.until and earlier.until >= later.since):
            raise ValueError(f"{path}: versions {earlier.version} and {later.version} are in force on the same days")
        if earlier.until and (later.since - earlier.until).days > 1:
            raise ValueError(f"{path}: no criteria between {earlier.until} and {later.since}")
    if any(version.until and version.until < version.since for version in versions):
        raise ValueError(f"{path}: a version ends before it begins")
    return versions


def _build_criteria(path: Path, version: _Version) -> Criteria:
    _require_unique(path, f"criterion of version {version.version}", (each.code for each in version.criteria))
    criteria = (
        EligibilityCriterion(each.code, each.label, hard=each.hard, question=each.question, source=each.source)
        for each in version.criteria
    )
    return Criteria(version.version, version.since, list=tuple(criteria), until=version.until)


@lru_cache
def read_targets(path: Path) -> tuple[Target, ...]:
    listed = _toml(path, _TargetsFile).targets
    _require_unique(path, "target", (each.code for each in listed))
    return tuple(
        Target(each.code, each.name, kind=each.kind, territory=each.territory, source=each.source) for each in listed
    )


@lru_cache
def read_competence(path: Path) -> Competence:
    table = _toml(path, _CompetenceFile)
    for valid_codes, units, what in (
        (MAINLAND | OVERSEAS, table.departments, "department"),
        ({region.code for region in REGIONS}, table.regions, "region"),
    ):
        if unknown := sorted(units.keys() - valid_codes):
            raise ValueError(f"{path}: no {what} has the code {unknown[0]}")
        if wrong := next((unit for unit in (*units.values(), *table.units) if not UNIT_CODE.fullmatch(unit)), None):
            raise ValueError(f"{path}: {wrong!r} is no unit's code")
    return Competence(table.departments, table.regions, names=table.units)


@lru_cache
def read_communes(path: Path) -> dict[str, Commune]:
    """INSEE's v_commune file (columns TYPECOM, COM, DEP, LIBELLE, COMPARENT); ours has POSTCODES too.

    A delegated commune or a municipal district may leave DEP empty: it lies where its code says."""
    communes: dict[str, Commune] = {}
    for row in _rows(path, ("TYPECOM", "COM", "DEP", "LIBELLE", "COMPARENT")):
        code = row["COM"]
        if code in communes and row["TYPECOM"] != "COM":
            continue  # a commune and the delegated one at its centre have the same code
        department = row["DEP"] or department_in(code)
        if not COMMUNE.fullmatch(code) or department not in MAINLAND | OVERSEAS or not row["LIBELLE"]:
            raise ValueError(f"{path}: {code!r}, {row['LIBELLE']!r} is no commune of a department {department!r}")
        communes[code] = Commune(
            code,
            row["LIBELLE"],
            department=department,
            parent=row["COMPARENT"] or None,
            postcodes=tuple(row.get("POSTCODES", "").split()),
        )
    return communes


@lru_cache
def read_activities(path: Path) -> dict[str, str]:
    """INSEE's list of sub-classes, saved as CSV: the columns Code and Libellé, whatever lines come before them."""
    activities = {row["Code"]: row["Libellé"] for row in _rows(path, ("Code", "Libellé"))}
    if wrong := next((code for code in activities if len(code) != 6 or code[2] != "."), None):
        raise ValueError(f"{path}: {wrong!r} is no sub-class of activity, such as 88.99B")
    return activities


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """The rows under the line that names the columns; separated by commas or semicolons, in UTF-8."""
    lines = _text(path).splitlines(keepends=True)
    for number, line in enumerate(lines):
        separator = ";" if ";" in line else ","
        if {*columns} <= {name.strip().strip('"') for name in line.split(separator)}:
            rows = [*csv.DictReader(io.StringIO("".join(lines[number:])), delimiter=separator)]
            if not rows:
                break
            return iter(rows)
    raise ValueError(f"{path}: no rows under the columns {', '.join(columns)}")


def _toml(path: Path, shape: type[T]) -> T:
    try:
        return shape.model_validate(tomllib.loads(_text(path)))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path}: {error}") from None
    except ValidationError as error:
        fault = error.errors()[0]
        raise ValueError(f"{path}: {'.'.join(map(str, fault['loc']))}: {fault['msg']}") from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} cannot be read: {error}") from None


def _require_unique(path: Path, what: str, names: Iterator[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"{path}: {what} {name} is listed twice")
        seen.add(name)
