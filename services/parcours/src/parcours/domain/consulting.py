"""On what terms does a provider work? An agreement, counted days, and a final report."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from parcours.domain.consultation import agreement as bound
from parcours.domain.consultation import consultation
from parcours.domain.known import (
    NOT_AT_THIS_STEP,
    action_to_start,
    agreement_of,
    consulting_action,
    since_admission,
    validated_action,
)
from parcours.domain.state import OPEN_STEPS, Action, Agreement, Days, Parcours, Signatures, Status, Step, Sum
from shared.attachments import attachment
from shared.attachments.attachment import CiteAttachment
from shared.dates import already_past
from shared.decider import Alongside, Context, Refusal, Role
from shared.events import command, event, name_of
from shared.fields import Day, Line, Motive, PersonLine
from shared.french import counted, in_words
from shared.frozen import replace
from shared.sealed import Personal, Sealed


@command(title="Enregistrer une convention signée")
class RecordAgreement:
    """Structure, unit and provider have signed their agreement: how many days, for how much (cents).

    `consultation`: the awarded one that leads to it, or else `exception`: why there was none, and `account`: the
    identity under which the provider may act by itself. `signed_on`: the day of the last of the three `signatures`.
    `attachment`: the file of the case that proves it."""

    action: UUID
    provider: PersonLine
    amount: Sum
    days: Days
    signed_on: Day
    signatures: Signatures | None = None
    consultation: UUID | None = None
    exception: Motive | None = None
    attachment: UUID | None = None
    account: Line | None = None


@command(title="Compter des jours d’intervention")
class RecordDays:
    """The provider has worked so many more days, in all at most those agreed; `worked_until`: the last of them."""

    action: UUID
    days: Days
    worked_until: Day | None = None


@command(title="Enregistrer un avenant signé")
class SignAmendment:
    """Structure, unit and provider agree on more days. `attachment`: the file of the case that proves it."""

    action: UUID
    extra_days: Days
    signed_on: Day
    attachment: UUID | None = None


@command(title="Consigner la réception d’un rapport final")
class ReceiveFinalReport:
    """The provider's final report has been received; it is to be read. `attachment`: the report itself."""

    action: UUID
    received_on: Day
    attachment: UUID | None = None


@command(title="Accepter un rapport final")
class AcceptFinalReport:
    """The provider's final report is accepted; `received_on`, if its receipt was not recorded before."""

    action: UUID
    received_on: Day | None = None


@event("agreement-signed", label="Convention signée avec le prestataire", effective="signed_on")
class AgreementSigned:
    action: UUID
    provider: Personal
    amount: int
    days: int
    signed_on: date
    signatures: Signatures | None = None
    consultation: UUID | None = None
    exception: Sealed | None = None
    attachment: UUID | None = None
    account: str | None = None


@event("days-recorded", label="Jours d’intervention réalisés", effective="worked_until")
class DaysRecorded:
    action: UUID
    days: int
    worked_until: date | None = None


@event("amendment-signed", label="Avenant signé", effective="signed_on")
class AmendmentSigned:
    action: UUID
    extra_days: int
    signed_on: date
    attachment: UUID | None = None


@event("final-report-received", label="Rapport final reçu", effective="received_on")
class FinalReportReceived:
    action: UUID
    received_on: date
    attachment: UUID | None = None


@event("final-report-accepted", label="Rapport final accepté", effective="received_on")
class FinalReportAccepted:
    action: UUID
    received_on: date


AGREEMENT_SIGNED = Refusal("agreement-already-signed", "Convention déjà signée")
NO_CONSULTATION = Refusal("no-consultation", "Ni consultation ni exception")
WRONG_SIGNATURES = Refusal("wrong-signatures", "Dates de signature incohérentes", status=422)
BEYOND_AGREED_DAYS = Refusal("beyond-agreed-days", "Jours convenus dépassés")
BEFORE_SIGNATURE = Refusal("before-signature", "Date antérieure à la convention", status=422)
SIGNATURE, RECEIPT = "La date de signature", "La date de réception"
NO_REPORT = Refusal("no-report", "Rapport final non reçu")
REPORT_RECEIVED = Refusal("report-already-received", "Rapport final déjà reçu")
REPORT_ACCEPTED = Refusal("report-already-accepted", "Rapport final déjà accepté")

Command = RecordAgreement | RecordDays | SignAmendment | ReceiveFinalReport | AcceptFinalReport
Proven = AgreementSigned | AmendmentSigned | FinalReportReceived
Event = AgreementSigned | DaysRecorded | AmendmentSigned | FinalReportReceived | FinalReportAccepted


def decide(parcours: Parcours, command: Command, context: Context) -> list[Event]:
    consulting_action(parcours, command.action)
    match command:
        case RecordAgreement():
            return [_signed(parcours, command, context)]
        case RecordDays(key, days):
            action = _not_reported(validated_action(parcours, key, Step.STARTED))
            _check_days(action, days)
            if command.worked_until:
                since_signature(action, command.worked_until, context, "La date de l’intervention")
            return [DaysRecorded(key, days, command.worked_until)]
        case SignAmendment(key, extra_days, signed_on):
            action = _not_reported(validated_action(parcours, key, *OPEN_STEPS))
            signed_on = since_signature(action, signed_on, context, SIGNATURE)
            return [AmendmentSigned(key, extra_days, signed_on, command.attachment)]
        case ReceiveFinalReport(key, received_on):
            action = _to_report(parcours, key)
            _check_own(action, context)
            if action.report_received_on:
                raise REPORT_RECEIVED("Le rapport final de cette prestation est déjà reçu.")
            received_on = since_signature(action, received_on, context, RECEIPT)
            return [FinalReportReceived(key, received_on, command.attachment)]
        case AcceptFinalReport():
            return _accepted(parcours, command, context)


