"""The diagnosis: built with the structure, validated by its leaders in one exact version, and led to a plan."""

from __future__ import annotations

from collections.abc import Iterator

from diagnostic.domain import advice, committee, edits, leaders
from diagnostic.domain.advice import AdviceCommand
from diagnostic.domain.commands import (
    AgreePlan,
    ContestDiagnosis,
    CorrectBaseline,
    EditCommand,
    OpenDiagnosis,
    SubmitDiagnosis,
    ValidateDiagnosis,
)
from diagnostic.domain.committee import CommitteeCommand
from diagnostic.domain.corrections import corrected_baseline
from diagnostic.domain.events import (
    DiagnosisContested,
    DiagnosisOpened,
    DiagnosisSubmitted,
    DiagnosisValidated,
    Event,
    PlanAgreed,
    SubmissionVoided,
    ValidationVoided,
)
from diagnostic.domain.leaders import RecordMandate
from diagnostic.domain.state import Diagnosis, Status, Submission, evolve
from shared.attachments import AddAttachment
from shared.kernel import Context, Decider, Refusal, Refused, Role
from shared.kernel.content_hash import content_hash

NOT_OPEN = Refusal("diagnosis-not-open", "Le diagnostic n’est pas ouvert")
ALREADY_AGREED = Refusal("plan-already-agreed", "Le plan d’accompagnement est déjà convenu")
INCOMPLETE = Refusal("diagnosis-incomplete", "Le diagnostic est incomplet")
ALREADY_SUBMITTED = Refusal("diagnosis-already-submitted", "Le diagnostic est déjà soumis")
NOT_SUBMITTED = Refusal("diagnosis-not-submitted", "Le diagnostic n’est pas soumis")
LEADERS_ONLY = Refusal("leaders-only", "Réservé aux dirigeant·es de la structure", status=403)
STALE_CONTENT = Refusal("stale-content", "Le diagnostic a changé depuis votre lecture")
NOT_VALIDATED = Refusal("diagnosis-not-validated", "Le diagnostic n’est pas validé")
REPEATED_AXIS = Refusal("repeated-axis", "Axe nommé deux fois", status=422)
PLAN_NOT_AGREED = Refusal("plan-not-agreed", "Le plan d’accompagnement n’est pas convenu")
NOT_ASSESSED = Refusal("axis-not-assessed", "Axe non examiné")

Aside = CommitteeCommand | AdviceCommand | RecordMandate
"""What others think, and who speaks: at any step, and never a step of its own."""
Command = (
    OpenDiagnosis
    | EditCommand
    | SubmitDiagnosis
    | ValidateDiagnosis
    | ContestDiagnosis
    | AgreePlan
    | CorrectBaseline
    | Aside
)


def decide(diagnosis: Diagnosis, command: Command, context: Context) -> list[Event]:
    if isinstance(command, OpenDiagnosis):
        return _open(diagnosis, command)
    if diagnosis.status is Status.NEW:
        raise NOT_OPEN("Il s’ouvre de lui-même quand la demande est admise.")
    if isinstance(command, Aside):
        return _beside(diagnosis, command, context)
    if isinstance(command, CorrectBaseline):
        return _corrected_baseline(diagnosis, command, context)
    if diagnosis.status is Status.AGREED:
        raise ALREADY_AGREED("Le diagnostic ne change plus\u00a0: la suite se construit dans le parcours.")
    match command:
        case SubmitDiagnosis():
            return [_submitted(diagnosis, context)]
        case ValidateDiagnosis():
            return _validate(diagnosis, command, context)
        case ContestDiagnosis(version, reasons):
            _seen_by_a_leader(diagnosis, version, context)
            return [DiagnosisContested(version, context.text(reasons), leader=context.actor.id)]
        case AgreePlan():
            return [_agreed(diagnosis, command, context)]
        case _:
            return [edits.edited(command, diagnosis.content, context), *_voided(diagnosis)]


def available_commands(diagnosis: Diagnosis) -> Iterator[type]:
    """It is worked on, submitted and validated until the plan is agreed; what others think is heard all along."""
    if diagnosis.status is Status.NEW:
        yield OpenDiagnosis
        return
    if diagnosis.status is Status.AGREED:
        yield CorrectBaseline
    else:
        yield from edits.available_commands(diagnosis.content)
        if diagnosis.submission:
            yield from (ValidateDiagnosis, ContestDiagnosis)
        elif not any(diagnosis.content.missing()):
            yield SubmitDiagnosis
        if diagnosis.status is Status.VALIDATED:
            yield AgreePlan
    yield from committee.available_commands(diagnosis.committee, diagnosis.content_version)
    yield from advice.available_commands(diagnosis.advice)
    yield from (RecordMandate, AddAttachment)


def _open(diagnosis: Diagnosis, command: OpenDiagnosis) -> list[Event]:
    """An admission may be told twice: the diagnosis opens once."""
    if diagnosis.status is not Status.NEW:
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


