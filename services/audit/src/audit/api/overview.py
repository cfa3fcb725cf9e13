"""One place to read across the phases: the caseload, the cases, and the access logs of all services."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request
from pydantic import BaseModel, Field, ValidationError

from audit.phase_services import PhaseServices
from audit.phases import (
    Cursors,
    MissingService,
    ServiceAnswers,
    ServiceQuestion,
    ask_services,
    merge_items,
    next_cursor,
    read_cursors,
)
from shared.kernel import CASE_PATHS, PHASE_SERVICES, SERVICES, Day, Role
from shared.names.lookup import NamedStructure
from shared.queries import cursor_after
from shared.temporal import Basis
from shared.web.auth import STAFF, Caller, authorize, forwarded_headers, requires
from shared.web.collections import (
    CASELOAD_READERS,
    CONSULTED_ROLES,
    MYSELF,
    NO_NUL_PATTERN,
    CaseloadParams,
    NamedPerson,
    Task,
    invalid_cursor,
)
from shared.web.http import problem_responses
from shared.web.requests import WAIT_HEADER, AppDep, case_router
from shared.web.standard import (
    ACCESS_LOG_READERS,
    AccessLogEntry,
    AccessLogFilters,
    AccessLogParams,
    authorize_log,
    find_entries,
)

router = case_router("", "overview")
CURSOR_CHARACTERS = 4000
AFTER = "The `next` of the page before"
OWN_LOG = "audit"
ASKING_SERVICES = ("diagnostic",)
"""Where an adviser asks a committee or a resource centre for something."""


class AcrossServices(BaseModel):
    """`unavailable`: the services whose part is missing, and why; the answer is given without them. `next`: to be given
    as `after` for the page that follows; null once every service that answered has given everything."""

    next: str | None
    unavailable: list[MissingService]


class ServiceTask(Task):
    """`service`: whose task it is; `href` is an address of that service."""

    service: str


class TasksOfAllServices(AcrossServices):
    """By the day they are due. `basis`: by service, the events that its tasks follow from."""

    items: list[ServiceTask]
    basis: dict[str, Basis | None]


class TasksOfAllServicesParams(CaseloadParams):
    after: str | None = Field(None, max_length=CURSOR_CHARACTERS, description=AFTER)


def services_with_tasks(role: Role) -> tuple[str, ...]:
    """Those whose caseload is for this role."""
    return ASKING_SERVICES if role in CONSULTED_ROLES else tuple(PHASE_SERVICES)


@router.get(
    "/caseload",
    summary="List the tasks of an adviser in all services, or what a committee or a resource centre is asked",
    responses=problem_responses(503),
)
def caseload(
    request: Request,
    caller: Annotated[Caller, requires(*CASELOAD_READERS, *CONSULTED_ROLES)],
    params: Annotated[TasksOfAllServicesParams, Query()],
) -> TasksOfAllServices:
    """As each phase lists its own, merged. Each service decides what it shows you, and records that it did."""
    authorize(caller)
    cursors = read_cursors(params.after, PHASE_SERVICES)
    filters = params.model_dump(mode="json", exclude={"after"}, exclude_unset=True)
    answers = ask(
        request,
        caller,
        {
            name: ServiceQuestion("/api/v1/caseload", filters | {"limit": params.limit, "after": cursors.get(name)})
            for name in services_with_tasks(caller.actor.role)
            if cursors.get(name, "") is not None
        },
    )
    merged = merge_items(answers.pages, params.limit, lambda task: str(task["due_on"]))
    caller.record_rows(len(merged))
    return TasksOfAllServices(
        items=[ServiceTask.model_validate(task | {"service": name}) for name, task in merged],
        next=next_cursor(cursors, answers.pages, merged, lambda task: cursor_after(task["due_on"], task["id"])),
        unavailable=answers.unavailable,
        basis={name: page["basis"] for name, page in answers.pages.items()},
    )


class CasePhase(BaseModel):
    """Where a case stands in one service. `status`: as that service's list says; `href`: its address there."""

    service: str
    status: str
    href: str


class FoundCase(BaseModel):
    """A case, with the phases that it has reached, in their order."""

    id: UUID
    structure: NamedStructure
    department: str
    siret: str | None
    unit: str
    adviser: NamedPerson | None
    phases: list[CasePhase]


class FoundCases(AcrossServices):
    """Newest first. Without intake the whole answer is a problem; without another service, its phase is missing from
    each case."""

    items: list[FoundCase]


class FoundCasesParams(BaseModel, extra="forbid"):
    q: str = Field("", max_length=100, pattern=NO_NUL_PATTERN, description="Words of the structure, accents or not")
    siret: str | None = Field(None, max_length=200, pattern=NO_NUL_PATTERN)
    siren: str | None = Field(None, max_length=200, pattern=NO_NUL_PATTERN)
    rna: str | None = Field(None, max_length=200, pattern=NO_NUL_PATTERN)
    department: str | None = Field(None, max_length=200, pattern=NO_NUL_PATTERN)
    unit: str | None = Field(None, max_length=200, pattern=NO_NUL_PATTERN)
    adviser: str | None = Field(None, max_length=200, pattern=NO_NUL_PATTERN, description=f"`{MYSELF}` for yourself")
    opened_since: Day | None = Field(None, description="Received in intake on this day or later")
    opened_before: Day | None = Field(None, description="Received in intake before this day")
    after: str | None = Field(None, max_length=1000, description=AFTER)
    limit: int = Field(50, ge=1, le=100)