def _signed(parcours: Parcours, command: RecordAgreement, context: Context) -> AgreementSigned:
    if action_to_start(parcours, command.action).agreement:
        raise AGREEMENT_SIGNED("Cette prestation a déjà sa convention\u00a0: un avenant la complète.")
    if (command.consultation is None) == (command.exception is None):
        raise NO_CONSULTATION(
            "Une convention suit une consultation attribuée\u202f; sinon, dites pourquoi il n’y en a pas eu."
        )
    check_signatures(parcours, command.signed_on, command.signatures, context)
    return AgreementSigned(
        command.action,
        context.person(command.provider),
        command.amount,
        command.days,
        command.signed_on,
        command.signatures,
        command.consultation,
        context.optional_text(command.exception),
        command.attachment,
        command.account,
    )


def check_signatures(parcours: Parcours, signed_on: date, signed: Signatures | None, context: Context) -> None:
    """Since the admission, and dated by the last of the three."""
    since_admission(parcours, signed_on, context.now, SIGNATURE)
    if signed:
        days = (signed.structure, signed.unit, signed.provider)
        since_admission(parcours, min(days), context.now, SIGNATURE)
        if max(days) != signed_on:
            raise WRONG_SIGNATURES("Une convention est signée le jour de la dernière des trois signatures.")


def _accepted(parcours: Parcours, command: AcceptFinalReport, context: Context) -> list[Event]:
    action = _to_report(parcours, command.action)
    if received := _not_reported(action).report_received_on:
        return [FinalReportAccepted(command.action, received)]
    if command.received_on is None:
        raise NO_REPORT("Enregistrez d’abord la réception du rapport final, ou donnez sa date.")
    received_on = since_signature(action, command.received_on, context, RECEIPT)
    return [FinalReportReceived(command.action, received_on), FinalReportAccepted(command.action, received_on)]


def _to_report(parcours: Parcours, key: UUID) -> Action:
    """What was started, and what was given up after a day's work at least: a provider tells what was done till then."""
    action = validated_action(parcours, key, Step.STARTED, Step.ABANDONED)
    stopped = action.step is Step.ABANDONED or parcours.status is Status.ABANDONED
    if stopped and not action.days:
        raise NOT_AT_THIS_STEP("Aucun jour n’a été réalisé avant l’abandon\u00a0: il n’y a pas de rapport à attendre.")
    return action


def _check_own(action: Action, context: Context) -> None:
    """A provider speaks of its own assignment; the consultation that led to it, if one did, knows whose it is."""
    agreement = agreement_of(action)
    if context.actor.role is Role.PROVIDER and agreement.consultation is None:
        bound.recognised(agreement.account, context)


def alongside(parcours: Parcours, event: Any, context: Context) -> Iterable[Alongside]:
    """The consultation that led to an agreement must have been awarded, and everyone informed; a provider that hands
    its report in must be the one that was chosen; a file that proves something is one of the case, not withdrawn."""
    if isinstance(event, FinalReportReceived) and context.actor.role is Role.PROVIDER:
        agreement = agreement_of(parcours.actions[event.action])
        if agreement.consultation:
            yield Alongside(consultation.decider, agreement.consultation, bound.Recognise(), context.case)
    if isinstance(event, AgreementSigned) and event.consultation:
        ask = bound.Conclude(event.action, event.amount, event.days)
        yield Alongside(consultation.decider, event.consultation, ask, context.case)
    if isinstance(event, Proven) and event.attachment:
        cite = CiteAttachment(name_of(event).name, event.action)
        yield Alongside(attachment.decider, event.attachment, cite, context.case)


def _not_reported(action: Action) -> Action:
    """An accepted report settles what was worked: what was wrong in it is corrected, and nothing is added."""
    if action.report_accepted:
        raise REPORT_ACCEPTED(
            "Le rapport final de cette prestation est déjà accepté\u00a0: une erreur de jours se corrige."
        )
    return action


def since_signature(action: Action, day: date, context: Context, what: str) -> date:
    signed_on = agreement_of(action).signed_on
    if already_past(day, context.now, what) < signed_on:
        raise BEFORE_SIGNATURE(f"{what} ne peut précéder la signature de la convention, le {in_words(signed_on)}.")
    return day


def _check_days(action: Action, days: int) -> None:
    agreed = agreement_of(action).days
    if action.days + days > agreed:
        raise BEYOND_AGREED_DAYS(
            f"La convention prévoit {counted(agreed, 'jour')}, dont {action.days} déjà réalisés\u00a0: au-delà, signez "
            "un avenant.",
            agreed=agreed,
            left=agreed - action.days,
        )


def evolve(parcours: Parcours, event: Event) -> Parcours:
    action = parcours.actions[event.action]
    match event:
        case AgreementSigned():
            changed = replace(action, agreement=_agreement(event))
        case DaysRecorded(_, days):
            changed = replace(action, days=action.days + days)
        case AmendmentSigned(_, extra_days):
            agreement = agreement_of(action)
            changed = replace(action, agreement=replace(agreement, days=agreement.days + extra_days))
        case FinalReportReceived(_, received_on):
            changed = replace(action, report_received_on=received_on)
        case FinalReportAccepted(_, received_on):
            changed = replace(action, report_received_on=received_on, report_accepted=True)
    if isinstance(event, Proven) and event.attachment:
        changed = replace(changed, proofs=(*changed.proofs, event.attachment))
    return parcours.but(event.action, changed)


def _agreement(signed: AgreementSigned) -> Agreement:
    return Agreement(
        signed.provider,
        signed.amount,
        signed.days,
        signed.signed_on,
        signed.signatures,
        signed.consultation,
        signed.exception,
        signed.account,
    )
