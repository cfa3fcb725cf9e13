"""What the edge looks up in intake's own log before a decision, or to show with a state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from intake import bootstrap, projections
from intake.domain import chasing, orientation
from intake.domain.reference.criteria import Criteria
from intake.domain.reference.territory import region_of
from intake.domain.register import register
from intake.domain.register.commands import GrantRight
from intake.domain.request.difficulty import DISCLAIMER
from intake.domain.request.eligibility import assess
from intake.domain.request.outcome import CRISIS_NOT_ORIENTED, NO_ORIENTATION, AdmitRequest, OrientRequest
from intake.domain.request.reception import ReceiveRequest, ReceiveRequestWithFindings
from intake.domain.request.state import Difficulty, DifficultyLevel, Request
from intake.domain.request.transfer import ReceiveTransfer, TakeOverRequest
from intake.domain.structure import checked
from intake.reference.directory import directory_at
from intake.settings import deployment
from shared.access import ROWS, RowScope, scope_condition
from shared.eventlog import ServiceApplication, to_plain
from shared.kernel import Right
from shared.queries import CURRENT_ROWS, reference_instant
from shared.temporal import PointInTime, load_past_rows, past_row_source
from shared.web.auth import Caller, authorize
from shared.web.http import ProblemError


def known_orientations(app: ServiceApplication, case: UUID, command: OrientRequest) -> None:
    """An outcome names orientations proposed for this case, one of them at least not declined, or says why none."""
    named = [app.load(bootstrap.orientations, each).state for each in command.orientations]
    if any(each.case != case for each in named):
        raise NO_ORIENTATION("Une des orientations nommées n’existe pas dans ce dossier.")
    if named and not command.why_none and all(each.step is orientation.Step.DECLINED for each in named):
        raise NO_ORIENTATION(
            "Toutes les orientations nommées ont été déclinées\u00a0: proposez-en une autre, ou dites pourquoi il "
            "n’y en a aucune."
        )


def oriented_in_a_crisis(app: ServiceApplication, case: UUID, _: AdmitRequest) -> None:
    """A structure in a crisis is oriented at once: its admission stands beside an orientation, never in its place."""
    difficulty = app.load_existing(bootstrap.requests, case).state.difficulty
    if difficulty and difficulty.level.is_a_crisis and not _was_oriented(app, case):
        raise CRISIS_NOT_ORIENTED(
            "La structure est en grande difficulté\u00a0: proposez-lui d’abord une orientation vers un dispositif de "
            "crise (CODEFI, CCSF, tribunal…)\u202f; l’admission viendra s’y ajouter."
        )


def _was_oriented(app: ServiceApplication, case: UUID) -> bool:
    events = app.events_of(app.recorder.entries_of_case(case))
    return any(isinstance(event.data, orientation.OrientationProposed) for _, event in events)


def received_knowing(app: ServiceApplication, caller: Caller, asked: ReceiveRequest) -> ReceiveRequestWithFindings:
    """Coming back is welcome: the request is linked to the structure's earlier ones in this unit that the caller sees.

    It is prefilled where the deployment asks a directory."""
    structure = checked(asked.structure, deployment().reference())
    structure_id = app.key_store.pseudonym(structure.number)
    covered, values = scope_condition(caller.list_scope)
    rows = app.recorder.fetch(
        f"SELECT case_id FROM {ROWS} WHERE projection = %(projection)s AND document->>'structure_id' = %(structure)s"  # noqa: S608
        f" AND document->>'unit' = %(unit)s AND {covered} ORDER BY case_id LIMIT 50",
        {"projection": projections.requests.name, "structure": str(structure_id), "unit": caller.actor.unit, **values},
    )
    url = deployment().prefill_url
    prefill = directory_at(str(url)).about(structure.siret[:9], app.clock.now()) if url and structure.siret else None
    return ReceiveRequestWithFindings(asked, tuple(row["case_id"] for row in rows), prefill=prefill)


def within_the_unit(app: ServiceApplication, caller: Caller, asked: GrantRight) -> GrantRight:
    """Whoever gives a leader the right to one dossier works on that dossier."""
    if asked.case is None:
        return asked
    unit = app.load_existing(bootstrap.requests, asked.case).state.unit
    if not caller.actor.covers(unit) or caller.is_hidden(asked.case):
        raise register.BEYOND_YOURS("Ce dossier n’est pas de ceux que vos propres droits couvrent.")
    return asked


def rights(app: ServiceApplication, identity: UUID) -> tuple[Right, ...]:
    """Intake owns the register, and needs no copy of it."""
    return app.load(register.decider, identity).state.held


def transferred(app: ServiceApplication, caller: Caller, asked: ReceiveTransfer) -> TakeOverRequest:
    """What the receiving unit takes over, read in the request that was transferred; its manager, if it is confidential.

    Raises ProblemError 403."""
    origin = app.load_existing(bootstrap.requests, asked.origin).state
    if origin.confidential:
        authorize(caller, asked.origin)
    assert origin.contact is not None
    return TakeOverRequest(
        asked.origin,
        origin.to_unit,
        structure=origin.structure,
        structure_id=origin.structure_id,
        contact=origin.contact,
        need=origin.need,
        difficulty=origin.difficulty,
        confidential=origin.confidential,
    )


def extra_fields(app: ServiceApplication, _case: UUID, state: Request) -> dict[str, Any]:
    """What an adviser reads with the state of a request."""
    now, competent = app.clock.now(), deployment().competent().unit_for(state.structure)
    reference, activity = deployment().reference(), state.structure.naf
    rules = reference.rules(state.rules or "") or reference.in_force(now.date())
    return {
        "structure": {
            "region": region.name if (region := region_of(state.structure.department)) else None,
            "activity": reference.activities.get(activity) if activity else None,
        },
        "difficulty": in_words(state.difficulty, now) if state.difficulty else None,
        "competence": {"unit": competent, "here": competent == state.unit if competent else None},
        "assessment": to_plain(assess(state.structure, state.criteria, rules), str),
    }


def criteria_of(version: str) -> Criteria:
    """Raises ProblemError 404 for a version that is neither this deployment's nor ours."""
    found = deployment().reference().rules(version)
    if found is None:
        raise ProblemError(404, "unknown-criteria", "Critères inconnus", "Aucune version des critères ne porte ce nom.")
    return found


