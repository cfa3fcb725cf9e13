"""By which criteria, targets, communes and activities does a deployment decide?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from intake.domain.reference.communes import Communes
from intake.domain.reference.criteria import VERSIONS, Criteria, in_force
from intake.domain.reference.targets import TARGETS, Target


@dataclass(frozen=True, slots=True)
class Reference:
    """What is listed here is known by name; a list that is empty leaves only the shape of a code to be checked.

    `activities`: INSEE's sub-classes of activity (NAF), label by code."""

    criteria: tuple[Criteria, ...] = VERSIONS
    targets: tuple[Target, ...] = TARGETS
    communes: Communes = field(default_factory=Communes)
    activities: Mapping[str, str] = field(default_factory=dict)

    def in_force(self, day: date) -> Criteria:
        return in_force(day, self.criteria)

    def rules(self, version: str) -> Criteria | None:
        """Any version, in force or not: what was decided by it is read by it. Ours stay readable for ever."""
        return next((known for known in (*self.criteria, *VERSIONS) if known.version == version), None)

    def target(self, code: str) -> Target | None:
        return next((target for target in self.targets if target.code == code), None)


SHIPPED = Reference()
"""What decides where a deployment tells nothing, and no list of places or activities is read."""