def _corrected_baseline(diagnosis: Diagnosis, command: CorrectBaseline, context: Context) -> list[Event]:
    if diagnosis.status is not Status.AGREED:
        raise PLAN_NOT_AGREED("Le plan n’est pas encore convenu\u00a0: corrigez la donnée dans le diagnostic lui-même.")
    return [*corrected_baseline(command, diagnosis.content, diagnosis.baseline_corrections, context)]


def _beside(diagnosis: Diagnosis, command: Aside, context: Context) -> list[Event]:
    if isinstance(command, AdviceCommand):
        return [advice.decide(diagnosis.advice, command, context)]
    if isinstance(command, RecordMandate):
        return [leaders.recorded(command)]
    return [*committee.decide(diagnosis.committee, diagnosis.content_version, command, context)]


def _voided(diagnosis: Diagnosis) -> list[Event]:
    """What leaders read is no longer what the diagnosis says."""
    if diagnosis.submission is None:
        return []
    if diagnosis.status is Status.VALIDATED:
        return [ValidationVoided(diagnosis.submission.version)]
    return [SubmissionVoided(diagnosis.submission.version)]


def _submitted(diagnosis: Diagnosis, context: Context) -> DiagnosisSubmitted:
    if diagnosis.submission:
        raise ALREADY_SUBMITTED(
            f"La version {diagnosis.submission.version} est déjà soumise à la structure.",
            version=diagnosis.submission.version,
        )
    if missing := dict(diagnosis.content.missing()):
        raise INCOMPLETE(f"Il manque encore\u00a0: {', '.join(missing.values())}.", missing=list(missing))
    salt = context.new_id().bytes
    seen = content_hash(salt, diagnosis.content)
    return DiagnosisSubmitted(diagnosis.content_version, seen, salt=context.text(salt.hex()))


def _validate(diagnosis: Diagnosis, command: ValidateDiagnosis, context: Context) -> list[Event]:
    submission = _seen_by_a_leader(diagnosis, command.version, context)
    if command.content_hash != submission.content_hash:
        raise _stale(diagnosis)
    if context.actor.id in diagnosis.validations:
        return []
    return [DiagnosisValidated(submission.version, submission.content_hash, leader=context.actor.id)]


def _seen_by_a_leader(diagnosis: Diagnosis, version: int, context: Context) -> Submission:
    """What is submitted, when it is a leader who speaks, and of that very version."""
    if context.actor.role is not Role.LEADER:
        raise LEADERS_ONLY(
            "Le diagnostic est partagé\u00a0: il appartient à la structure de le valider ou de le contester."
        )
    leaders.check_mandate(diagnosis.mandates, context)
    if version != diagnosis.content_version:
        raise _stale(diagnosis)
    if diagnosis.submission is None:
        raise NOT_SUBMITTED(
            "Cette version n’attend pas de validation\u00a0: elle n’est pas encore soumise, ou a été contestée."
        )
    return diagnosis.submission


def _stale(diagnosis: Diagnosis) -> Refused:
    """The version, and never its hash: that is obtained by reading, so that nobody validates unread."""
    return STALE_CONTENT(
        f"Le diagnostic en est à la version {diagnosis.content_version}\u00a0: relisez-la avant de vous prononcer.",
        version=diagnosis.content_version,
    )


def _agreed(diagnosis: Diagnosis, command: AgreePlan, context: Context) -> PlanAgreed:
    if diagnosis.status is not Status.VALIDATED:
        raise NOT_VALIDATED("Le plan ne peut venir que d’un diagnostic validé par la structure.")
    assert diagnosis.submission and diagnosis.admitted_at
    if len(set(command.axes)) < len(command.axes):
        raise REPEATED_AXIS("Chaque axe n’a qu’une place dans le plan.")
    if absent := [axis for axis in command.axes if axis not in diagnosis.content.axes]:
        labels = ", ".join(axis.label for axis in absent)
        raise NOT_ASSESSED(f"Le plan vient du diagnostic, qui n’a pas examiné\u00a0: {labels}.", axes=absent)
    economics = diagnosis.content.economics
    return PlanAgreed(
        diagnosis.structure,
        diagnosis.unit,
        adviser=diagnosis.adviser,
        admitted_at=diagnosis.admitted_at,
        validated_version=diagnosis.submission.version,
        content_hash=diagnosis.submission.content_hash,
        axes=command.axes,
        objectives=context.text(command.objectives),
        baseline=diagnosis.content.baseline,
        definitions=diagnosis.content.definitions,
        fiscal_year=economics.fiscal_year if economics else None,
        perimeter=economics.perimeter if economics else None,
    )


decider: Decider[Diagnosis] = Decider(
    "diagnosis",
    Diagnosis(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    available_commands=available_commands,
)