def in_words(difficulty: Difficulty, now: datetime) -> dict[str, Any]:
    """The level as it was last qualified, and the legal deadline with the words that must go with it."""
    deadline = difficulty.legal_deadline
    return {
        "level": difficulty.level,
        "crisis": difficulty.level.is_a_crisis,
        "legal_deadline": deadline,
        "legal_days_left": (deadline - now.date()).days if deadline else None,
        "disclaimer": DISCLAIMER if deadline else None,
    }


def chases(
    app: ServiceApplication, covered: RowScope | None, unit: str | None, moment: PointInTime
) -> list[chasing.Chase]:
    """Orientations of the cases that are covered, or of those of one unit, sent and not acknowledged; then, by the days
    that are given today. About the past it raises like `load_past_rows`."""
    covered_rows, values = scope_condition(covered)
    kept, now = CURRENT_ROWS, app.clock.now()
    if moment != PointInTime():
        then = load_past_rows(app, projections.chases, moment, None if covered is None else covered.units)
        kept, now = past_row_source(projections.chases, then.documents), reference_instant(moment)
    rows = app.recorder.fetch(
        f"{kept.before}SELECT document FROM {ROWS} WHERE projection = %(projection)s"  # noqa: S608
        f" AND document->>'status' = 'waiting'"
        f" AND (%(unit)s::text IS NULL OR document->>'unit' = %(unit)s) AND {covered_rows}",
        {"projection": projections.chases.name, "unit": unit, **values, **kept.values},
    )
    days = deployment().chase_days
    return chasing.most_pressing_first(
        _chase(row["document"], orientation_id, sent, now, days)
        for row in rows
        for orientation_id, sent in row["document"]["orientations"].items()
        if "sent_at" in sent
    )


def _chase(
    row: dict[str, Any], orientation_id: str, sent: dict[str, Any], now: datetime, days: Mapping[DifficultyLevel, int]
) -> chasing.Chase:
    level, sent_at = DifficultyLevel(row.get("level", DifficultyLevel.NONE)), datetime.fromisoformat(sent["sent_at"])
    deadline = row.get("legal_deadline")
    due_at = chasing.ask_again_at(level, sent_at, days)
    return chasing.Chase(
        UUID(row["id"]),
        UUID(orientation_id),
        structure=row["structure"],
        unit=row["unit"],
        target=sent["target"],
        level=level,
        legal_deadline=date.fromisoformat(deadline) if deadline else None,
        sent_at=sent_at,
        due_at=due_at,
        overdue=now > due_at,
    )
