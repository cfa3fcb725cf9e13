"""Sharing of one version of the parcours with the structure, whose leaders validate or contest it by its hash."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from uuid import UUID

from parcours.domain.building.duration import WRONG_DURATION, require_allowed_duration, require_allowed_update
from parcours.domain.guards import ONLY_CONSULTING
from parcours.domain.lifecycle import REQUIRES_OPEN
from parcours.domain.state import OPEN_STATUSES, Action, ActionStatus, Parcours, ParcoursStatus, Period
from shared.kernel import (
    Context,
    Day,
    Encrypted,
    Line,
    Reason,
    Refusal,
    event,
    format_date,
    french,
    paris_date,
    require_future,
)
from shared.kernel.dates import IMPLAUSIBLE_DATE
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

SUBJECT = "Le parcours"

AXES_NOT_RANKED = Refusal("axes-not-ranked", "Axes de changement non hiérarchisés")
AXES_WITHOUT_ACTION = Refusal("axes-without-action", "Des axes restent sans action")
NO_ACTION = Refusal("no-action", "Aucune action")
WRONG_PERIOD = Refusal("wrong-period", "Période incohérente", status=422)
ACTIONS_OUTSIDE_PERIOD = Refusal("actions-outside-period", "Des actions sortent du parcours", depends_on_body=True)
VALIDATION_HOLDS = Refusal("validation-holds", "Le parcours est validé")
NOTHING_SHARED = Refusal("nothing-shared", "Aucune version n’est à valider")
NOTHING_TO_ADJUST = Refusal("nothing-to-adjust", "Le parcours n’est pas validé")


@event("parcours-shared", label="Parcours partagé avec la structure")
class ParcoursShared:
    """`content_hash` and `salt`: see `Submission`."""

    version: int
    content_hash: str
    salt: Encrypted
    period: Period


@event("shared-version-voided", label="Parcours modifié\u00a0: la version partagée ne peut plus être validée")
class SharedVersionVoided:
    version: int


@event("parcours-validated", label="Parcours validé par la structure")
class ParcoursValidated:
    """One leader's agreement. `actions`: how many of each kind; `leader`: their pseudonym, as the actor's."""

    version: int
    content_hash: str
    actions: dict[str, int]
    leader: str


@event("parcours-contested", label="Parcours contesté par la structure")
class ParcoursContested:
    version: int
    reason: Encrypted


@event("parcours-adjusted", label="Parcours rouvert pour ajustement\u00a0: la validation ne tient plus")
class ParcoursAdjusted:
    version: int
    reason: Encrypted


@command(
    title="Partager le parcours avec la structure",
    leads_to=(ParcoursShared, SharedVersionVoided),
    may_refuse=(
        *REQUIRES_OPEN,
        VALIDATION_HOLDS,
        AXES_NOT_RANKED,
        AXES_WITHOUT_ACTION,
        NO_ACTION,
        ONLY_CONSULTING,
        WRONG_PERIOD,
        IMPLAUSIBLE_DATE,
        WRONG_DURATION,
        ACTIONS_OUTSIDE_PERIOD,
    ),
)
class ShareParcours:
    """The adviser shares the parcours with the structure, from its first day to its last, to be validated."""

    starts_on: Day
    ends_on: Day


@command(
    title="Valider le parcours",
    leads_to=(ParcoursValidated,),
    may_refuse=(*REQUIRES_OPEN, LEADERS_ONLY, STALE_CONTENT, NOTHING_SHARED),
)
class ValidateParcours:
    """A leader of the structure validates the very version that was shared, named by its number and its hash."""

    version: Version
    content_hash: ContentHash


@command(
    title="Contester le parcours",
    leads_to=(ParcoursContested,),
    may_refuse=(*REQUIRES_OPEN, LEADERS_ONLY, STALE_CONTENT, NOTHING_SHARED),
)
class ContestParcours:
    """A leader of the structure contests the version that was shared, and says why."""

    version: Version
    reason: Reason


@command(
    title="Ouvrir un ajustement du parcours",
    leads_to=(ParcoursAdjusted,),
    may_refuse=(*REQUIRES_OPEN, NOTHING_TO_ADJUST),
)
class AdjustParcours:
    """What was validated no longer fits: the parcours is reopened as a new version, to be validated again."""

    reason: Reason


@command(leads_to=(ParcoursAdjusted,))
class ReopenParcours:
    """Follow-up requested the update of a completed parcours: it is reopened as a new version."""

    review: Line


Command = ShareParcours | ValidateParcours | ContestParcours | AdjustParcours | ReopenParcours


Event = ParcoursShared | SharedVersionVoided | ParcoursValidated | ParcoursContested | ParcoursAdjusted


def void_shared_version(parcours: Parcours) -> list[SharedVersionVoided]:
    """What an edit records first, when a version waits for the leaders' answer."""
    if parcours.status is not ParcoursStatus.SHARED or parcours.shared is None:
        return []
    return [SharedVersionVoided(parcours.shared.version)]


def decide(parcours: Parcours, command: Command, context: Context) -> list[Event]:
    match command:
        case ShareParcours():
            return _share(parcours, command, context)
        case ValidateParcours():
            return _validate(parcours, command, context)
        case ContestParcours(version, reason):
            shared = _find_shared_version(parcours, version, context, ParcoursStatus.SHARED)
            return [ParcoursContested(shared.version, context.text(reason))]
        case AdjustParcours(reason):
            if parcours.status not in (ParcoursStatus.UNDER_WAY, ParcoursStatus.COMPLETED):
                raise NOTHING_TO_ADJUST("Le parcours est encore en construction\u00a0: modifiez-le directement.")
            return [ParcoursAdjusted(parcours.content_version + 1, context.text(reason))]
        case ReopenParcours(review):
            reason = f"Mise à jour demandée au bilan {review}"
            return [ParcoursAdjusted(parcours.content_version + 1, context.text(reason))]


