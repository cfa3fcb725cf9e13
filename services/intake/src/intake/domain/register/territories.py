"""Which units do a department or a region stand for, when a right names them?"""

from __future__ import annotations

import re
from collections.abc import Iterable

from intake.domain.reference.codes import MAINLAND, OVERSEAS
from intake.domain.reference.territory import REGIONS, Competence
from shared.kernel import Refusal, fold_text

UNKNOWN_TERRITORY = Refusal("unknown-territory", "Territoire inconnu", status=422)
NO_UNIT_THERE = Refusal("no-unit-there", "Aucune unité connue dans ce territoire", status=422)
WIDER_UNIT = Refusal("wider-unit", "Une unité dépasse ce territoire", status=422)


def named(said: Iterable[str]) -> tuple[str, ...]:
    """Departments by code and regions by name, as they are written here, each once."""
    return tuple(sorted({_named(number, name) for number, name in enumerate(said, 1)}))


def units_of(names: Iterable[str], competence: Competence) -> tuple[str, ...]:
    """Those that the deployment's table makes competent there: of each department, and for what goes beyond one in each
    region. None of them is competent elsewhere too, for a right cannot be over a part of a unit."""
    departments: set[str] = set()
    regions: set[str] = set()
    for name in names:
        lie_there, region = _area(name)
        if not competence.units_in(lie_there, region):
            raise NO_UNIT_THERE(
                f"La table de compétence de ce déploiement ne donne aucune unité à «\u202f{name}\u202f»\u00a0: "
                "faites-la compléter, ou nommez les unités elles-mêmes."
            )
        departments |= lie_there
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
    held = {department for department, told in competence.departments.items() if told == unit}
    beyond = {region for region, told in competence.regions.items() if told == unit} - regions
    return sorted(held - departments) + [region.name for region in REGIONS if region.code in beyond]


def _area(name: str) -> tuple[set[str], set[str]]:
    """The departments that lie there, and the region that it is."""
    region = next((each for each in REGIONS if each.name == name), None)
    return (set(region.departments), {region.code}) if region else ({name}, set())


def _named(number: int, said: str) -> str:
    if (code := said.strip().upper()) in MAINLAND | OVERSEAS:
        return code
    region = next((each for each in REGIONS if _words(each.name) == _words(said)), None)
    if region is None:
        raise UNKNOWN_TERRITORY(
            f"Le territoire nº\u00a0{number} n’est ni le code d’un département, comme 44, 2A ou 971, ni le nom d’une "
            "région, comme Pays de la Loire."
        )
    return region.name


def _words(text: str) -> list[str]:
    """Without accents, capitals, hyphens or apostrophes."""
    return re.findall(r"[a-z0-9]+", fold_text(text))
