"""The diagnosis as one aggregate: built with the structure, validated by its leaders, and concluded by a plan."""

from __future__ import annotations

from collections.abc import Iterator

from diagnostic.domain import advice, comments, committee, mandates, plan, validation
from diagnostic.domain.content import content
from diagnostic.domain.lifecycle import (
    ALREADY_AGREED,
    DIAGNOSIS_STOPPED,
    NOT_OPEN,
    DiagnosisOpened,
    DiagnosisStatus,
    DiagnosisStopped,
    OpenDiagnosis,
    StopDiagnosis,
)
from diagnostic.domain.mandates import MandateRecorded, RecordMandate
from diagnostic.domain.plan import AgreePlan, CorrectBaseline
from diagnostic.domain.state import Diagnosis
from shared.attachments import AddAttachment
from shared.kernel import Context, Decider, decide_comment, evolve_comments
from shared.kernel.frozen import replace

Command = (
    OpenDiagnosis
    | StopDiagnosis
    | content.Command
    | validation.Command
    | plan.Command
    | committee.Command
    | advice.Command
    | RecordMandate
    | comments.Command
)
Event = (
    DiagnosisOpened
    | DiagnosisStopped
    | content.Event
    | validation.Event
    | plan.Event
    | committee.Event
    | advice.Event
    | MandateRecorded
    | comments.Event
)


NOT_UNDER_WAY = (DiagnosisStatus.NEW, DiagnosisStatus.AGREED, DiagnosisStatus.STOPPED)
"""Where there is nothing to stop."""


def decide(diagnosis: Diagnosis, command: Command, context: Context) -> list[Event]:
    if isinstance(command, OpenDiagnosis):
        return _open(diagnosis, command)
    if isinstance(command, StopDiagnosis):
        return [] if diagnosis.status in NOT_UNDER_WAY else [DiagnosisStopped(command.on)]
    if diagnosis.status is DiagnosisStatus.NEW:
        raise NOT_OPEN("Il s’ouvre de lui-même quand la demande est admise.")
    if isinstance(command, committee.Command):
        return [*committee.decide(diagnosis.committee, diagnosis.content_version, diagnosis.mandates, command, context)]
    if isinstance(command, advice.Command):
        return [advice.decide(diagnosis.advice, command, context)]
    if isinstance(command, comments.Command):
        return [decide_comment(diagnosis, command, context)]
    if isinstance(command, RecordMandate):
        return [mandates.decide(command)]
    if diagnosis.status is DiagnosisStatus.AGREED and not isinstance(command, CorrectBaseline):
        raise ALREADY_AGREED("Le diagnostic ne change plus\u00a0: la suite se construit dans le parcours.")
    if diagnosis.status is DiagnosisStatus.STOPPED:
        raise DIAGNOSIS_STOPPED("La structure a renoncé avant le parcours\u00a0: le dossier est clos.")
    if isinstance(command, plan.Command):
        return [*plan.decide(diagnosis, command, context)]
    if isinstance(command, validation.Command):
        return [*validation.decide(diagnosis, command, context)]
    return [content.decide(diagnosis.content, command, context), *validation.void_submission(diagnosis)]


def available_commands(diagnosis: Diagnosis) -> Iterator[type]:
    """The content is worked on, submitted and validated until the plan is agreed; opinions, advice and mandates are
    recorded all along."""
    if diagnosis.status is DiagnosisStatus.NEW:
        yield OpenDiagnosis
        return
    if diagnosis.status is DiagnosisStatus.STOPPED:
        yield AddAttachment
        if diagnosis.unanswered_comments:
            yield comments.AcknowledgeDiagnosisComment
        return
    if diagnosis.status is DiagnosisStatus.AGREED:
        yield CorrectBaseline
    else:
        yield from content.available_commands(diagnosis.content)
        yield from validation.available_commands(diagnosis)
        if diagnosis.status is DiagnosisStatus.VALIDATED:
            yield AgreePlan
        yield StopDiagnosis
    yield from committee.available_commands(diagnosis.committee, diagnosis.content_version)
    yield from advice.available_commands(diagnosis.advice)
    yield from (RecordMandate, AddAttachment, comments.CommentDiagnosis)
    if diagnosis.unanswered_comments:
        yield comments.AcknowledgeDiagnosisComment


def evolve(diagnosis: Diagnosis, event: Event) -> Diagnosis:
    if isinstance(event, DiagnosisOpened):
        return Diagnosis(
            DiagnosisStatus.OPEN,
            event.structure,
            unit=event.unit,
            adviser=event.adviser,
            admitted_at=event.admitted_at,
            headcount=event.headcount,
        )
    if isinstance(event, DiagnosisStopped):
        return replace(diagnosis, status=DiagnosisStatus.STOPPED)
    if isinstance(event, validation.Event):
        return validation.evolve(diagnosis, event)
    if isinstance(event, plan.Event):
        return plan.evolve(diagnosis, event)
    if isinstance(event, committee.Event):
        return replace(diagnosis, committee=committee.evolve(diagnosis.committee, event))
    if isinstance(event, advice.Event):
        return replace(diagnosis, advice=advice.evolve(diagnosis.advice, event))
    if isinstance(event, comments.Event):
        return evolve_comments(diagnosis, event)
    if isinstance(event, MandateRecorded):
        return replace(diagnosis, mandates=mandates.evolve(diagnosis.mandates, event))
    edited = content.evolve(diagnosis.content, event)
    return replace(diagnosis, content=edited, content_version=diagnosis.content_version + 1)


def _open(diagnosis: Diagnosis, command: OpenDiagnosis) -> list[Event]:
    """The integration event of an admission may arrive twice: the diagnosis opens once."""
    if diagnosis.status is not DiagnosisStatus.NEW:
        return []
    return [
        DiagnosisOpened(
            command.structure,
            command.unit,
            adviser=command.adviser,
            admitted_at=command.admitted_at,
            headcount=command.headcount,
        )
    ]


decider: Decider[Diagnosis] = Decider(
    "diagnosis",
    Diagnosis(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    available_commands=available_commands,
)
