"""Which rights over named territories no longer cover the units that the table of competence says?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from intake import bootstrap
from intake.domain.register.commands import RenewRight
from intake.domain.register.territories import units_of
from intake.settings import deployment
from shared.eventlog import ServiceApplication
from shared.kernel import Actor, Refused, Right

COLUMNS = {
    "identity": "Identité",
    "right": "Droit",
    "role": "Rôle",
    "territories": "Territoires",
    "covered": "Unités couvertes",
    "now": "Unités de la table",
}


@dataclass(frozen=True, slots=True)
class Differing:
    """`now`: the units that the right's territories stand for today; `obstacle`: why they stand for none, in French."""

    identity: UUID
    right: Right
    now: tuple[str, ...]
    obstacle: str | None = None

    def row(self) -> dict[str, str]:
        return {
            "identity": str(self.identity),
            "right": str(self.right.id),
            "role": str(self.right.role),
            "territories": ", ".join(self.right.territories),
            "covered": ", ".join(self.right.units),
            "now": self.obstacle or ", ".join(self.now),
        }


def differing(app: ServiceApplication) -> list[Differing]:
    """Of every identity of the register; neither rights that were taken back, nor those whose last day is past."""
    today = app.clock.now().date()
    rows = app.recorder.fetch(
        "SELECT DISTINCT originator_id AS identity FROM {events} WHERE topic LIKE 'right-granted:%' ORDER BY 1"
    )
    found = []
    for row in rows:
        for right in app.load(bootstrap.register, row["identity"]).state.held:
            if right.territories and (right.until is None or right.until >= today):
                found.append(_beside_the_table(row["identity"], right))
    return [each for each in found if each.obstacle or each.now != each.right.units]


def renewed(app: ServiceApplication, found: list[Differing], actor: Actor) -> Iterator[Differing]:
    """Each is given anew in a transaction of its own; nothing is done for those that stand for no unit."""
    for each in found:
        if each.obstacle is None:
            asked = RenewRight(each.right.id)
            app.handle(bootstrap.register, each.identity, asked, app.context(each.identity, actor))
            yield each


def _beside_the_table(identity: UUID, right: Right) -> Differing:
    try:
        return Differing(identity, right, now=units_of(right.territories, deployment().competent()))
    except Refused as refused:
        return Differing(identity, right, now=(), obstacle=refused.detail)
