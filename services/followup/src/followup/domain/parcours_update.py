"""Update of the parcours, requested after a review that shows what must be taken up again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from annotated_types import Len

from followup.domain.reviews.reporting import UNKNOWN_REVIEW, find_review
from followup.domain.reviews.review import ReviewStatus
from followup.domain.state import NOT_OPEN, FollowUp, ParcoursUpdate
from shared.kernel import Axis, Context, Encrypted, Line, Reason, Refusal, event
from shared.kernel.events import command
from shared.kernel.frozen import replace

UPDATE_PENDING = Refusal("parcours-update-pending", "Une mise à jour du parcours est en cours")
NO_UPDATE = Refusal("no-parcours-update", "Aucune mise à jour du parcours n’est demandée")
NOT_HELD = Refusal("review-not-held", "Le bilan n’a pas eu lieu", depends_on_body=True)


@event("parcours-update-requested", label="Mise à jour du parcours demandée")
class ParcoursUpdateRequested:
    review: str
    reason: Encrypted
    axes: tuple[Axis, ...] = ()


@event("parcours-update-withdrawn", label="Demande de mise à jour du parcours levée")
class ParcoursUpdateWithdrawn:
    """`reason` null: parcours gave the update up."""

    reason: Encrypted | None = None


@command(
    title="Demander une mise à jour du parcours",
    leads_to=(ParcoursUpdateRequested,),
    may_refuse=(NOT_OPEN, UNKNOWN_REVIEW, NOT_HELD, UPDATE_PENDING),
)
class RequestParcoursUpdate:
    """A review that was held shows what of the parcours must be taken up again: on these axes of change, if known."""

    review: Line
    reason: Reason
    axes: Annotated[tuple[Axis, ...], Len(0, 10)] = ()


@command(title="Lever la demande de mise à jour", leads_to=(ParcoursUpdateWithdrawn,), may_refuse=(NOT_OPEN, NO_UPDATE))
class WithdrawParcoursUpdate:
    """The parcours is not to be updated after all, and why."""

    reason: Reason


@command(leads_to=(ParcoursUpdateWithdrawn,))
class DropParcoursUpdate:
    """The parcours or its update was abandoned: the follow-up no longer waits for it."""


Command = RequestParcoursUpdate | WithdrawParcoursUpdate | DropParcoursUpdate
Event = ParcoursUpdateRequested | ParcoursUpdateWithdrawn


def decide(follow_up: FollowUp, command: Command, context: Context) -> list[Event]:
    match command:
        case RequestParcoursUpdate():
            return [_request(follow_up, command, context)]
        case WithdrawParcoursUpdate(reason):
            if follow_up.update is None:
                raise NO_UPDATE("Il n’y a pas de demande à lever.")
            return [ParcoursUpdateWithdrawn(context.text(reason))]
        case DropParcoursUpdate():
            return [ParcoursUpdateWithdrawn()] if follow_up.update else []


def available_commands(follow_up: FollowUp) -> Iterator[type]:
    if follow_up.update:
        yield from (WithdrawParcoursUpdate, DropParcoursUpdate)
    elif any(review.status is ReviewStatus.HELD for review in follow_up.reviews.values()):
        yield RequestParcoursUpdate


def evolve(follow_up: FollowUp, event: Event) -> FollowUp:
    match event:
        case ParcoursUpdateRequested(review, reason, axes=axes):
            return replace(follow_up, update=ParcoursUpdate(review, reason, axes=axes))
        case ParcoursUpdateWithdrawn():
            return replace(follow_up, update=None)


def require_no_pending_update(follow_up: FollowUp) -> None:
    if follow_up.update:
        raise UPDATE_PENDING(
            f"Elle a été demandée au bilan {follow_up.update.review}\u00a0: attendez la fin du parcours mis à jour,"
            f" ou levez la demande.",
            review=follow_up.update.review,
        )


def _request(follow_up: FollowUp, command: RequestParcoursUpdate, context: Context) -> ParcoursUpdateRequested:
    if find_review(follow_up, command.review).status is not ReviewStatus.HELD:
        raise NOT_HELD(
            f"Réalisez d’abord le bilan {command.review}\u00a0: c’est lui qui montre ce qui est à reprendre."
        )
    require_no_pending_update(follow_up)
    return ParcoursUpdateRequested(
        command.review, context.text(command.reason), axes=tuple(dict.fromkeys(command.axes))
    )
