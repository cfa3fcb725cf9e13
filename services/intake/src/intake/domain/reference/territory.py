"""Departments and regions, and the unit that is competent for a structure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from intake.domain.structure import Scope, Structure
from shared.kernel import LabelledEnum

SOURCE = "INSEE, code officiel géographique, au 1er janvier 2024"


@dataclass(frozen=True, slots=True)
class Region:
    """INSEE codes. The overseas communities (975, 977, 978, 986, 987, 988) belong to none."""

    code: str
    name: str
    departments: tuple[str, ...]


REGIONS = (
    Region("01", "Guadeloupe", departments=("971",)),
    Region("02", "Martinique", departments=("972",)),
    Region("03", "Guyane", departments=("973",)),
    Region("04", "La Réunion", departments=("974",)),
    Region("06", "Mayotte", departments=("976",)),
    Region("11", "Île-de-France", departments=("75", "77", "78", "91", "92", "93", "94", "95")),
    Region("24", "Centre-Val de Loire", departments=("18", "28", "36", "37", "41", "45")),
    Region("27", "Bourgogne-Franche-Comté", departments=("21", "25", "39", "58", "70", "71", "89", "90")),
    Region("28", "Normandie", departments=("14", "27", "50", "61", "76")),
    Region("32", "Hauts-de-France", departments=("02", "59", "60", "62", "80")),
    Region("44", "Grand Est", departments=("08", "10", "51", "52", "54", "55", "57", "67", "68", "88")),
    Region("52", "Pays de la Loire", departments=("44", "49", "53", "72", "85")),
    Region("53", "Bretagne", departments=("22", "29", "35", "56")),
    Region(
        "75", "Nouvelle-Aquitaine", departments=("16", "17", "19", "23", "24", "33", "40", "47", "64", "79", "86", "87")
    ),
    Region(
        "76", "Occitanie", departments=("09", "11", "12", "30", "31", "32", "34", "46", "48", "65", "66", "81", "82")
    ),
    Region(
        "84",
        "Auvergne-Rhône-Alpes",
        departments=("01", "03", "07", "15", "26", "38", "42", "43", "63", "69", "73", "74"),
    ),
    Region("93", "Provence-Alpes-Côte d’Azur", departments=("04", "05", "06", "13", "83", "84")),
    Region("94", "Corse", departments=("2A", "2B")),
)


class UnitKind(LabelledEnum):
    """A unit of departments, a regional one, or one that the table of competence does not name."""

    DEPARTMENTAL = "departmental", "unité départementale"
    REGIONAL = "regional", "unité régionale"
    OTHER = "other", "autre unité"


@dataclass(frozen=True, slots=True)
class Unit:
    """`departments`: those that it is competent for, by code; `region`: the code of the one in which it works, null
    where that is none or several."""

    code: str
    name: str
    kind: UnitKind
    departments: tuple[str, ...] = ()
    region: str | None = None
    region_name: str | None = None


@dataclass(frozen=True, slots=True)
class Competence:
    """The deployment's table: a unit by department, and by region for structures of regional scope. `names`: what the
    units are called, by code."""

    departments: Mapping[str, str] = field(default_factory=dict)
    regions: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def unit_codes(self) -> frozenset[str]:
        """The units that the table names."""
        return frozenset({*self.departments.values(), *self.regions.values(), *self.names})

    def unit(self, code: str) -> Unit:
        """A unit, whether the table names it or not."""
        departments = tuple(sorted(each for each, unit in self.departments.items() if unit == code))
        of_regions = {each for each, unit in self.regions.items() if unit == code}
        around = {region.code for each in departments if (region := region_of(each))} | of_regions
        region = next((each for each in REGIONS if {each.code} == around), None)
        kind = UnitKind.REGIONAL if of_regions else UnitKind.DEPARTMENTAL if departments else UnitKind.OTHER
        return Unit(
            code,
            self.names.get(code, code),
            kind=kind,
            departments=departments,
            region=region.code if region else None,
            region_name=region.name if region else None,
        )

    def unit_for(self, structure: Structure) -> str | None:
        """None where the table says nothing: the adviser knows the territory better."""
        if structure.scope is not Scope.REGIONAL:
            return self.departments.get(structure.department)
        region = region_of(structure.department)
        return self.regions.get(region.code) if region else None

    def units_in(self, departments: Iterable[str], regions: Iterable[str]) -> set[str]:
        """The units of the departments, and those of the regions for structures of regional scope."""
        units = {self.departments.get(each) for each in departments} | {self.regions.get(each) for each in regions}
        return {unit for unit in units if unit}


def region_of(department: str) -> Region | None:
    return next((region for region in REGIONS if department in region.departments), None)
