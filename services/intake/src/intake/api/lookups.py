"""Lookups in intake's own log for the requests API: before a command, and for the fields derived from a state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from intake import projections
from intake.bootstrap import Deployment
from intake.domain import orientation
from intake.domain.reference.courts import CourtHint, hint_court
from intake.domain.reference.territory import region_of
from intake.domain.request import request
from intake.domain.request.confidentiality import AssignCase
from intake.domain.request.difficulty import DISCLAIMER
from intake.domain.request.eligibility import EligibilityAssessment, assess
from intake.domain.request.outcome import (
    CRISIS_NOT_ORIENTED,
    NO_ORIENTATION,
    ORIENTATION_UNDER_WAY,
    AdmitRequest,
    OrientRequest,
    RejectRequest,
)
from intake.domain.request.reception import ReceiveRequest, ReceiveRequestWithFindings
from intake.domain.request.stand_in import AppointStandIn
from intake.domain.request.state import Request, Triage
from intake.domain.request.transfer import UNKNOWN_UNIT, TakeOverRequest, TakeOverRequestWithFindings, TransferRequest
from intake.domain.structure import Structure, normalize_structure
from intake.operations.units import find_unit_codes
from shared.access import ROWS, scope_condition
from shared.eventlog import ServiceApplication, UnknownCase
from shared.kernel import UNIT_CODE, DifficultyLevel, paris_date
from shared.web.auth import STAFF, Caller, authorize, require_right

KNOWN_STRUCTURE = """SELECT coalesce((SELECT document->>'structure_id' FROM projection_rows
 WHERE projection = %(projection)s AND (document->>'siren' = %(siren)s OR document->>'rna' = %(rna)s)
 AND document->>'unit' = %(unit)s ORDER BY document->>'siren' = %(siren)s DESC NULLS LAST, case_id LIMIT 1), %(new)s)
 AS id"""
"""The id by which the unit knows a structure already, else a new one: an association that came with its RNA number
alone has the same one when it comes back with a SIRET and that number. Of other units' it is not asked: that two
numbers have one id would say that one of them has received the structure."""


def require_usable_orientations(app: ServiceApplication, _: Caller, case: UUID, command: OrientRequest) -> None:
    """An outcome names orientations of this case, at least one of them not declined."""
    try:
        named = [app.load(orientation.decider, each).state for each in command.orientations]
    except UnknownCase:
        named = []
    if len(named) < len(command.orientations) or any(each.case != case for each in named):
        raise NO_ORIENTATION("Une des orientations nommées n’existe pas dans ce dossier.")
    if named and all(each.status is orientation.OrientationStatus.DECLINED for each in named):
        raise NO_ORIENTATION(
            "Toutes les orientations nommées ont été déclinées\u00a0: proposez-en une autre, ou n’admettez pas la "
            "demande en disant pourquoi il n’y a pas d’orientation."
        )


def require_no_orientation(app: ServiceApplication, _: Caller, case: UUID, _command: RejectRequest) -> None:
    """A structure with an orientation that goes on is oriented: the outcome names it."""
    if any(each.status is not orientation.OrientationStatus.DECLINED for each in _orientations(app, case)):
        raise ORIENTATION_UNDER_WAY("La structure est orientée\u00a0: donnez cette issue à sa demande, et nommez-la.")


def require_crisis_orientation(app: ServiceApplication, _: Caller, case: UUID, _command: AdmitRequest) -> None:
    """A structure in a crisis is oriented at once: it is admitted after an orientation was proposed, never before."""
    difficulty = app.load_existing(request.decider, case).state.difficulty
    if difficulty and difficulty.level.is_a_crisis and not any(_orientations(app, case)):
        raise CRISIS_NOT_ORIENTED(
            "La structure est en grande difficulté\u00a0: proposez-lui d’abord une orientation vers un dispositif de "
            "crise (CODEFI, CCSF, tribunal…)\u202f; l’admission viendra s’y ajouter."
        )


def require_adviser(app: ServiceApplication, caller: Caller, case: UUID, command: AssignCase | AppointStandIn) -> None:
    """A case is assigned to somebody who works on the cases of its unit today."""
    unit = app.load_existing(request.decider, case).state.unit
    require_right(
        caller,
        command.adviser,
        lambda right: right.role in STAFF and right.unit == unit,
        f"Un dossier se confie à une personne qui accompagne dans l’unité {unit}\u00a0: le registre n’en connaît "
        "aucune sous cet identifiant aujourd’hui.",
    )


def _orientations(app: ServiceApplication, case: UUID) -> Iterator[orientation.Orientation]:
    """Those of the case, the first one first."""
    for stream in app.streams_of_case(case, orientation.OrientationProposed):
        yield app.load(orientation.decider, stream).state


def look_up_structure(
    app: ServiceApplication, caller: Caller, body: ReceiveRequest, deployment: Deployment
) -> ReceiveRequestWithFindings:
    """Finds the structure's earlier requests in this unit that the caller may see, and what the public directory says
    of it where the deployment uses one."""
    structure = normalize_structure(body.structure, deployment.reference)
    unit = caller.actor.unit
    condition, values = scope_condition(caller.list_scope)
    rows = app.recorder.fetch(
        f"WITH structure AS ({KNOWN_STRUCTURE}) SELECT structure.id, case_id FROM structure LEFT JOIN LATERAL"  # noqa: S608
        f" (SELECT case_id FROM {ROWS} WHERE projection = %(projection)s AND document->>'structure_id' = structure.id"
        f" AND document->>'unit' = %(unit)s AND {condition} ORDER BY case_id LIMIT 50) AS earlier ON true",
        {
            "projection": projections.requests.name,
            "siren": structure.siren,
            "rna": structure.rna,
            "new": str(app.key_store.pseudonym(structure.number)),
            "unit": unit,
            **values,
        },
    )
    prefill = None
    if deployment.directory and structure.siret:
        entry = deployment.directory.find(structure.siret[:9], app.clock.now())
        prefill = entry.hints if entry else None
    return ReceiveRequestWithFindings(
        body,
        tuple(row["case_id"] for row in rows if row["case_id"]),
        prefill=prefill,
        structure_id=UUID(rows[0]["id"]),
    )


def look_up_transfer(app: ServiceApplication, caller: Caller, body: TakeOverRequest) -> TakeOverRequestWithFindings:
    """Reads the transferred request, which the receiving unit takes over. Raises like `authorize`."""
    authorize(caller, body.origin, request.decider.name)
    return TakeOverRequestWithFindings(body.origin, app.load_existing(request.decider, body.origin).state)


def require_known_unit(app: ServiceApplication, command: TransferRequest, deployment: Deployment) -> None:
    """A request goes to a unit of the table of competence or of the register: nobody would find it elsewhere.

    A deployment that has neither knows no unit, and believes the adviser."""
    known = find_unit_codes(app.recorder, deployment.competence)
    if known and UNIT_CODE.fullmatch(command.to_unit) and command.to_unit not in known:
        raise UNKNOWN_UNIT(
            f"Aucune unité ne porte le code {command.to_unit}\u00a0: la demande n’y attendrait personne. "
            "La liste des unités les donne toutes.",
            units=sorted(known),
        )


@dataclass(frozen=True, slots=True)
class StructureFacts:
    """What the reference data say of a structure."""

    region: str | None
    activity: str | None


@dataclass(frozen=True, slots=True)
class DifficultyToday:
    """The level of the last triage, and the legal deadline with its disclaimer. `crisis`: the DLA re-orients such a
    structure at once. `court`: which court hears it, where it is in a crisis."""

    level: DifficultyLevel
    crisis: bool
    legal_deadline: date | None
    legal_days_left: int | None
    disclaimer: str | None
    court: CourtHint | None


@dataclass(frozen=True, slots=True)
class CompetentUnit:
    """The unit that is competent for the structure, and whether it is the request's own."""

    unit: str | None
    here: bool | None


