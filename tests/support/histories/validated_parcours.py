"""A parcours that its structure has validated: a consulting or collective action, and one of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from parcours.domain import parcours
from parcours.domain.building import edits, validation
from parcours.domain.lifecycle import OpenParcours
from parcours.domain.state import ActionKind, ReceivedPlan
from shared.eventlog import ServiceApplication
from shared.kernel import Actor, Role, paris_date, uuid7


def validated_case(
    app: ServiceApplication, kind: ActionKind = ActionKind.CONSULTING, operation: UUID | None = None
) -> tuple[UUID, UUID]:
    """The case, and its action to procure, or that of a collective `operation`."""
    case, today = uuid7(), paris_date(datetime.now(UTC))
    adviser, leader = Actor("some-adviser", Role.ADVISER, unit="dla-44"), Actor("some-leader", Role.LEADER)
    plan = ReceivedPlan(
        uuid7(), "dla-44", adviser="some-adviser", admitted_at=datetime.now(UTC) - timedelta(days=40), axes=("finance",)
    )
    dates = (today + timedelta(days=30), today + timedelta(days=180))
    for command in (
        OpenParcours(plan),
        edits.RankAxes(("finance",)),
        edits.AddAction(
            kind,
            "finance",
            "Étude",
            "À choisir",
            *dates,
            planned_days=5 if kind is ActionKind.CONSULTING else None,
            collective_operation=operation,
        ),
        edits.AddAction(ActionKind.OWN_ACTION, "finance", "Suivi", "Trésorière", *dates),
        validation.ShareParcours(today, dates[1]),
    ):
        app.handle(parcours.decider, case, command, app.context(case, adviser))
    built = app.load(parcours.decider, case).state
    assert built.shared
    agreed = validation.ValidateParcours(built.shared.version, built.shared.content_hash)
    app.handle(parcours.decider, case, agreed, app.context(case, leader))
    return case, next(iter(built.actions))


def given_signatures(day: str, *cases: str) -> dict[str, Any]:
    """Of all parties, on the same day, as a client sends them: of the structure, or of those of an operation."""
    leader, unit, provider = (
        {"name": name, "signed_on": day} for name in ("Maëlle Kerdoncuff", "Paul Rivoal", "Nadia Le Goff")
    )
    by_structure = {"structures": [{"case": each, **leader} for each in cases]} if cases else {"structure": leader}
    return {**by_structure, "unit": unit, "provider": provider}
