"""Amendments of an agreement that is in force: more days, or more money."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from parcours.domain.agreement_signatures import AgreementSignatures
from parcours.domain.assignment.signatures import (
    MISSING_SIGNATURES,
    NO_SIGNATURE,
    UNEXPECTED_SIGNATORY,
    GivenSignatures,
    read_signatures,
    require_all,
)
from parcours.domain.attachments import REQUIRES_ATTACHMENT, cite_attachment, with_attachment
from parcours.domain.funding.fund import FUND_EXHAUSTED, FUND_NOT_OPEN
from parcours.domain.funding.payments import FundsCommitted, commit
from parcours.domain.guards import (
    REPORT_ALREADY_ACCEPTED,
    REQUIRES_CONSULTING,
    REQUIRES_SINCE_ADMISSION,
    REQUIRES_SINCE_SIGNATURE,
    REQUIRES_VALIDATED_ACTION,
    SIGNATURE,
    require_agreement,
    require_consulting_action,
    require_open_report,
    require_since_signature,
    require_validated_action,
)
from parcours.domain.lifecycle import REQUIRES_OPEN
from parcours.domain.state import OPEN_STATUSES, AddedTerms, Agreement, AgreementTerms, Days, Parcours, Sum
from parcours.domain.upcasts import EXTRA_AMOUNT_IN_CENTS
from shared.kernel import CompanionCommand, Context, Refusal, event
from shared.kernel.events import command
from shared.kernel.frozen import replace

EMPTY_AMENDMENT = Refusal("empty-amendment", "Avenant sans objet", status=422)


@event("amendment-signed", 3, label="Avenant signé", effective="signed_on", upcasts=EXTRA_AMOUNT_IN_CENTS)
class AmendmentSigned:
    action: UUID
    signatures: AgreementSignatures
    signed_on: date
    extra_days: int = 0
    extra_amount_cents: int = 0
    attachment: UUID | None = None


@command(
    title="Enregistrer un avenant signé",
    leads_to=(FundsCommitted, AmendmentSigned),
    may_refuse=(
        *REQUIRES_OPEN,
        *REQUIRES_VALIDATED_ACTION,
        *REQUIRES_CONSULTING,
        REPORT_ALREADY_ACCEPTED,
        EMPTY_AMENDMENT,
        NO_SIGNATURE,
        UNEXPECTED_SIGNATORY,
        MISSING_SIGNATURES,
        *REQUIRES_SINCE_ADMISSION,
        *REQUIRES_SINCE_SIGNATURE,
        FUND_NOT_OPEN,
        FUND_EXHAUSTED,
        *REQUIRES_ATTACHMENT,
    ),
)
class RecordAmendment:
    """Structure, unit and provider agree on more days, or on more money, which is committed with the amendment.
    All three sign. `attachment`: the file of the case that proves it."""

    action: UUID
    signatures: GivenSignatures
    extra_days: Days | None = None
    extra_amount_cents: Sum | None = None
    attachment: UUID | None = None


Command = RecordAmendment


Event = AmendmentSigned


def decide(parcours: Parcours, command: Command, context: Context) -> list[Event | FundsCommitted]:
    require_consulting_action(parcours, command.action)
    key = command.action
    action = require_open_report(require_validated_action(parcours, key, *OPEN_STATUSES))
    require_agreement(action)
    if command.extra_days is None and command.extra_amount_cents is None:
        raise EMPTY_AMENDMENT("Un avenant ajoute des jours, une somme, ou les deux.")
    signatures = read_signatures(parcours, command.signatures, context)
    signed_on = require_all(signatures)
    for signature in signatures:
        require_since_signature(action, signature.signed_on, context, SIGNATURE)
    amended = AmendmentSigned(
        key,
        signatures,
        signed_on=signed_on,
        extra_days=command.extra_days or 0,
        extra_amount_cents=command.extra_amount_cents or 0,
        attachment=command.attachment,
    )
    extra = command.extra_amount_cents
    return [*([commit(parcours, key, extra, context)] if extra else []), amended]


def companions(event: Any, context: Context) -> Iterable[CompanionCommand]:
    """An amendment relies on its file."""
    if isinstance(event, Event):
        yield from cite_attachment(event, context)


def evolve(parcours: Parcours, event: Event) -> Parcours:
    action = parcours.actions[event.action]
    changed = replace(action, agreement=_amended(require_agreement(action), event))
    return parcours.with_action(event.action, with_attachment(changed, event))


def _amended(agreement: Agreement, amendment: AmendmentSigned) -> Agreement:
    terms, added = agreement.terms, agreement.amended
    amount, days = amendment.extra_amount_cents, amendment.extra_days
    return replace(
        agreement,
        terms=AgreementTerms(terms.amount_cents + amount, terms.days + days),
        amended=AddedTerms(added.amount_cents + amount, added.days + days),
    )
