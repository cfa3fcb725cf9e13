"""State of a collective operation: its beneficiaries, those who left, and how it ended."""

from __future__ import annotations

from dataclasses import field
from datetime import date
from uuid import UUID

from parcours.domain.state import Action, ActionStatus, Parcours
from shared.kernel import Encrypted, LabelledEnum, Refusal, Refused
from shared.kernel.frozen import frozen, replace

MIN_BENEFICIARIES = 2
MAX_BENEFICIARIES = 200


class OperationStatus(LabelledEnum):
    NEW = "new", "à prévoir"
    PLANNED = "planned", "prévue"
    STARTED = "started", "commencée"
    FELL_SHORT = "fell_short", "à court de structures"
    CLOSED = "closed", "terminée"
    CANCELLED = "cancelled", "annulée"


class DepartureReason(LabelledEnum):
    """Why a structure left. Its own words stay in its own parcours, which those of another structure cannot read."""

    ACTION_REMOVED = "action_removed", "action retirée du parcours"
    ACTION_ABANDONED = "action_abandoned", "action abandonnée"
    PARCOURS_ABANDONED = "parcours_abandoned", "parcours abandonné"
    CARRIES_ON_ALONE = "carries_on_alone", "action poursuivie seule"
    OTHER_OPERATION = "other_operation", "autre opération rejointe"


class ShareDecision(LabelledEnum):
    """What becomes of the share of a structure that left."""

    STAYS = "stays", "reste à la structure"
    REDISTRIBUTED = "redistributed", "répartie entre les autres"


@frozen
class Departure:
    """When a structure left, in Paris, and why. `share`: what became of its share of the price; null: to be decided."""

    left_on: date
    reason: DepartureReason
    share: ShareDecision | None = None


@frozen
class Beneficiary:
    """A structure, by its case. `actions`: those of its parcours in the operation; none once it has left. `weight`:
    of its share in the price; 0 for one that joined once the shares were set, until they are set anew."""

    case: UUID
    joined_on: date
    weight: int = 1
    actions: tuple[UUID, ...] = ()
    departure: Departure | None = None


@frozen
class OperationEnding:
    """`kind`: closed or cancelled. `reason`: what came of the operation, or why it was cancelled."""

    kind: OperationStatus
    on: date
    reason: Encrypted


@frozen
class Operation:
    """`adviser`: who planned it. `beneficiaries`: those who left included. `started`: it has been, also while it is
    short of structures.

    `missions`: the one consulting action that a provider carries out for all of them, by the operation's own id; none
    where the operation needs no provider. `shares_set`: somebody has set the weights."""

    status: OperationStatus = OperationStatus.NEW
    unit: str | None = None
    adviser: str | None = None
    title: Encrypted | None = None
    beneficiaries: tuple[Beneficiary, ...] = ()
    started: bool = False
    missions: dict[UUID, Action] = field(default_factory=dict)
    shares_set: bool = False
    ending: OperationEnding | None = None

    @property
    def mission(self) -> Action | None:
        return next(iter(self.missions.values()), None)

    @property
    def price(self) -> int | None:
        """What was agreed with the provider, amendments included, in cents; null before all have signed."""
        mission = self.mission
        return mission.agreement.terms.amount_cents if mission and mission.agreement and mission.is_agreed else None

    @property
    def present(self) -> tuple[Beneficiary, ...]:
        """Those who have not left."""
        return tuple(each for each in self.beneficiaries if each.departure is None)

    @property
    def actions(self) -> dict[UUID, UUID]:
        """The actions of those who have not left, each with its case."""
        return {action: each.case for each in self.present for action in each.actions}

    def with_mission_status(self, status: ActionStatus) -> Operation:
        return replace(self, missions={key: replace(each, status=status) for key, each in self.missions.items()})

    def with_signatories(self) -> Operation:
        """The same operation, whose agreement waits for the signatures of those who have not left, and no longer for
        those of the others. One that is in force stays so, and one that nobody is left to sign waits as before."""
        present = [each.case for each in self.present]
        missions = {key: _with_signatories(each, present) for key, each in self.missions.items()}
        return replace(self, missions=missions) if present else self

    def find_beneficiary(self, case: UUID) -> Beneficiary | None:
        return next((each for each in self.beneficiaries if each.case == case), None)

    def with_beneficiary(self, beneficiary: Beneficiary) -> Operation:
        """The same operation with this beneficiary as it is now; a new one comes last."""
        if self.find_beneficiary(beneficiary.case) is None:
            return replace(self, beneficiaries=(*self.beneficiaries, beneficiary))
        changed = tuple(beneficiary if each.case == beneficiary.case else each for each in self.beneficiaries)
        return replace(self, beneficiaries=changed)


def _with_signatories(mission: Action, present: list[UUID]) -> Action:
    agreement = mission.agreement
    if agreement is None or agreement.in_force or agreement.signatures.structure:
        return mission
    before = agreement.signatures.structures
    structures = {case: each for case, each in before.items() if each or case in present}
    structures |= {case: None for case in present if case not in before}
    signatures = replace(agreement.signatures, structures=structures)
    return replace(mission, agreement=replace(agreement, signatures=signatures))


@frozen
class MissionView(Parcours):
    """An operation as the rules of a consulting action read it: a parcours of its mission alone.

    `beneficiaries`: the structures, those who left included; each of the others signs for itself."""

    beneficiaries: tuple[Beneficiary, ...] = ()

    @property
    def signatories(self) -> tuple[UUID, ...]:
        """The cases of the structures that sign: those who have not left."""
        return tuple(each.case for each in self.beneficiaries if each.departure is None)


UNKNOWN_OPERATION = Refusal("unknown-operation", "Opération collective inconnue", status=422)
OPERATION_ENDED = Refusal("operation-ended", "L’opération collective a pris fin")
TOO_FEW_BENEFICIARIES = Refusal("too-few-beneficiaries", "Trop peu de structures bénéficiaires")
REQUIRES_OPERATION = (UNKNOWN_OPERATION, OPERATION_ENDED)
"""What refuses any command that takes an operation that has not ended."""
ENDED = (OperationStatus.CLOSED, OperationStatus.CANCELLED)


def unknown_operation() -> Refused:
    return UNKNOWN_OPERATION("Aucune opération collective ne porte cet identifiant\u00a0: prévoyez-la d’abord.")


def require_operation(operation: Operation) -> None:
    """Raises unless the operation was planned and has not ended."""
    if operation.status is OperationStatus.NEW:
        raise unknown_operation()
    if operation.status in ENDED:
        raise OPERATION_ENDED(f"Cette opération collective est {operation.status.label}.")