@router.get("/cases", summary="Find cases, with where they stand in each phase", responses=problem_responses(503))
def cases(
    request: Request,
    caller: Annotated[Caller, requires(*STAFF, Role.PARTNER)],
    params: Annotated[FoundCasesParams, Query()],
) -> FoundCases:
    """Intake finds them, since every case begins there; the other services say where they stand."""
    authorize(caller)
    found = ask(
        request,
        caller,
        {"intake": ServiceQuestion(CASE_PATHS["intake"], params.model_dump(mode="json", exclude_none=True))},
    )
    page = found.pages["intake"]
    ids = [row["id"] for row in page["items"]]
    later = [name for name in PHASE_SERVICES if name != "intake"] if ids else []
    questions = {name: ServiceQuestion(CASE_PATHS[name], {"id": ids, "limit": len(ids)}) for name in later}
    answers = ask(request, caller, questions, own=True)
    pages = found.pages | answers.pages
    statuses = {name: {row["id"]: row["status"] for row in page["items"]} for name, page in pages.items()}
    caller.record_rows(len(ids))
    return FoundCases(
        items=[_found_case(row, statuses) for row in page["items"]],
        next=page["next"],
        unavailable=answers.unavailable,
    )


def _found_case(row: Mapping[str, Any], statuses: Mapping[str, Mapping[str, str]]) -> FoundCase:
    case = row["id"]
    phases = [
        CasePhase(service=name, status=of_cases[case], href=f"{CASE_PATHS[name]}/{case}")
        for name, of_cases in statuses.items()
        if case in of_cases
    ]
    return FoundCase.model_validate({**row, "phases": phases})


class ServiceAccessLogEntry(AccessLogEntry):
    """`service`: in whose access log it is."""

    service: str


class AllAccessLogs(AcrossServices):
    """The newest first. `names`: what the people are called who read, by id; those that a service can name."""

    items: list[ServiceAccessLogEntry]
    names: dict[str, str]


class AllAccessLogsParams(AccessLogFilters):
    after: str | None = Field(None, max_length=CURSOR_CHARACTERS, description=AFTER)


@router.get("/access-logs", summary="List the reads of cases in all services", responses=problem_responses(428, 503))
def access_logs(
    request: Request,
    app: AppDep,
    caller: Annotated[Caller, requires(*ACCESS_LOG_READERS)],
    params: Annotated[AllAccessLogsParams, Query()],
) -> AllAccessLogs:
    """The logs of the phases and audit's own, merged. Reading them is recorded in each."""
    cursors = read_cursors(params.after, SERVICES)
    filters = params.model_dump(mode="json", exclude={"after"}, exclude_none=True)
    due = [name for name in SERVICES if cursors.get(name, "") is not None]
    own = {}
    if OWN_LOG in due:
        own[OWN_LOG] = find_entries(app, request, caller, own_params(filters, cursors)).model_dump(mode="json")
    else:
        authorize_log(caller, params.case)
    questions = {
        name: ServiceQuestion("/api/v1/access-log", filters | {"after": cursors.get(name)})
        for name in due
        if name != OWN_LOG
    }
    answers = ask(request, caller, questions, own=True)
    pages = answers.pages | own
    merged = merge_items(pages, params.limit, lambda entry: str(entry["id"]), newest_first=True)
    named = {actor: name for page in pages.values() for actor, name in page["names"].items()}
    return AllAccessLogs(
        items=[ServiceAccessLogEntry.model_validate(entry | {"service": name}) for name, entry in merged],
        names={actor: named[actor] for actor in dict.fromkeys(entry["actor"] for _, entry in merged) if actor in named},
        next=next_cursor(cursors, pages, merged, lambda entry: str(entry["id"])),
        unavailable=answers.unavailable,
    )


def own_params(filters: Mapping[str, Any], cursors: Cursors) -> AccessLogParams:
    """Raises ProblemError 422 for a cursor that no access log gave."""
    try:
        return AccessLogParams.model_validate({**filters, "after": cursors.get(OWN_LOG)})
    except ValidationError:
        raise invalid_cursor() from None


def ask(
    request: Request, caller: Caller, questions: Mapping[str, ServiceQuestion], *, own: bool = False
) -> ServiceAnswers:
    """For the caller, with the position that the read waits for."""
    reader = forwarded_headers(request, caller)
    if WAIT_HEADER in request.headers:
        reader |= {WAIT_HEADER: request.headers[WAIT_HEADER]}
    return ask_services(PhaseServices.of(request), questions, reader, own=own)
