"""Choice of the provider of a consulting action: the award of a tender, or a motivated exception (P)."""

from __future__ import annotations

from uuid import UUID

from parcours.domain.funding.payments import FundsReleased, release_unspent
from parcours.domain.guards import (
    ACTION_NOT_AT_THIS_STEP,
    AGREEMENT_IN_FORCE,
    REQUIRES_CONSULTING,
    REQUIRES_VALIDATED_ACTION,
    UNKNOWN_ACTION,
    require_consulting_action,
    require_retained,
    require_startable_action,
    require_status,
)
from parcours.domain.lifecycle import REQUIRES_OPEN
from parcours.domain.state import ActionStatus, Days, Parcours, RetainedProvider, Sum
from parcours.domain.upcasts import AMOUNT_IN_CENTS
from shared.kernel import Context, Encrypted, Line, PersonalData, PersonalLine, Reason, Refusal, event
from shared.kernel.events import command
from shared.kernel.frozen import replace

PROVIDER_ALREADY_RETAINED = Refusal("provider-already-retained", "Prestataire déjà retenu")
REFUSES_AN_AWARD = (
    *REQUIRES_OPEN,
    UNKNOWN_ACTION,
    *REQUIRES_CONSULTING,
    ACTION_NOT_AT_THIS_STEP,
    PROVIDER_ALREADY_RETAINED,
)
"""Why a parcours may not take the provider that a tender chose."""


@event("provider-retained", 2, label="Prestataire retenu pour une action", upcasts=AMOUNT_IN_CENTS)
class ProviderRetained:
    """`amount_cents` and `days`: what it proposed, which the agreement does not exceed."""

    action: UUID
    name: PersonalData
    amount_cents: int
    days: int
    tender: UUID | None = None
    exception: Encrypted | None = None
    account: str | None = None


@event("result-announced", label="Candidats tous informés du résultat")
class ResultAnnounced:
    action: UUID


@event("provider-account-changed", label="Accès du prestataire retenu changé")
class ProviderAccountChanged:
    action: UUID
    account: str


@event("provider-dismissed", label="Prestataire retenu écarté")
class ProviderDismissed:
    action: UUID
    reason: Encrypted


@command(
    title="Retenir un prestataire sans consultation",
    leads_to=(ProviderRetained,),
    may_refuse=(*REQUIRES_OPEN, *REQUIRES_VALIDATED_ACTION, *REQUIRES_CONSULTING, PROVIDER_ALREADY_RETAINED),
)
class RetainProvider:
    """A provider is chosen without a tender, `exception` says why: what it proposes, and the `account`
    under which it may act by itself. Until funds are committed, another choice replaces it."""

    action: UUID
    provider: PersonalLine
    amount_cents: Sum
    days: Days
    exception: Reason
    account: Line | None = None


@command(
    leads_to=(ProviderRetained,),
    may_refuse=REFUSES_AN_AWARD,
)
class RecordAward:
    """A tender chose a provider for this action, for what it proposed."""

    action: UUID
    tender: UUID
    name: PersonalData
    amount_cents: Sum
    days: Days
    account: Line | None


@command(leads_to=(ResultAnnounced,))
class RecordAnnouncement:
    """Every candidate of the tender knows the result."""

    action: UUID
    tender: UUID


@command(leads_to=(ProviderAccountChanged,))
class ChangeProviderAccount:
    """The provider that the tender chose acts under this identity from now on."""

    action: UUID
    tender: UUID
    account: Line


@command(leads_to=(ProviderDismissed, FundsReleased), may_refuse=(AGREEMENT_IN_FORCE,))
class WithdrawAward:
    """The tender ends without effect after its award: the provider is no longer chosen, and what was engaged for it is
    released."""

    action: UUID
    tender: UUID
    reason: Encrypted


Command = RetainProvider | RecordAward | RecordAnnouncement | ChangeProviderAccount | WithdrawAward
Event = ProviderRetained | ResultAnnounced | ProviderAccountChanged | ProviderDismissed
OF_A_TENDER = (RecordAnnouncement, ChangeProviderAccount, WithdrawAward)
"""What a tender tells the parcours of the provider that it chose, whatever the status of the parcours."""


def decide(parcours: Parcours, command: Command, context: Context) -> list[Event | FundsReleased]:
    match command:
        case RetainProvider():
            require_consulting_action(parcours, command.action)
            action = require_startable_action(parcours, command.action)
            if action.committed_cents or (action.retained and action.retained.tender):
                raise _already_retained()
            return [_retained(command, context)]
        case RecordAward(key, tender, name=name, amount_cents=amount, days=days, account=account):
            action = require_status(require_consulting_action(parcours, key), [ActionStatus.PLANNED])
            if action.retained:
                raise _already_retained()
            return [ProviderRetained(key, name, amount_cents=amount, days=days, tender=tender, account=account)]
        case _ if not _chosen_by(parcours, command):
            return []
        case RecordAnnouncement(key):
            return [] if require_retained(parcours.actions[key]).all_informed else [ResultAnnounced(key)]
        case ChangeProviderAccount(key, account=account):
            return [ProviderAccountChanged(key, account)]
        case WithdrawAward(key, reason=reason):
            action = parcours.actions[key]
            if action.is_agreed:
                raise AGREEMENT_IN_FORCE(
                    "La convention est signée par toutes les parties\u00a0: abandonnez plutôt l’action, et dites "
                    "pourquoi."
                )
            return [*release_unspent(key, action), ProviderDismissed(key, reason)]


def _already_retained() -> Exception:
    return PROVIDER_ALREADY_RETAINED(
        "Un prestataire est déjà retenu pour cette action\u00a0: classez sa consultation sans suite, ou rendez d’abord "
        "ce qui est engagé pour lui."
    )


def _retained(command: RetainProvider, context: Context) -> ProviderRetained:
    return ProviderRetained(
        command.action,
        context.person(command.provider),
        amount_cents=command.amount_cents,
        days=command.days,
        exception=context.text(command.exception),
        account=command.account,
    )


def _chosen_by(parcours: Parcours, command: RecordAnnouncement | ChangeProviderAccount | WithdrawAward) -> bool:
    """Whether the action's provider is the one that this tender chose."""
    action = parcours.actions.get(command.action)
    return action is not None and action.retained is not None and action.retained.tender == command.tender


def evolve(parcours: Parcours, event: Event) -> Parcours:
    action = parcours.actions[event.action]
    match event:
        case ProviderRetained():
            changed = replace(action, retained=_chosen(event))
        case ResultAnnounced():
            changed = replace(action, retained=replace(require_retained(action), all_informed=True))
        case ProviderAccountChanged(_, account):
            changed = replace(action, retained=replace(require_retained(action), account=account))
        case ProviderDismissed():
            changed = replace(action, retained=None, agreement=None, proofs=())
    return parcours.with_action(event.action, changed)


def _chosen(event: ProviderRetained) -> RetainedProvider:
    return RetainedProvider(
        event.name,
        event.amount_cents,
        days=event.days,
        tender=event.tender,
        exception=event.exception,
        account=event.account,
    )
