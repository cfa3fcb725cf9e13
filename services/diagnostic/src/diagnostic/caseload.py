"""Tasks that wait in diagnostic: an adviser's (a session, a leader's answer or comment, a plan), and what is asked of a
committee or of a resource centre."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from diagnostic.domain.lifecycle import DiagnosisStatus
from diagnostic.inbox import advice, shares
from diagnostic.projections import diagnoses
from shared.eventlog import LogEntry, RecordedEvent
from shared.kernel import Role
from shared.projections import Projection, Row
from shared.queries import (
    COMMENT,
    WITH_TASKS,
    Caseload,
    TaskKind,
    comment_task,
    due_entry,
    project_comments,
    unanswered,
)

SESSION, SUBMISSION, ANSWER = "session_to_hold", "diagnosis_to_submit", "leader_to_answer"
CONTESTED, PLAN = "contestation_to_answer", "plan_to_agree"
OPINION, ADVICE = "opinion_to_give", "advice_to_give"
DIAGNOSIS = "/api/v1/diagnoses/{case}"
TASKS = {
    SESSION: TaskKind("Première séance de diagnostic à tenir", DIAGNOSIS, days=30),
    SUBMISSION: TaskKind("Diagnostic à soumettre à la structure", DIAGNOSIS, days=90),
    ANSWER: TaskKind("Diagnostic soumis\u00a0: réponse de la structure attendue", DIAGNOSIS, days=15),
    CONTESTED: TaskKind("Diagnostic contesté\u00a0: à revoir avec la structure", DIAGNOSIS, days=15),
    PLAN: TaskKind("Plan d’accompagnement à convenir", DIAGNOSIS, days=30),
    COMMENT: comment_task(DIAGNOSIS),
    OPINION: TaskKind("Diagnostic partagé\u00a0: avis à donner", f"{DIAGNOSIS}/shared", until_due=True),
    ADVICE: TaskKind("Question d’une unité\u00a0: conseil à donner", f"{DIAGNOSIS}/advice", days=30),
}
"""The days are our own, not an official delay. An opinion can be given until the sharing ends."""
TASK_OF_STATUS = {
    DiagnosisStatus.SUBMITTED: ANSWER,
    DiagnosisStatus.CONTESTED: CONTESTED,
    DiagnosisStatus.VALIDATED: PLAN,
}


def _project(row: Row, entry: LogEntry, recorded: RecordedEvent[Any]) -> Row:
    projected = project_comments(diagnoses.project(row, entry, recorded), entry, recorded)
    for inbox in (shares, advice):
        if isinstance(recorded.data, inbox.about):
            projected = projected | {inbox.name: inbox.project(row.get(inbox.name, {}), entry, recorded)}
    if projected is row:
        return row
    requests = dict(_requests_to_others(projected))
    return projected | {"due": _of_the_adviser(row, projected, entry) | unanswered(projected) | requests}


def _of_the_adviser(row: Row, projected: Row, entry: LogEntry) -> Row:
    before_submission = SUBMISSION if projected["sessions"] else SESSION
    status = projected["status"]
    task = before_submission if status == DiagnosisStatus.OPEN else TASK_OF_STATUS.get(status)
    tasks = {task: row.get("due", {}).get(task) or due_entry(task, entry.recorded_at)} if task else {}
    if status == DiagnosisStatus.VALIDATED and projected["contested_at"]:
        tasks |= {CONTESTED: due_entry(CONTESTED, projected["contested_at"])}
    return tasks


def _requests_to_others(row: Row) -> Iterator[tuple[str, Row]]:
    if row["status"] == DiagnosisStatus.STOPPED:
        return
    share = row.get(shares.name, {})
    if "shared_at" in share and not share["opinions"]:
        yield OPINION, due_entry(OPINION, share["shared_at"], on=share["until"], role=Role.COMMITTEE)
    for question in _awaited_advice(row):
        unit, since = question["unit"], question["requested_at"]
        task = due_entry(ADVICE, since, item=question["advice"], unit=unit, role=Role.RESOURCE_CENTRE)
        yield f"{ADVICE}/{question['advice']}", task


def _awaited_advice(row: Row) -> list[Row]:
    return [each for each in row.get(advice.name, {}).get("questions", ()) if each["received_on"] is None]


def _units(row: Row) -> Iterable[str | None]:
    """The own unit, and the centres that are asked: each sees the tasks of its own unit alone."""
    return [row.get("unit"), *(each["unit"] for each in _awaited_advice(row))]


caseload = Caseload(
    Projection(
        f"caseload:v2+{diagnoses.name}+{shares.name}+{advice.name}", _project, units_of=_units, queried=WITH_TASKS
    ),
    TASKS,
)
