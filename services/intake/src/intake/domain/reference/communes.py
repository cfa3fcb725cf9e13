"""Communes, with their department and their postcodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.kernel.frozen import frozen, replace


@frozen
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
        return department in departments_of(postcode) or (postcode, department) in self.shared_postcodes


def merge_communes(shipped: Mapping[str, Commune], newer: Mapping[str, Commune]) -> Communes:
    """Both lists together. A newer list without postcodes keeps the postcodes already known."""
    listed = {**shipped, **{code: _with_postcodes(commune, shipped.get(code)) for code, commune in newer.items()}}
    across = (
        (postcode, commune.department)
        for commune in listed.values()
        for postcode in commune.postcodes
        if commune.department not in departments_of(postcode)
    )
    return Communes(listed, frozenset(across))


def _with_postcodes(commune: Commune, before: Commune | None) -> Commune:
    return commune if commune.postcodes or before is None else replace(commune, postcodes=before.postcodes)


ISLANDS_OF_THE_NORTH = frozenset({"971", "977", "978"})
POSTAL_AREAS: dict[str, frozenset[str]] = {
    **dict.fromkeys(("200", "201"), frozenset({"2A"})),
    **dict.fromkeys(("202", "206"), frozenset({"2B"})),
    "20": frozenset({"2A", "2B"}),
    **dict.fromkeys(("970", "971"), ISLANDS_OF_THE_NORTH),
    "978": frozenset({"974"}),
}
"""Departments by the first digits of a postcode, where these are not the department's code.

Saint-Barthélemy and Saint-Martin (977, 978) have postcodes in 971, and CEDEX ones in 970; 978 is for the CEDEX ones of
La Réunion. In Corsica 200 and 201 are Corse-du-Sud, 202 and 206 Haute-Corse; the rest are CEDEX ones, of both."""


def departments_of(postcode: str) -> frozenset[str]:
    """Where a postcode may be. One of a post office across the border is not known from its digits."""
    own = postcode[:3] if postcode[:2] in ("97", "98") else postcode[:2]
    return POSTAL_AREAS.get(postcode[:3]) or POSTAL_AREAS.get(postcode[:2]) or frozenset({own})
