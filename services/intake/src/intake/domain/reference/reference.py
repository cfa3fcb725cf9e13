"""Reference data of a deployment: criteria, orientation targets, communes and activities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from intake.domain.reference.communes import Communes
from intake.domain.reference.criteria import VERSIONS, Criteria, version_in_force
from intake.domain.reference.targets import TARGETS, Target


@dataclass(frozen=True, slots=True)
class ReferenceData:
    """With an empty list of communes or activities only the shape of a code is checked.

    `activities`: INSEE's sub-classes of activity (NAF), label by code."""

    criteria: tuple[Criteria, ...] = VERSIONS
    targets: tuple[Target, ...] = TARGETS
    communes: Communes = field(default_factory=Communes)
    activities: Mapping[str, str] = field(default_factory=dict)

    def in_force(self, day: date) -> Criteria:
        return version_in_force(day, self.criteria)

    def find_criteria(self, version: str) -> Criteria | None:
        """Any version, in force or not, because past decisions name theirs. Shipped versions stay readable for ever."""
        return next((each for each in (*self.criteria, *VERSIONS) if each.version == version), None)

    def find_target(self, code: str) -> Target | None:
        return next((target for target in self.targets if target.code == code), None)


SHIPPED_REFERENCE = ReferenceData()
"""The defaults of every deployment, without the lists of communes and activities."""