def _share(parcours: Parcours, command: ShareParcours, context: Context) -> list[Event]:
    if parcours.status is ParcoursStatus.UNDER_WAY:
        raise VALIDATION_HOLDS("La structure a déjà validé ce parcours\u00a0: un ajustement le rouvre.")
    _check_actions(parcours)
    # The admission is an instant, the start a day in the structure's territory: it can be the day before.
    if not paris_date(parcours.plan.admitted_at) - timedelta(days=1) <= command.starts_on <= command.ends_on:
        raise WRONG_PERIOD(
            "Un parcours commence une fois la structure admise, ici le "
            f"{format_date(paris_date(parcours.plan.admitted_at))}, et finit après avoir commencé."
        )
    ends_on = require_future(command.ends_on, context.now, "La fin du parcours")
    if parcours.completed:
        require_allowed_update(parcours, ends_on, paris_date(context.now))
    else:
        require_allowed_duration(parcours, ends_on, first=paris_date(context.now), last=date.max)
    period = Period(command.starts_on, command.ends_on)
    _check_within(parcours, period)
    if parcours.status is ParcoursStatus.SHARED and parcours.period == period:
        return []
    shared = build_submission(parcours.content_version + 1, parcours.content(period), context)
    return [
        *void_shared_version(parcours),
        ParcoursShared(shared.version, shared.content_hash, salt=shared.salt, period=period),
    ]


def _check_within(parcours: Parcours, period: Period) -> None:
    """Raises unless every planned action begins, and every open one ends, within the period."""
    outside = [
        key
        for key, action in parcours.actions.items()
        if (action.status is ActionStatus.PLANNED and action.planned.starts_on < period.starts_on)
        or (action.status in OPEN_STATUSES and action.planned.ends_on > period.ends_on)
    ]
    if outside:
        raise ACTIONS_OUTSIDE_PERIOD(
            f"Le parcours irait {french.format_period(period.starts_on, period.ends_on)}\u00a0: changez ces dates, ou "
            f"celles des actions qui n’y tiennent pas ({len(outside)}).",
            actions=[str(key) for key in outside],
        )


def _validate(parcours: Parcours, command: ValidateParcours, context: Context) -> list[Event]:
    """Each leader agrees once. The first agreement validates the version; the others are added to it."""
    shared = _find_shared_version(parcours, command.version, context, ParcoursStatus.SHARED, ParcoursStatus.UNDER_WAY)
    require_same_content(command.content_hash, shared, SUBJECT)
    if context.actor.id in parcours.validations:
        return []
    kinds = Counter(action.planned.kind.value for action in parcours.standing.values())
    return [ParcoursValidated(command.version, shared.content_hash, actions=dict(kinds), leader=context.actor.id)]


def _check_actions(parcours: Parcours) -> None:
    if not parcours.ranking:
        raise AXES_NOT_RANKED("Classez d’abord les axes du plan d’accompagnement avec la structure.")
    left = [axis for axis in parcours.ranking if axis not in parcours.deferrals and not parcours.on_axis(axis)]
    if left:
        ranks = ", ".join(str(parcours.ranking.index(axis) + 1) for axis in left)
        raise AXES_WITHOUT_ACTION(
            f"Prévoyez une action, ou dites pourquoi attendre, pour les axes de rang\u00a0: {ranks}.", axes=left
        )
    if not parcours.standing:
        raise NO_ACTION("Un parcours compte au moins une action.")
    if parcours.only_consulting:
        raise ONLY_CONSULTING(
            "Le parcours «\u202fs’inscrit dans la durée et ne se limite pas à la mobilisation d’un prestataire "
            "externe\u202f»\u00a0: ajoutez au moins une action de la structure, un appui du territoire ou un apport "
            "d’expertise de votre part."
        )


def _find_shared_version(parcours: Parcours, version: int, context: Context, *steps: ParcoursStatus) -> Submission:
    """The shared version, if the actor is a leader who has read that very version."""
    require_leader(context, "Seul·e un·e dirigeant·e de la structure valide ou conteste son parcours.")
    require_current_version(version, parcours.content_version, SUBJECT)
    if parcours.status not in steps or parcours.shared is None:
        raise NOTHING_SHARED("Aucune version du parcours n’attend la réponse de la structure.")
    return parcours.shared


def evolve(parcours: Parcours, event: Event) -> Parcours:
    match event:
        case ParcoursShared(version, content_hash, salt=salt, period=period):
            return replace(
                parcours,
                status=ParcoursStatus.SHARED,
                content_version=version,
                period=period,
                shared=Submission(version, content_hash, salt=salt),
                validations=(),
                contest_reason=None,
            )
        case SharedVersionVoided():
            return replace(parcours, status=ParcoursStatus.BUILDING, shared=None)
        case ParcoursValidated(version, leader=leader):
            return replace(
                parcours,
                status=ParcoursStatus.UNDER_WAY,
                validated_version=version,
                validations=(*parcours.validations, leader),
                actions=_all_validated(parcours),
            )
        case ParcoursContested(_, reason):
            return replace(parcours, status=ParcoursStatus.BUILDING, shared=None, contest_reason=reason)
        case ParcoursAdjusted(version):
            reopened = replace(parcours, status=ParcoursStatus.BUILDING, content_version=version, ending=None)
            return replace(reopened, shared=None, validated_version=None)


def _all_validated(parcours: Parcours) -> dict[UUID, Action]:
    return {key: replace(action, validated=True) for key, action in parcours.actions.items()}
