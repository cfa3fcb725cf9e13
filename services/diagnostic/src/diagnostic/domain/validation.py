"""Submission of the diagnosis to the structure's leaders, who validate or contest one exact version of it."""

from __future__ import annotations

from collections.abc import Iterator

from diagnostic.domain.lifecycle import CONTENT_CLOSED, DiagnosisStatus, SubmissionVoided, ValidationVoided
from diagnostic.domain.mandates import NO_MANDATE, check_mandate
from diagnostic.domain.state import Diagnosis, Disagreement
from shared.kernel import Context, Encrypted, Reason, Refusal, event
from shared.kernel.events import command
from shared.kernel.frozen import replace
from shared.kernel.vocabulary.validation import (
    LEADERS_ONLY,
    STALE_CONTENT,
    ContentHash,
    Submission,
    Version,
    build_submission,
    require_current_version,
    require_leader,
    require_same_content,
)

LEADERS_NEEDED = 1
"""How many leaders must agree with a version for it to be validated (our design); each decision is stored."""

SUBJECT = "Le diagnostic"
INCOMPLETE = Refusal("diagnosis-incomplete", "Le diagnostic est incomplet")
ALREADY_SUBMITTED = Refusal("diagnosis-already-submitted", "Le diagnostic est déjà soumis")
NOT_SUBMITTED = Refusal("diagnosis-not-submitted", "Le diagnostic n’est pas soumis")


@event("diagnosis-submitted", label="Diagnostic soumis à la validation de la structure")
class DiagnosisSubmitted:
    """`content_hash` and `salt`: see `Submission`."""

    version: int
    content_hash: str
    salt: Encrypted


@event("diagnosis-validated", label="Diagnostic validé par la structure")
class DiagnosisValidated:
    """One leader's agreement. `leader`: their pseudonym, as the actor's."""

    version: int
    content_hash: str
    leader: str


@event("diagnosis-contested", label="Diagnostic contesté par la structure")
class DiagnosisContested:
    version: int
    reason: Encrypted
    leader: str


@command(
    title="Soumettre le diagnostic à la structure",
    leads_to=(DiagnosisSubmitted,),
    may_refuse=(*CONTENT_CLOSED, ALREADY_SUBMITTED, INCOMPLETE),
)
class SubmitDiagnosis:
    """The adviser asks the structure's leaders to validate the diagnosis as it stands."""


DECISION_REFUSALS = (*CONTENT_CLOSED, LEADERS_ONLY, NO_MANDATE, STALE_CONTENT, NOT_SUBMITTED)


@command(title="Valider le diagnostic", leads_to=(DiagnosisValidated,), may_refuse=DECISION_REFUSALS)
class ValidateDiagnosis:
    """A leader of the structure agrees with the version that they have read, known by its number and its hash."""

    version: Version
    content_hash: ContentHash


@command(title="Contester le diagnostic", leads_to=(DiagnosisContested,), may_refuse=DECISION_REFUSALS)
class ContestDiagnosis:
    """A leader of the structure does not agree with the version that they have read, and says why."""

    version: Version
    reason: Reason


Command = SubmitDiagnosis | ValidateDiagnosis | ContestDiagnosis
Event = DiagnosisSubmitted | SubmissionVoided | DiagnosisValidated | ValidationVoided | DiagnosisContested


def decide(diagnosis: Diagnosis, command: Command, context: Context) -> list[Event]:
    match command:
        case SubmitDiagnosis():
            return [_submit(diagnosis, context)]
        case ValidateDiagnosis(version, content_hash):
            submission = _find_submission(diagnosis, version, context)
            require_same_content(content_hash, submission, SUBJECT)
            if context.actor.id in diagnosis.validations:
                return []
            return [DiagnosisValidated(version, content_hash, leader=context.actor.id)]
        case ContestDiagnosis(version, reason):
            _find_submission(diagnosis, version, context)
            return [DiagnosisContested(version, context.text(reason), leader=context.actor.id)]


