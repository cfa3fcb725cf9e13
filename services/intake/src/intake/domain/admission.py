"""Does the structure enter the DLA? Verdicts on the criteria in force, a manager's derogations, and the admission."""

from __future__ import annotations

from intake.domain.commands import AdmitRequest, AssessCriterion, GrantDerogation
from intake.domain.eligibility import assess
from intake.domain.events import CriterionAssessed, DerogationGranted, RequestAdmitted
from intake.domain.reference.criteria import Criteria, Criterion, Verdict
from intake.domain.reference.reference import Reference
from intake.domain.state import Request
from shared.kernel import Context, Refusal, Role

NO_MEETING = Refusal("no-meeting", "Aucun entretien d’accueil")
UNKNOWN_CRITERION = Refusal("unknown-criterion", "Critère inconnu", status=422)
CRITERIA_OPEN = Refusal("criteria-not-assessed", "Des critères restent à examiner")
NOT_ELIGIBLE = Refusal("criteria-not-met", "Des critères ne sont pas remplis")
NOTHING_TO_DEROGATE = Refusal("nothing-to-derogate", "Dérogation sans objet")
NOT_A_MANAGER = Refusal("managers-only", "Réservé à la ou au responsable", status=403)


def assessed(command: AssessCriterion, reference: Reference, context: Context) -> CriterionAssessed:
    rules, criterion = _criterion(command.criterion, reference, context)
    return CriterionAssessed(
        criterion.code,
        command.verdict,
        evidence=context.text(command.evidence),
        rules=rules.version,
        by=context.actor.id,
    )


def derogated(request: Request, command: GrantDerogation, reference: Reference, context: Context) -> DerogationGranted:
    if context.actor.role is not Role.MANAGER:
        raise NOT_A_MANAGER("Une dérogation est accordée par la ou le responsable de la structure porteuse.")
    rules, criterion = _criterion(command.criterion, reference, context)
    judged = request.criteria.get(criterion.code)
    if not criterion.hard or judged is None or judged.verdict is not Verdict.NOT_MET:
        raise NOTHING_TO_DEROGATE(
            "Une dérogation lève un critère impératif jugé non rempli, ce qui n’est pas le cas de "
            f"«\u202f{criterion.label}\u202f»."
        )
    return DerogationGranted(
        criterion.code, context.text(command.motive), rules=rules.version, kind=command.kind, by=context.actor.id
    )


def admitted(request: Request, command: AdmitRequest, reference: Reference, context: Context) -> RequestAdmitted:
    """Under the criteria in force on the day it is recorded, whose version is kept."""
    if not request.meetings:
        raise NO_MEETING("Recevez d’abord la structure\u00a0: elle entre dans le DLA après un entretien d’accueil.")
    rules = reference.in_force(context.now.date())
    assessment = assess(request.structure, request.criteria, rules)
    if assessment.missing:
        raise CRITERIA_OPEN(f"Critères impératifs à examiner\u00a0: {rules.labels(assessment.missing)}.")
    if assessment.derogations_needed:
        raise NOT_ELIGIBLE(
            f"Une dérogation motivée est nécessaire\u00a0: {rules.labels(assessment.derogations_needed)}.",
            criteria=list(assessment.derogations_needed),
        )
    return RequestAdmitted(
        rules.version,
        request.structure_id,
        unit=request.unit,
        adviser=request.adviser if request.by_name and request.adviser else context.actor.id,
        legal_form=request.structure.legal_form,
        department=request.structure.department,
        headcount=request.structure.headcount,
        motive=context.optional_text(command.motive),
    )


def _criterion(code: str, reference: Reference, context: Context) -> tuple[Criteria, Criterion]:
    rules = reference.in_force(context.now.date())
    criterion = rules.find(code)
    if criterion is None:
        raise UNKNOWN_CRITERION(
            f"La version {rules.version} des critères n’en connaît aucun de ce nom.",
            rules=rules.version,
            criteria=[known.code for known in rules.list],
        )
    return rules, criterion
