"""Guards that several topics of a parcours share: each returns what it checks or raises Refused."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from parcours.domain.collective.state import REQUIRES_OPERATION
from parcours.domain.state import (
    Action,
    ActionKind,
    ActionStatus,
    Agreement,
    Parcours,
    ParcoursStatus,
    RetainedProvider,
)
from shared.kernel import Context, Refusal, format_date, format_euros, paris_date, require_past
from shared.kernel.dates import IMPLAUSIBLE_DATE
from shared.kernel.french import format_count

NOTHING_TO_CORRECT = Refusal("nothing-to-correct", "Rien à corriger")
ONLY_CONSULTING = Refusal("only-consulting", "Un parcours ne se limite pas à un prestataire externe")
BEFORE_ADMISSION = Refusal("before-admission", "Date antérieure à l’admission", status=422)
UNKNOWN_AXIS = Refusal("unknown-axis", "Axe étranger au plan", status=422)
UNKNOWN_ACTION = Refusal("unknown-action", "Action inconnue", status=404)
NOT_VALIDATED = Refusal("not-validated", "La structure n’a pas validé")
ACTION_NOT_AT_THIS_STEP = Refusal("action-not-at-this-step", "L’action n’en est pas là")
NOT_CONSULTING = Refusal("not-consulting", "Cette action n’est pas une prestation de conseil")
COLLECTIVE_ACTION = Refusal("collective-action", "Action d’une opération collective")
REQUIRES_CONSULTING = (NOT_CONSULTING, COLLECTIVE_ACTION, *REQUIRES_OPERATION)
"""What refuses a command on a provider's work: of an action, or of a collective operation."""
NO_PROVIDER = Refusal("no-provider", "Aucun prestataire retenu")
NO_AGREEMENT = Refusal("no-agreement", "Aucune convention en vigueur")
AGREEMENT_IN_FORCE = Refusal("agreement-in-force", "Convention en vigueur")
NOT_ALL_INFORMED = Refusal("not-all-informed", "Des candidats ne sont pas informés")
INFORMED_FIRST = "Tous les candidats sont informés du résultat avant la convention."
BEYOND_PROPOSAL = Refusal("beyond-proposal", "Au-delà de la proposition retenue")
BEFORE_SIGNATURE = Refusal("before-signature", "Date antérieure à la convention", status=422)
NOT_YOUR_ASSIGNMENT = Refusal("not-your-assignment", "Cette intervention n’est pas la vôtre", status=403)
REPORT_ALREADY_ACCEPTED = Refusal("report-already-accepted", "Rapport final déjà accepté")
NO_FINAL_REPORT = Refusal("no-final-report", "Rapport final non accepté")
MANAGERS_ONLY = Refusal("managers-only", "Réservé à la ou au responsable", status=403)
REQUIRES_VALIDATED_ACTION = (UNKNOWN_ACTION, NOT_VALIDATED, ACTION_NOT_AT_THIS_STEP)
REQUIRES_SINCE_ADMISSION = (IMPLAUSIBLE_DATE, BEFORE_ADMISSION)
REQUIRES_SINCE_SIGNATURE = (NO_AGREEMENT, IMPLAUSIBLE_DATE, BEFORE_SIGNATURE)
SIGNATURE, RECEIPT = "La date de signature", "La date de réception"


def require_since_admission(parcours: Parcours, day: date, now: datetime, what: str) -> date:
    """Returns a day between the structure's admission and today. The admission is an instant, dated in Paris, and
    `day` one in the structure's territory, overseas included: it can be the day before."""
    admitted_on = paris_date(parcours.plan.admitted_at)
    if require_past(day, now, what) < admitted_on - timedelta(days=1):
        raise BEFORE_ADMISSION(f"{what} ne peut précéder l’admission de la structure, le {format_date(admitted_on)}.")
    return day