def available_commands(diagnosis: Diagnosis) -> Iterator[type]:
    if diagnosis.submission:
        yield from (ValidateDiagnosis, ContestDiagnosis)
    elif not any(diagnosis.content.missing()):
        yield SubmitDiagnosis


def void_submission(diagnosis: Diagnosis) -> list[SubmissionVoided | ValidationVoided]:
    """What an edit records besides its own event: the content is no longer the one that leaders read."""
    if diagnosis.submission is None:
        return []
    if diagnosis.status is DiagnosisStatus.VALIDATED:
        return [ValidationVoided(diagnosis.submission.version)]
    return [SubmissionVoided(diagnosis.submission.version)]


def evolve(diagnosis: Diagnosis, event: Event) -> Diagnosis:
    match event:
        case DiagnosisSubmitted(version, content_hash, salt=salt):
            return replace(
                diagnosis,
                status=DiagnosisStatus.SUBMITTED,
                submission=Submission(version, content_hash, salt=salt),
                contest_reason=None,
                validations=(),
                disagreements=(),
            )
        case DiagnosisValidated(leader=leader):
            return _with_agreement(diagnosis, leader)
        case DiagnosisContested(_, reason, leader=leader):
            return _with_disagreement(diagnosis, Disagreement(leader, reason))
        case SubmissionVoided() | ValidationVoided():
            return replace(diagnosis, status=DiagnosisStatus.OPEN, submission=None, validations=(), disagreements=())


def _submit(diagnosis: Diagnosis, context: Context) -> DiagnosisSubmitted:
    if diagnosis.submission:
        raise ALREADY_SUBMITTED(
            f"La version {diagnosis.submission.version} est déjà soumise à la structure.",
            version=diagnosis.submission.version,
        )
    if missing := dict(diagnosis.content.missing()):
        raise INCOMPLETE(f"Il manque encore\u00a0: {', '.join(missing.values())}.", missing=list(missing))
    submission = build_submission(diagnosis.content_version, diagnosis.content, context)
    return DiagnosisSubmitted(submission.version, submission.content_hash, salt=submission.salt)


def _find_submission(diagnosis: Diagnosis, version: int, context: Context) -> Submission:
    """What is submitted, if the actor is a leader with a valid mandate who has read that very version."""
    require_leader(
        context, "Le diagnostic est partagé\u00a0: il appartient à la structure de le valider ou de le contester."
    )
    check_mandate(diagnosis.mandates, context)
    require_current_version(version, diagnosis.content_version, SUBJECT)
    if diagnosis.submission is None:
        raise NOT_SUBMITTED(
            "Cette version n’attend pas de validation\u00a0: elle n’est pas encore soumise, ou a été contestée."
        )
    return diagnosis.submission


def _with_agreement(diagnosis: Diagnosis, leader: str) -> Diagnosis:
    agreeing = (*diagnosis.validations, leader)
    status = DiagnosisStatus.VALIDATED if len(agreeing) >= LEADERS_NEEDED else diagnosis.status
    others = tuple(each for each in diagnosis.disagreements if each.leader != leader)
    return replace(diagnosis, status=status, validations=agreeing, disagreements=others)


def _with_disagreement(diagnosis: Diagnosis, disagreement: Disagreement) -> Diagnosis:
    """One leader among several contests: it is shown, and the validation holds as long as enough others agree."""
    agreeing = tuple(leader for leader in diagnosis.validations if leader != disagreement.leader)
    others = (each for each in diagnosis.disagreements if each.leader != disagreement.leader)
    contested = replace(diagnosis, validations=agreeing, disagreements=(*others, disagreement))
    if diagnosis.status is DiagnosisStatus.VALIDATED and len(agreeing) >= LEADERS_NEEDED:
        return contested
    return replace(
        contested, status=DiagnosisStatus.CONTESTED, submission=None, contest_reason=disagreement.reason, validations=()
    )
