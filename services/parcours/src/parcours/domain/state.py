"""State of a parcours: its plan, its actions and their agreements, and the version that is shared or validated."""

from __future__ import annotations

from dataclasses import field
from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

from annotated_types import Ge, Le

from parcours.domain.agreement_signatures import AgreementSignatures
from shared.kernel import Comment, Encrypted, Ending, LabelledEnum, PersonalData
from shared.kernel.frozen import frozen, replace
from shared.kernel.vocabulary.validation import Submission

Days = Annotated[int, Ge(1), Le(1_000)]
"""Days of a provider's work."""
Sum = Annotated[int, Ge(1), Le(10_000_000_00)]
"""Euro cents, more than nothing, at most ten million euros."""


class ParcoursStatus(LabelledEnum):
    NEW = "new", "pas commencé"
    BUILDING = "building", "en construction"
    SHARED = "shared", "partagé avec la structure"
    UNDER_WAY = "under_way", "en cours de réalisation"
    COMPLETED = "completed", "mené à son terme"
    ABANDONED = "abandoned", "abandonné"


class ActionKind(LabelledEnum):
    """Who brings the change: a parcours is not limited to calling in a provider."""

    OWN_ACTION = "own_action", "action de la structure"
    LOCAL_SUPPORT = "local_support", "appui du territoire"
    CONSULTING = "consulting", "prestation de conseil"
    ADVISER_EXPERTISE = "adviser_expertise", "expertise de la ou du chargé·e d’accompagnement"


class ActionStatus(LabelledEnum):
    PLANNED = "planned", "prévue"
    STARTED = "started", "commencée"
    DONE = "done", "terminée"
    ABANDONED = "abandoned", "abandonnée"
    CARRIED_OVER = "carried_over", "reportée après le parcours"


class CollectiveStatus(LabelledEnum):
    """Where the operation of a collective action stands, as far as it concerns this structure."""

    TOGETHER = "together", "opération collective"
    FELL_SHORT = "fell_short", "opération collective à court de structures\u00a0: à décider"
    CANCELLED = "cancelled", "opération collective annulée\u00a0: à décider"
    ALONE = "alone", "opération collective poursuivie seule"


OPEN_STATUSES = (ActionStatus.PLANNED, ActionStatus.STARTED)


@frozen
class ReceivedPlan:
    """The plan as diagnostic published it. `axes`: codes. `baseline` and `definitions`: by indicator, for follow-up."""

    structure: UUID
    unit: str
    adviser: str
    admitted_at: datetime
    axes: tuple[str, ...]
    baseline: dict[str, float] = field(default_factory=dict)
    definitions: dict[str, str] = field(default_factory=dict)


@frozen
class PlannedAction:
    """What the structure agrees to. `planned_days` are the provider's; a collective operation has its own id."""

    kind: ActionKind
    axis: str
    title: Encrypted
    who: PersonalData
    starts_on: date
    ends_on: date
    planned_days: int | None = None
    collective_operation: UUID | None = None


@frozen
class Introduction:
    whom: PersonalData
    held_on: date


@frozen
class AgreementTerms:
    """What the structure, the unit and the provider agreed on: so much, for so many days of work."""

    amount_cents: Sum
    days: Days


@frozen
class AddedTerms:
    """What amendments added: money, and days."""

    amount_cents: int = 0
    days: int = 0


@frozen
class RetainedProvider:
    """The provider that was chosen for an action, and what it proposed: so much, for so many days of work.

    `tender`: the one that it won, or else `exception`: why there was none. `account`: the identity under which it acts
    by itself. `all_informed`: every candidate of the tender knows the result."""

    name: PersonalData
    amount_cents: int
    days: int
    tender: UUID | None = None
    exception: Encrypted | None = None
    account: str | None = None
    all_informed: bool = False


@frozen
class Agreement:
    """The agreement of structure, unit and provider. Its `terms` count those of its amendments; `amended`: what these
    added. `proofs`: the files that prove it, its amendments apart. `in_force_on`: the day of the last signature that it
    waited for; a structure that joins a collective operation later signs later."""

    terms: AgreementTerms
    signatures: AgreementSignatures
    proofs: tuple[UUID, ...] = ()
    amended: AddedTerms = AddedTerms()
    in_force_on: date | None = None

    @property
    def in_force(self) -> bool:
        """Whether all have signed."""
        return not self.signatures.missing

    def with_day_in_force(self) -> Agreement:
        """The same one with its day, once it is in force."""
        since = self.in_force_on or (self.signatures.last_on if self.in_force else None)
        return replace(self, in_force_on=since)

    @property
    def signed_on(self) -> date:
        """The day from which it is in force, or of the last signature so far."""
        return self.in_force_on or self.signatures.last_on


