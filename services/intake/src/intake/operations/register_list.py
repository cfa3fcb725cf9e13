"""The register as a list: who holds which right, of the units that the reader's own right covers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from intake.domain.register import register
from shared.eventlog import ServiceApplication
from shared.kernel import Right, Role

IDENTITIES = (
    "SELECT case_id AS identity FROM {schema}.register_units"
    " WHERE (%(territory)s::text[] IS NULL OR units && %(territory)s) AND (%(unit)s::text IS NULL OR %(unit)s ="
    " ANY(units)) AND (%(after)s::uuid IS NULL OR case_id > %(after)s) ORDER BY case_id LIMIT %(limit)s"
)
BATCH = 200


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """A right that was granted, whether or not it holds still."""

    identity: UUID
    right: Right
    revoked: bool


@dataclass(frozen=True, slots=True)
class RegisterQuery:
    """`territory`: the units that the reader's right covers, None for all. `active_on`: rights that hold on that day
    and are not revoked now. `after`: the last identity of the page before."""

    territory: Sequence[str] | None
    role: Role | None = None
    unit: str | None = None
    active_on: date | None = None
    after: UUID | None = None
    limit: int = 50


def find_rights(app: ServiceApplication, query: RegisterQuery) -> tuple[list[list[RegisterEntry]], UUID | None]:
    """A page of identities, each with the rights that match, and the last identity when there may be more.

    Rights to one case are not listed: they are read with that case."""
    found: list[list[RegisterEntry]] = []
    after = query.after
    while rows := _identities(app, query, after):
        for row in rows:
            after = row["identity"]
            if rights := _matching(app, row["identity"], query):
                found.append(rights)
                if len(found) == query.limit:
                    return found, after
        if len(rows) < BATCH:
            break
    return found, None


def _identities(app: ServiceApplication, query: RegisterQuery, after: UUID | None) -> list[dict[str, Any]]:
    territory = None if query.territory is None else list(query.territory)
    values = {"territory": territory, "unit": query.unit, "after": after, "limit": BATCH}
    return app.recorder.fetch(IDENTITIES, values)


def _matching(app: ServiceApplication, identity: UUID, query: RegisterQuery) -> list[RegisterEntry]:
    state = app.load(register.decider, identity).state
    entries = [
        RegisterEntry(identity, right, revoked=right.id in state.revoked)
        for right in state.rights
        if right.case is None
    ]
    return [each for each in entries if _matches(each, query)]


def _matches(entry: RegisterEntry, query: RegisterQuery) -> bool:
    right = entry.right
    units = {right.unit, *right.units}
    return (
        (query.territory is None or bool(units & {*query.territory}))
        and query.role in (None, right.role)
        and (query.unit is None or query.unit in units)
        and (query.active_on is None or (right.holds(query.active_on) and not entry.revoked))
    )
