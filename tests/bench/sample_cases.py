"""Sample cases: a request and a parcours with realistic events, in our log and in the stock library's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import cycle
from typing import Any
from uuid import UUID

import stock_library

from intake.domain import structure
from intake.domain.reference.criteria import Verdict, version_in_force
from intake.domain.request import request
from intake.domain.request.assessment import AssessCriterion, MeetingParticipant, RecordMeeting
from intake.domain.request.outcome import AdmitRequest
from intake.domain.request.reception import ReceiveRequest
from parcours.domain import coordination, parcours
from parcours.domain.building import edits, validation
from parcours.domain.lifecycle import OpenParcours
from parcours.domain.state import ActionKind, Parcours, ReceivedPlan
from shared.eventlog import ServiceApplication
from shared.kernel import Actor, Decider, Role, paris_date, uuid7

ADVISER = Actor("adviser-1", Role.ADVISER, unit="dla-44")
LEADER = Actor("leader-1", Role.LEADER)
AXES = ("projet", "gouvernance", "ressources_humaines", "modele_economique", "partenariats")
WHO = "Maëlle Kerdoncuff, France Active Pays de la Loire"
NOTES = "Échange d’une heure avec l’équipe : le besoin se précise, les pièces manquantes arrivent la semaine prochaine."
TODAY = paris_date(datetime.now(UTC))
SOON, LATER = TODAY + timedelta(days=30), TODAY + timedelta(days=300)


CONTACT = structure.Contact("Maëlle Kerdoncuff", "Présidente", email="maelle@example.org")


@dataclass(frozen=True, slots=True)
class SampleCase:
    """One case twice: under `stream` in our log, under `twin` in the stock library's."""

    decider: Decider[Any]
    stream: UUID
    twin: UUID


def a_request(ours: ServiceApplication, theirs: stock_library.StockCases, events: int) -> SampleCase:
    """Received, met, assessed on every criterion, admitted."""
    case, asks, criteria = uuid7(), structure_of("W442000001"), criteria_of(events)
    twin = stock_library.Request(
        {"name": asks.name, "legal_form": asks.legal_form.value, "department": "44", "rna": asks.rna, "headcount": 12},
        {"name": CONTACT.name, "function": CONTACT.function, "email": CONTACT.email},
        NOTES,
        "dla-44",
    )
    twin.meet(str(TODAY), CONTACT.name, NOTES)
    for criterion in criteria:
        twin.assess(criterion, "met", NOTES)
    twin.admit(NOTES)
    theirs.save(twin)
    receive(ours, case, asks, events)
    return SampleCase(request.decider, case, twin=twin.id)


def receive(
    ours: ServiceApplication, case: UUID, asks: structure.Structure, events: int, adviser: Actor = ADVISER
) -> None:
    """In our log alone."""
    play(ours, case, commands_of(asks, events), adviser)


def commands_of(asks: structure.Structure, events: int) -> list[Any]:
    """Each leads to one event; the last is the admission."""
    return [
        ReceiveRequest(asks, CONTACT, need=NOTES),
        RecordMeeting(TODAY, (MeetingParticipant(CONTACT.name),), notes=NOTES),
        *(AssessCriterion(criterion, Verdict.MET, evidence=NOTES) for criterion in criteria_of(events)),
        AdmitRequest(NOTES),
    ]


def play(ours: ServiceApplication, case: UUID, commands: Sequence[Any], adviser: Actor = ADVISER) -> None:
    for command in commands:
        ours.handle(request.decider, case, command, ours.context(case, adviser))


def structure_of(rna: str) -> structure.Structure:
    name, form = "Les Jardins de l’Erdre", structure.LegalForm.ASSOCIATION
    return structure.Structure(name, form, department="44", rna=rna, headcount=12, fte=9.5)


def criteria_of(events: int) -> list[str]:
    return [criterion.code for criterion in version_in_force(TODAY).list][: events - 3]


def a_parcours(ours: ServiceApplication, theirs: stock_library.StockCases, events: int) -> SampleCase:
    """Built with six actions, shared, validated, then coordinated: introductions until it has so many events."""
    case = uuid7()
    plan = ReceivedPlan(uuid7(), "dla-44", adviser=ADVISER.id, admitted_at=datetime.now(UTC), axes=AXES)
    _do(ours, case, OpenParcours(plan))
    _do(ours, case, edits.RankAxes(AXES))
    for axis in (*AXES, AXES[0]):
        _do(
            ours,
            case,
            edits.AddAction(
                ActionKind.LOCAL_SUPPORT, axis, title="Revoir les tarifs", who=WHO, starts_on=SOON, ends_on=LATER
            ),
        )
    _do(ours, case, validation.ShareParcours(SOON, LATER))
    shared = ours.load(parcours.decider, case).state.shared
    assert shared is not None
    _do(ours, case, validation.ValidateParcours(shared.version, shared.content_hash), LEADER)
    built: Parcours = ours.load(parcours.decider, case).state
    for action, _ in zip(cycle(built.actions), range(events - 10), strict=False):
        _do(ours, case, coordination.RecordIntroduction(action, WHO, held_on=TODAY))
    theirs_too = _twin(built, events)
    theirs.save(theirs_too)
    return SampleCase(parcours.decider, case, twin=theirs_too.id)


def _do(app: ServiceApplication, case: UUID, command: Any, actor: Actor = ADVISER) -> None:
    app.handle(parcours.decider, case, command, app.context(case, actor))


def _twin(built: Parcours, events: int) -> stock_library.Parcours:
    assert built.shared is not None
    twin = stock_library.Parcours(
        {"structure": str(built.plan.structure), "unit": "dla-44", "adviser": ADVISER.id, "axes": list(AXES)}
    )
    twin.rank(list(AXES))
    for action, planned in built.actions.items():
        days: dict[str, date] = {"starts_on": planned.planned.starts_on, "ends_on": planned.planned.ends_on}
        twin.add(
            str(action),
            {"kind": planned.planned.kind.value, "axis": planned.planned.axis, "title": "Revoir les tarifs", "who": WHO}
            | {name: str(day) for name, day in days.items()},
        )
    period = {"starts_on": str(SOON), "ends_on": str(LATER)}
    twin.share(built.shared.version, uuid7().hex, built.shared.content_hash, period)
    twin.validate(built.shared.version, built.shared.content_hash, {ActionKind.LOCAL_SUPPORT.value: 6})
    for action, _ in zip(cycle(built.actions), range(events - 10), strict=False):
        twin.introduce(str(action), WHO, str(TODAY))
    return twin
