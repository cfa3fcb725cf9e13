"""Communes, with their department and their postcodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.kernel.frozen import replace


@dataclass(frozen=True, slots=True)
class Commune:
    """`code`: INSEE's (COG); `parent`: the commune that a delegated one or a municipal district (Paris 11e) is part of.

    `postcodes`: those of La Poste, without the CEDEX ones; none when they are not known."""

    code: str
    name: str
    department: str
    parent: str | None = None
    postcodes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Communes:
    """By code. With an empty list only the shape of a code is checked."""

    by_code: Mapping[str, Commune] = field(default_factory=dict)
    shared_postcodes: frozenset[tuple[str, str]] = frozenset()
    """(postcode, department) where a post office serves communes across the department's border."""

    def serves(self, postcode: str, department: str) -> bool:
        return department_of(postcode) == department or (postcode, department) in self.shared_postcodes


def merge_communes(shipped: Mapping[str, Commune], newer: Mapping[str, Commune]) -> Communes:
    """Both lists together. A newer list without postcodes keeps the postcodes already known."""
    listed = {**shipped, **{code: _with_postcodes(commune, shipped.get(code)) for code, commune in newer.items()}}
    across = (
        (postcode, commune.department)
        for commune in listed.values()
        for postcode in commune.postcodes
        if department_of(postcode) != commune.department
    )
    return Communes(listed, frozenset(across))


def _with_postcodes(commune: Commune, before: Commune | None) -> Commune:
    return commune if commune.postcodes or before is None else replace(commune, postcodes=before.postcodes)


def department_of(postcode: str) -> str:
    """200 and 201 are Corse-du-Sud, the rest of 20 is Haute-Corse; overseas departments have three digits."""
    if postcode.startswith("20"):
        return "2A" if postcode[:3] in ("200", "201") else "2B"
    return postcode[:3] if postcode[:2] in ("97", "98") else postcode[:2]