def require_axis(parcours: Parcours, axis: str) -> str:
    if axis not in parcours.plan.axes:
        raise UNKNOWN_AXIS("Cet axe ne figure pas dans le plan d’accompagnement.", axes=list(parcours.plan.axes))
    return axis


def require_action(parcours: Parcours, key: UUID) -> Action:
    if (action := parcours.actions.get(key)) is None:
        raise UNKNOWN_ACTION("Aucune action de ce parcours ne porte cet identifiant.")
    return action


def require_consulting_action(parcours: Parcours, key: UUID) -> Action:
    action = require_action(parcours, key)
    if action.planned.kind is not ActionKind.CONSULTING:
        raise NOT_CONSULTING("Convention, jours, rapport et paiement ne concernent qu’une prestation de conseil.")
    if action.operation:
        raise COLLECTIVE_ACTION(
            "Le prestataire, la convention, le rapport et le paiement sont ceux de l’opération collective, une seule "
            "fois pour toutes les structures\u00a0: c’est là qu’on les enregistre.",
            operation=str(action.operation),
        )
    return action


def require_retained(action: Action) -> RetainedProvider:
    if action.retained is None:
        raise NO_PROVIDER(
            "Aucun prestataire n’est retenu pour cette action\u00a0: attribuez une consultation, ou dites pourquoi il "
            "n’y en a pas."
        )
    return action.retained


def require_agreement(action: Action) -> Agreement:
    """The agreement in force: all have signed."""
    if action.agreement is None or not action.agreement.in_force:
        raise NO_AGREEMENT("La convention de cette prestation n’est pas signée par toutes les parties.")
    return action.agreement


def require_within_proposal(retained: RetainedProvider, amount: int, days: int = 0, *, already: int = 0) -> None:
    """`already`: what of the amount is engaged before."""
    if amount > retained.amount_cents or days > retained.days:
        raise BEYOND_PROPOSAL.of_body(already < retained.amount_cents)(
            f"La proposition retenue est de {format_euros(retained.amount_cents)} pour "
            f"{format_count(retained.days, 'jour')}\u00a0: ni l’engagement ni la convention ne vont au-delà.",
            amount_cents=retained.amount_cents,
            days=retained.days,
        )


def require_open_report(action: Action) -> Action:
    """Raises once the final report is accepted: errors in the days are corrected, and none is added."""
    if action.report_accepted:
        raise REPORT_ALREADY_ACCEPTED(
            "Le rapport final de cette prestation est déjà accepté\u00a0: une erreur de jours se corrige."
        )
    return action


def require_since_signature(action: Action, day: date, context: Context, what: str) -> date:
    signed_on = require_agreement(action).signed_on
    if require_past(day, context.now, what) < signed_on:
        raise BEFORE_SIGNATURE(f"{what} ne peut précéder la signature de la convention, le {format_date(signed_on)}.")
    return day


def require_validated_action(parcours: Parcours, key: UUID, *steps: ActionStatus) -> Action:
    """An action that the structure agreed to, at one of these steps."""
    action = require_action(parcours, key)
    if not action.validated:
        raise NOT_VALIDATED("La structure n’a pas encore validé de version du parcours qui contient cette action.")
    return require_status(action, steps)


def require_startable_action(parcours: Parcours, key: UUID) -> Action:
    """A planned action of a version whose validation holds: nothing new is engaged while the parcours is adjusted."""
    action = require_validated_action(parcours, key, ActionStatus.PLANNED)
    if parcours.status is not ParcoursStatus.UNDER_WAY:
        raise NOT_VALIDATED(
            "Le parcours est en cours d’ajustement\u00a0: la structure doit d’abord le valider à nouveau."
        )
    return action


def require_status(action: Action, steps: Iterable[ActionStatus]) -> Action:
    if action.status not in steps:
        raise ACTION_NOT_AT_THIS_STEP(f"Cette action est {action.status.label}.", current_status=action.status)
    return action
