"""Rights over departments and regions whose units differ from the table of competence, and their renewal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from intake.bootstrap import Deployment
from intake.domain.reference.territory import Competence
from intake.domain.register import register
from intake.domain.register.rights import RenewRight
from intake.domain.register.territories import units_of
from shared.eventlog import ServiceApplication
from shared.kernel import Actor, Refused, Right, paris_date

COLUMNS = {
    "identity": "Identité",
    "right": "Droit",
    "role": "Rôle",
    "territories": "Territoires",
    "covered": "Unités couvertes",
    "now": "Unités de la table",
}


@dataclass(frozen=True, slots=True)
class OutdatedRight:
    """`now`: the units of the right's territories today; `obstacle`: why there are none, in French."""

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


def find_outdated_rights(app: ServiceApplication, competence: Competence) -> list[OutdatedRight]:
    """Of every identity in the register, without the revoked rights and those whose last day is past."""
    today = paris_date(app.clock.now())
    rows = app.recorder.fetch(
        "SELECT DISTINCT originator_id AS identity FROM {events} WHERE topic LIKE 'right-granted:%' ORDER BY 1"
    )
    rights = []
    for row in rows:
        for right in app.load(register.decider, row["identity"]).state.active:
            if right.territories and (right.until is None or right.until >= today):
                rights.append(_compare(row["identity"], right, competence))
    return [each for each in rights if each.obstacle or each.now != each.right.units]


def renew_rights(
    app: ServiceApplication, outdated: list[OutdatedRight], actor: Actor, deployment: Deployment
) -> Iterator[OutdatedRight]:
    """Renews each right in a transaction of its own, except those whose territories have no unit."""
    for each in outdated:
        if each.obstacle is None:
            command = RenewRight(each.right.id)
            app.handle(deployment.register, each.identity, command, app.context(each.identity, actor))
            yield each


def _compare(identity: UUID, right: Right, competence: Competence) -> OutdatedRight:
    try:
        return OutdatedRight(identity, right, now=units_of(right.territories, competence))
    except Refused as refused:
        return OutdatedRight(identity, right, now=(), obstacle=refused.detail)
