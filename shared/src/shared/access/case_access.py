"""Case access: each service's own copy of who is in charge of a case and who may see it, replicated from intake; and of
who opened it in an emergency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.access import emergency_access
from shared.contracts.intake import CaseAccessChanged, EmergencyAccessOpened
from shared.eventlog import LogRecorder
from shared.eventlog.log import ServiceLog
from shared.kernel import CASE_ACCESS_TABLE, Actor, CaseAccess, Context, Decider, Role, event, uuid7_after
from shared.kernel.events import command
from shared.kernel.frozen import frozen
from shared.messaging import CommandDispatch, Header, Reactions


@event("case-access-replicated", label="Personne en charge du dossier, et confidentialité, connues de ce service")
class CaseAccessReplicated:
    adviser: str | None
    confidential: bool
    archived: bool = False


@command(leads_to=(CaseAccessReplicated,))
class ReplicateCaseAccess:
    adviser: str | None
    confidential: bool
    archived: bool = False


@frozen
class CaseAccessState:
    """An aggregate apart from the case's own, which may open later."""

    adviser: str | None = None
    confidential: bool = False
    archived: bool = False


def decide(state: CaseAccessState, command: ReplicateCaseAccess, _context: Context) -> list[CaseAccessReplicated]:
    if command == ReplicateCaseAccess(state.adviser, state.confidential, archived=state.archived):
        return []
    return [CaseAccessReplicated(command.adviser, command.confidential, archived=command.archived)]


def evolve(_state: CaseAccessState, event: CaseAccessReplicated) -> CaseAccessState:
    return CaseAccessState(event.adviser, event.confidential, archived=event.archived)


def case_row(_state: CaseAccessState, event: CaseAccessReplicated) -> dict[str, Any]:
    return CaseAccess(event.adviser, event.confidential, archived=event.archived).row()


decider: Decider[CaseAccessState] = Decider(
    "case_access",
    CaseAccessState(),
    decide=decide,
    evolve=evolve,
    commands=(ReplicateCaseAccess,),
    events=(CaseAccessReplicated,),
    case_table=CASE_ACCESS_TABLE,
    case_row=case_row,
)


def find_case_access(app: ServiceLog, case: UUID) -> CaseAccess | None:
    """The case's access as its last event wrote it; null while no event did. In one request, as it was read first."""
    row = app.case_row(CASE_ACCESS_TABLE, case)
    return CaseAccess(**row) if row else None


def read_case_access(recorder: LogRecorder, case: UUID) -> CaseAccess | None:
    """The same as it is stored now."""
    row = recorder.case_row(CASE_ACCESS_TABLE, case)
    return CaseAccess(**row) if row else None


def find_each_case_access(recorder: LogRecorder, cases: Sequence[UUID]) -> dict[UUID, CaseAccess]:
    """The same of several cases, by id; one statement, also for none."""
    statement = (
        "SELECT case_id, adviser, confidential, archived FROM {schema}.case_access WHERE case_id = ANY(%s::uuid[])"
    )
    return {row.pop("case_id"): CaseAccess(**row) for row in map(dict, recorder.fetch(statement, ([*cases],)))}


def may_know_case(_app: ServiceLog, _case: UUID, actor: Actor) -> bool:
    """Whether a refusal may name another case: to a manager, who sees every case of the unit. To anybody else it reads
    the same whether or not that case is confidential, and so names none."""
    return actor.role is Role.MANAGER


def follow_case_access(reactions: Reactions) -> None:
    """Adds the reaction that replicates case access. For the services of the phases after intake."""

    @reactions.on(CaseAccessChanged)
    def replicate_case_access(payload: CaseAccessChanged, header: Header) -> CommandDispatch:
        """The adviser, the confidentiality or the archive status of a case has changed."""
        stream = uuid7_after(header.case, "case-access")
        return CommandDispatch(
            decider,
            stream,
            command=ReplicateCaseAccess(payload.adviser, payload.confidential, archived=payload.archived),
            case=header.case,
        )


def find_emergency_access(app: ServiceLog, case: UUID) -> Mapping[str, datetime]:
    """When each person's access ends or ended, by pseudonym; one statement, also for none. Empty in a service that
    knows it from the events that it keeps, as audit."""
    if emergency_access.decider not in app.deciders:
        return {}
    return app.load(emergency_access.decider, emergency_access.emergency_access_id(case)).state.ends


def follow_emergency_access(reactions: Reactions) -> None:
    """Adds the reaction that replicates emergency access. For the services of the phases after intake."""

    @reactions.on(EmergencyAccessOpened)
    def replicate_emergency_access(payload: EmergencyAccessOpened, header: Header) -> CommandDispatch:
        """Somebody opened a confidential case for a few hours."""
        return CommandDispatch(
            emergency_access.decider,
            emergency_access.emergency_access_id(header.case),
            command=emergency_access.ReplicateEmergencyAccess(payload.person, payload.until),
            case=header.case,
        )
