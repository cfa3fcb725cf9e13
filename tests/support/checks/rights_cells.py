"""Who asks for what, of which object, and how they are answered: each operation, by role, right and object."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from zlib import crc32

from tests.support.generated import rights_table
from tests.support.histories.automatic_openings import UNIT
from tests.support.samples.existing_resources import Known, case_of
from tests.support.servers.served_service import Served

from shared.kernel import Role, uuid7

ELSEWHERE = "dla-75"
ASKING = (Role.MANAGER, Role.ADVISER, Role.AUDITOR, Role.DPO, Role.RESOURCE_CENTRE, Role.COMMITTEE, Role.SERVICE)
"""Who asks for an object of another kind: the first of these whom the operation is for, else a leader or a provider."""
OF_A_COMMAND = 2
"""Commands share one way to their aggregate: each is tried with so many kinds, others each time."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Who asks for what. `refused`: by which rule; `unknown`: they may, and there is no such thing. `instead`: what the
    address names in place of what stands there."""

    which: str
    role: Role
    right: dict[str, Any]
    refused: str | None = None
    unknown: bool = False
    instead: dict[str, str] = field(default_factory=dict)

    @property
    def changes(self) -> bool:
        return not (self.which.startswith("GET") or self.refused or self.unknown)


def cells(which: str, roles: frozenset[Role] | None, known: Known, kinds: OtherKinds) -> Iterator[Cell]:
    if roles is None:
        return
    case = case_of(which, known)
    kind = ", register" if "/identities/{" in which else ""
    for role in Role:
        for whose, right in rights(role, case):
            if role not in roles:
                yield Cell(which, role, right=right, refused="role")
                break
            action = rights_table.action_of(which, role)
            own = "own-case" if role in rights_table.BOUND and which not in OF_ANYBODY else None
            own = None if which == OF_AN_EVENT else own
            if action is None or (which, role) == THE_HASHES_ALONE:
                yield Cell(which, role, right=right, refused=own)
                continue
            allowed, policy = rights_table.decision(role, whose + kind, action)
            known_to_them = own or rights_table.is_known(role, whose + kind)
            refused = None if allowed or not known_to_them else own or policy
            yield Cell(which, role, right=right, refused=refused, unknown=not allowed and not known_to_them)
    if "{case}" in which and "{id}" in which:
        yield from of_nothing(which, case)
    yield from of_another_kind(which, roles, known, kinds)


OF_ANYBODY = {"GET /api/v1/units", "GET /api/v1/provider-cases"}
"""Names no case, and is for whoever has a right, leaders and providers too, or lists a provider's own cases."""
OF_AN_EVENT = "GET /api/v1/events/{id}/proof"
"""Names no case: an event of another one is unknown to a leader too."""
THE_HASHES_ALONE = (OF_AN_EVENT, Role.OPS)


def of_nothing(which: str, case: str) -> Iterator[Cell]:
    """What does not stand in a dossier: whoever may not read this one is told the same as of what does."""
    (_, own), _, (_, elsewhere) = rights(Role.ADVISER, case)
    nothing = str(uuid7())
    yield Cell(which, Role.PILOT, right=own, refused="role", instead={"id": nothing})
    yield Cell(which, Role.ADVISER, right=elsewhere, unknown=True, instead={"id": nothing})
    yield Cell(which, Role.ADVISER, right=own, unknown=True, instead={"id": nothing})
    yield Cell(which, Role.ADVISER, right=own, unknown=True, instead={"case": nothing})


def rights(role: Role, case: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Of the unit that has the dossier, of another in a territory that holds it, of a territory beside."""
    if role in rights_table.BOUND:
        yield "the one dossier", {"case": case}
        yield "another dossier", {"case": str(uuid7())}
        return
    yield "own unit", {"unit": UNIT, "units": (UNIT, "dla-49")}
    yield "another unit of the territory", {"unit": "dla-49", "units": ("dla-49", UNIT)}
    yield "elsewhere", {"unit": ELSEWHERE, "units": (ELSEWHERE,)}


class OtherKinds:
    """Ids of what the log holds: the last stream of each kind. In audit, where each event has a stream of its own, what
    was received of anything but the one case."""

    def __init__(self, running: Served, known: Known) -> None:
        self._kind_of = running.application.kind_of
        self._case = known.get("/api/v1/cases/{}")
        rows = running.application.recorder.fetch(
            "SELECT DISTINCT ON (topic, case_id) topic, originator_id AS id, case_id FROM {events}"
            " WHERE originator_version = 1 ORDER BY topic, case_id, position DESC"
        )
        if self._case:
            self._ids = {str(row["case_id"]): str(row["case_id"]) for row in rows}
        else:
            kind_of_event = running.application.kind_of_event
            self._ids = {str(kind_of_event(row["topic"])): str(row["id"]) for row in rows}

    def than(self, id: str) -> list[str]:  # noqa: A002
        """Without those of the same kind as the id."""
        own = self._case or self._kind_of(UUID(id))
        return [each for kind, each in self._ids.items() if kind != own]


def of_another_kind(which: str, roles: frozenset[Role], known: Known, kinds: OtherKinds) -> Iterator[Cell]:
    """What stands under an id and is of another kind than the address is for: it is told of as nothing is."""
    if rights_table.action_on_a_dossier(which) is None or "/events/{" in which:
        return
    role = next(each for each in (*ASKING, *rights_table.BOUND) if each in roles)
    for named in re.finditer(r"\{(id|case)\}", which):
        others = kinds.than(known[re.sub(r"\{(id|case)\}", "{}", which[which.index("/") : named.end()])])
        if not which.startswith("GET"):
            first = crc32(which.encode()) % len(others)
            others = [*others, *others][first : first + OF_A_COMMAND]
        for other in [*others, str(uuid7())]:
            right: dict[str, Any] = {"unit": UNIT, "units": (UNIT, "dla-49")}
            if role in rights_table.BOUND:
                right = {"case": other if named.start() == which.index("{") else case_of(which, known)}
            yield Cell(which, role, right=right, unknown=True, instead={named[1]: other})