@dataclass(frozen=True, slots=True)
class RequestExtra:
    """What follows today from the state of a request, by the reference data and the criteria of the deployment."""

    structure: StructureFacts
    difficulty: DifficultyToday | None
    competence: CompetentUnit
    assessment: EligibilityAssessment


def extra_fields(app: ServiceApplication, state: Request, deployment: Deployment) -> RequestExtra:
    """What follows from the state of a request today: region, activity, legal deadline, competent unit, assessment."""
    now, competent = app.clock.now(), deployment.competence.unit_for(state.structure)
    reference, activity = deployment.reference, state.structure.naf
    rules = reference.find_criteria(state.rules or "") or reference.in_force(paris_date(now))
    region = region_of(state.structure.department)
    return RequestExtra(
        StructureFacts(
            region=region.name if region else None,
            activity=reference.activities.get(activity) if activity else None,
        ),
        describe_difficulty(state.difficulty, state.structure, now) if state.difficulty else None,
        competence=CompetentUnit(competent, here=competent == state.unit if competent else None),
        assessment=assess(state.structure, state.criteria, rules),
    )


def describe_difficulty(difficulty: Triage, structure: Structure, now: datetime) -> DifficultyToday:
    deadline = difficulty.legal_deadline
    return DifficultyToday(
        difficulty.level,
        difficulty.level.is_a_crisis,
        legal_deadline=deadline,
        legal_days_left=(deadline - paris_date(now)).days if deadline else None,
        disclaimer=DISCLAIMER if deadline else None,
        court=hint_court(structure) if difficulty.level.is_a_crisis else None,
    )