@frozen
class Action:
    """`validated`: the structure agreed to it, in some version. `days`: those worked.

    `outcome`: what came of it, or why it was abandoned or carried over. `proofs`: the files of the case that prove the
    agreement, its amendments and the report. `operation`: the collective one that it is part of now, which need not be
    the one that was planned; `collective_status`: what became of that operation, for a collective action."""

    planned: PlannedAction
    status: ActionStatus = ActionStatus.PLANNED
    validated: bool = False
    introductions: tuple[Introduction, ...] = ()
    retained: RetainedProvider | None = None
    agreement: Agreement | None = None
    committed_cents: int = 0
    fund: UUID | None = None
    days: int = 0
    report_received_on: date | None = None
    report_attachment: UUID | None = None
    report_accepted: bool = False
    paid_cents: int = 0
    outcome: Encrypted | None = None
    proofs: tuple[UUID, ...] = ()
    operation: UUID | None = None
    collective_status: CollectiveStatus | None = None

    @property
    def calls_in_provider(self) -> bool:
        """Whether it has a provider of its own: that of a collective action is the operation's."""
        return self.planned.kind is ActionKind.CONSULTING and self.operation is None

    @property
    def is_agreed(self) -> bool:
        """Whether an agreement is in force."""
        return self.agreement is not None and self.agreement.in_force


@frozen
class Period:
    starts_on: date
    ends_on: date


@frozen
class ParcoursContent:
    """Everything that a validation is about; `period` null: not shared yet."""

    ranking: tuple[str, ...] = ()
    deferrals: dict[str, Encrypted] = field(default_factory=dict)
    actions: dict[UUID, PlannedAction] = field(default_factory=dict)
    period: Period | None = None


NO_PLAN = ReceivedPlan(UUID(int=0), "", adviser="", admitted_at=datetime(2002, 1, 1, tzinfo=UTC), axes=())


@frozen
class Parcours:
    """`content_version` counts the edits; `validated_version` is null whenever no validation holds.

    `validations`: the leaders who agreed to the version that was shared last. `completed`: it was once, so that what
    follows is an update of it. `ending`: null while it goes on, an update included."""

    status: ParcoursStatus = ParcoursStatus.NEW
    plan: ReceivedPlan = NO_PLAN
    ranking: tuple[str, ...] = ()
    deferrals: dict[str, Encrypted] = field(default_factory=dict)
    actions: dict[UUID, Action] = field(default_factory=dict)
    period: Period | None = None
    duration_derogation: Encrypted | None = None
    content_version: int = 0
    shared: Submission | None = None
    validated_version: int | None = None
    validations: tuple[str, ...] = ()
    contest_reason: Encrypted | None = None
    debrief: Encrypted | None = None
    debrief_held_on: date | None = None
    completed: bool = False
    ending: Ending | None = None
    abandon_reason: Encrypted | None = None
    comments: tuple[Comment, ...] = ()
    unanswered_comments: tuple[int, ...] = ()

    @property
    def standing(self) -> dict[UUID, Action]:
        """The actions that were not abandoned."""
        return {key: action for key, action in self.actions.items() if action.status is not ActionStatus.ABANDONED}

    def on_axis(self, axis: str) -> bool:
        """Whether an action stands for this axis."""
        return any(action.planned.axis == axis for action in self.standing.values())

    def content(self, period: Period | None) -> ParcoursContent:
        planned = {key: action.planned for key, action in self.standing.items()}
        return ParcoursContent(self.ranking, self.deferrals, actions=planned, period=period)

    @property
    def only_consulting(self) -> bool:
        """Whether nothing stands but calling in a provider."""
        kinds = {action.planned.kind for action in self.standing.values()}
        return kinds == {ActionKind.CONSULTING}

    def with_action(self, key: UUID, action: Action) -> Parcours:
        """The same parcours with this action as it is now."""
        return replace(self, actions=self.actions | {key: action})
