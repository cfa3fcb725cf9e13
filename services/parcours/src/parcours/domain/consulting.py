"""On what terms does a provider work? An agreement, funds, counted days, a report, and only then a payment."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from parcours.domain.coordination import NO_AGREEMENT, NO_FINAL_REPORT
from parcours.domain.state import (
    OPEN_STEPS,
    Action,
    Agreement,
    Days,
    Kind,
    Parcours,
    Step,
    Sum,
    action_to_start,
    known_action,
    validated_action,
)
from shared.dates import already_past
from shared.decider import Context, Refusal
from shared.events import command, event
from shared.fields import Line
from shared.sealed import Sealed


@command
class RecordAgreement:
    """Structure, unit and provider have signed their agreement: how many days, for how much (cents)."""

    action: UUID
    provider: Line
    amount: Sum
    days: Days
    signed_on: date


@command
class CommitFunds:
    """The unit commits funds to a consulting action, in all at most what was agreed (cents)."""

    action: UUID
    amount: Sum


@command
class RecordDays:
    """The provider has worked so many more days, in all at most those agreed."""

    action: UUID
    days: Days


@command
class SignAmendment:
    """Structure, unit and provider agree on more days."""

    action: UUID
    extra_days: Days
    signed_on: date


@command
class AcceptFinalReport:
    """The provider's final report has been received, and is accepted."""

    action: UUID
    received_on: date


@command
class AuthorisePayment:
    """The provider is paid, once the final report is accepted, in all at most what was agreed (cents)."""

    action: UUID
    amount: Sum


@event("agreement-signed", label="Convention signée avec le prestataire", effective="signed_on")
class AgreementSigned:
    action: UUID
    provider: Sealed
    amount: int
    days: int
    signed_on: date


@event("funds-committed", label="Financement engagé")
class FundsCommitted:
    action: UUID
    amount: int


@event("days-recorded", label="Jours d’intervention réalisés")
class DaysRecorded:
    action: UUID
    days: int


@event("amendment-signed", label="Avenant signé", effective="signed_on")
class AmendmentSigned:
    action: UUID
    extra_days: int
    signed_on: date


@event("final-report-accepted", label="Rapport final accepté", effective="received_on")
class FinalReportAccepted:
    action: UUID
    received_on: date


@event("payment-authorised", label="Paiement autorisé")
class PaymentAuthorised:
    action: UUID
    amount: int


NOT_CONSULTING = Refusal("not-consulting", "Cette action n’est pas une prestation de conseil")
AGREEMENT_SIGNED = Refusal("agreement-already-signed", "Convention déjà signée")
BEYOND_AGREED_AMOUNT = Refusal("beyond-agreed-amount", "Montant convenu dépassé")
BEYOND_AGREED_DAYS = Refusal("beyond-agreed-days", "Jours convenus dépassés")
REPORT_ACCEPTED = Refusal("report-already-accepted", "Rapport final déjà accepté")

Command = RecordAgreement | CommitFunds | RecordDays | SignAmendment | AcceptFinalReport | AuthorisePayment
Event = AgreementSigned | FundsCommitted | DaysRecorded | AmendmentSigned | FinalReportAccepted | PaymentAuthorised


def decide(parcours: Parcours, command: Command, context: Context) -> list[Event]:
    if known_action(parcours, command.action).planned.kind is not Kind.CONSULTING:
        raise NOT_CONSULTING("Convention, jours, rapport et paiement ne concernent qu’une prestation de conseil.")
    match command:
        case RecordAgreement(key, provider, amount, days, signed_on):
            if action_to_start(parcours, key).agreement:
                raise AGREEMENT_SIGNED("Cette prestation a déjà sa convention\u202f: un avenant la complète.")
            already_past(signed_on, context.now, "La date de signature")
            return [AgreementSigned(key, Sealed(context.new_id(), provider), amount, days, signed_on)]
        case CommitFunds(key, amount):
            action = action_to_start(parcours, key)
            _within_agreed_amount(_agreement(action), action.committed, amount)
            return [FundsCommitted(key, amount)]
        case RecordDays(key, days):
            _check_days(validated_action(parcours, key, Step.STARTED), days)
            return [DaysRecorded(key, days)]
        case SignAmendment(key, extra_days, signed_on):
            _agreement(validated_action(parcours, key, *OPEN_STEPS))
            already_past(signed_on, context.now, "La date de signature")
            return [AmendmentSigned(key, extra_days, signed_on)]
        case AcceptFinalReport(key, received_on):
            if validated_action(parcours, key, Step.STARTED).report_received_on:
                raise REPORT_ACCEPTED("Le rapport final de cette prestation est déjà accepté.")
            already_past(received_on, context.now, "La date de réception")
            return [FinalReportAccepted(key, received_on)]
        case AuthorisePayment(key, amount):
            action = known_action(parcours, key)
            if action.report_received_on is None:
                raise NO_FINAL_REPORT("Une prestation de conseil est payée une fois son rapport final accepté.")
            _within_agreed_amount(_agreement(action), action.paid, amount)
            return [PaymentAuthorised(key, amount)]


def _agreement(action: Action) -> Agreement:
    if action.agreement is None:
        raise NO_AGREEMENT("La convention de cette prestation n’est pas signée.")
    return action.agreement


def _within_agreed_amount(agreement: Agreement, already: int, amount: int) -> None:
    if already + amount > agreement.amount:
        raise BEYOND_AGREED_AMOUNT(
            "Le total dépasserait le montant de la convention.",
            agreed=agreement.amount,
            left=agreement.amount - already,
        )


def _check_days(action: Action, days: int) -> None:
    agreed = _agreement(action).days
    if action.days + days > agreed:
        raise BEYOND_AGREED_DAYS(
            f"Des {agreed} jours convenus, {action.days} sont déjà réalisés\u202f: au-delà, signez un avenant.",
            agreed=agreed,
            left=agreed - action.days,
        )


def evolve(parcours: Parcours, event: Event) -> Parcours:
    action = parcours.actions[event.action]
    match event:
        case AgreementSigned(_, provider, amount, days, signed_on):
            changed = replace(action, agreement=Agreement(provider, amount, days, signed_on))
        case FundsCommitted(_, amount):
            changed = replace(action, committed=action.committed + amount)
        case DaysRecorded(_, days):
            changed = replace(action, days=action.days + days)
        case AmendmentSigned(_, extra_days):
            agreement = _agreement(action)
            changed = replace(action, agreement=replace(agreement, days=agreement.days + extra_days))
        case FinalReportAccepted(_, received_on):
            changed = replace(action, report_received_on=received_on)
        case PaymentAuthorised(_, amount):
            changed = replace(action, paid=action.paid + amount)
    return parcours.but(event.action, changed)
