"""Territories named in a right, departments and regions, and the units for which they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable

from intake.domain.reference.codes import MAINLAND, OVERSEAS
from intake.domain.reference.territory import REGIONS, Competence
from shared.kernel import Refusal, fold_text

UNKNOWN_TERRITORY = Refusal("unknown-territory", "Territoire inconnu", status=422)
NO_UNIT_THERE = Refusal("no-unit-there", "Aucune unité connue dans ce territoire", status=422)
WIDER_UNIT = Refusal("wider-unit", "Une unité dépasse ce territoire", status=422)


def normalize_territories(names: Iterable[str]) -> tuple[str, ...]:
    """Departments by code and regions by their official name, each once."""
    return tuple(sorted({_normalize(number, name) for number, name in enumerate(names, 1)}))


def units_of(names: Iterable[str], competence: Competence) -> tuple[str, ...]:
    """The units that the deployment's table names: one per department, and one per region for regional structures.

    Refused when such a unit is competent elsewhere too, because a right cannot cover a part of a unit."""
    departments: set[str] = set()
    regions: set[str] = set()
    for name in names:
        area, region = _area(name)
        if not competence.units_in(area, region):
            raise NO_UNIT_THERE(
                f"La table de compétence de ce déploiement ne donne aucune unité à «\u202f{name}\u202f»\u00a0: "
                "faites-la compléter, ou nommez les unités elles-mêmes."
            )
        departments |= area
        regions |= region
    units = competence.units_in(departments, regions)
    regions |= {region.code for region in REGIONS if departments.issuperset(region.departments)}
    for unit in sorted(units):
        if elsewhere := _elsewhere(competence, unit, departments, regions):
            raise WIDER_UNIT(
                f"L’unité {unit} est compétente aussi pour {', '.join(elsewhere)}\u00a0: ce droit montrerait ces "
                "dossiers-là. Nommez-les avec le reste, si c’est ce que vous voulez."
            )
    return tuple(sorted(units))


def _elsewhere(competence: Competence, unit: str, departments: set[str], regions: set[str]) -> list[str]:
    covered = {department for department, competent in competence.departments.items() if competent == unit}
    beyond = {region for region, competent in competence.regions.items() if competent == unit} - regions
    return sorted(covered - departments) + [region.name for region in REGIONS if region.code in beyond]


def _area(name: str) -> tuple[set[str], set[str]]:
    """Its departments, and its code if it is a region."""
    region = next((each for each in REGIONS if each.name == name), None)
    return (set(region.departments), {region.code}) if region else ({name}, set())


def _normalize(number: int, name: str) -> str:
    if (code := name.strip().upper()) in MAINLAND | OVERSEAS:
        return code
    region = next((each for each in REGIONS if _fold(each.name) == _fold(name)), None)
    if region is None:
        raise UNKNOWN_TERRITORY(
            f"Le territoire nº\u00a0{number} n’est ni le code d’un département, comme 44, 2A ou 971, ni le nom d’une "
            "région, comme Pays de la Loire."
        )
    return region.name


def _fold(text: str) -> list[str]:
    """Without accents, capitals, hyphens or apostrophes."""
    return re.findall(r"[a-z0-9]+", fold_text(text))
