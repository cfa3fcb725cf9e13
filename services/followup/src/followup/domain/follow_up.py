"""The follow-up as one aggregate: reviews are held one after the other until none is left."""

from __future__ import annotations

from collections.abc import Iterator

from followup.domain import closure, comments, needs, opening, parcours_update
from followup.domain.needs import FindNeed, NeedFound
from followup.domain.reviews import deadlines, reporting
from followup.domain.state import NOT_OPEN, FollowUp, FollowUpStatus
from shared.attachments import AddAttachment
from shared.kernel import Context, Decider, decide_comment, evolve_comments

Command = (
    opening.Command
    | deadlines.Command
    | reporting.Command
    | parcours_update.Command
    | closure.Command
    | FindNeed
    | comments.Command
)
Event = (
    opening.Event
    | deadlines.Event
    | reporting.Event
    | parcours_update.Event
    | closure.Event
    | NeedFound
    | comments.Event
)

ANY_TIME = opening.Command | deadlines.MarkReviewDue | deadlines.MarkReviewOverdue | parcours_update.DropParcoursUpdate
"""Commands of the service itself: they record nothing when they come too late."""
AFTER_THE_END = reporting.CorrectReview | closure.CorrectClosingDown | comments.Command
"""Corrections of what was recorded, and what a leader has to say: also possible after the end of the follow-up."""
NOT_OPEN_DETAILS = {
    FollowUpStatus.NEW: "Il s’ouvre de lui-même quand le parcours se termine.",
    FollowUpStatus.CLOSED: "Il est clos\u00a0: il reprendra si le parcours est mis à jour.",
}


def decide(follow_up: FollowUp, command: Command, context: Context) -> list[Event]:
    if not isinstance(command, ANY_TIME):
        if follow_up.status is FollowUpStatus.NEW:
            raise NOT_OPEN(NOT_OPEN_DETAILS[FollowUpStatus.NEW], follow_up=follow_up.status)
        if follow_up.status is FollowUpStatus.CLOSED and not isinstance(command, AFTER_THE_END):
            raise NOT_OPEN(NOT_OPEN_DETAILS[FollowUpStatus.CLOSED], follow_up=follow_up.status)
    if isinstance(command, opening.Command):
        return [*opening.decide(follow_up, command)]
    if isinstance(command, deadlines.Command):
        return [*deadlines.decide(follow_up, command, context)]
    if isinstance(command, reporting.Command):
        return [reporting.decide(follow_up, command, context)]
    if isinstance(command, parcours_update.Command):
        return [*parcours_update.decide(follow_up, command, context)]
    if isinstance(command, closure.Command):
        return [*closure.decide(follow_up, command, context)]
    if isinstance(command, comments.Command):
        return [decide_comment(follow_up, command, context)]
    return [needs.decide(follow_up, command, context)]


def available_commands(follow_up: FollowUp) -> Iterator[type]:
    """Reviews are held one after the other; needs and updates follow from them, until the conclusion."""
    yield from (opening.OpenFollowUp, opening.ReplicateBaselineCorrection)
    yield from deadlines.available_commands(follow_up)
    yield from reporting.available_commands(follow_up)
    if follow_up.status is FollowUpStatus.OPEN:
        yield from parcours_update.available_commands(follow_up)
        yield FindNeed
    yield from closure.available_commands(follow_up)
    if follow_up.status is not FollowUpStatus.NEW:
        yield from (AddAttachment, comments.CommentFollowUp)
    if follow_up.unanswered_comments:
        yield comments.AcknowledgeFollowUpComment


def evolve(follow_up: FollowUp, event: Event) -> FollowUp:
    if isinstance(event, opening.Event):
        return opening.evolve(follow_up, event)
    if isinstance(event, deadlines.Event):
        return deadlines.evolve(follow_up, event)
    if isinstance(event, reporting.Event):
        return reporting.evolve(follow_up, event)
    if isinstance(event, parcours_update.Event):
        return parcours_update.evolve(follow_up, event)
    if isinstance(event, closure.Event):
        return closure.evolve(follow_up, event)
    if isinstance(event, comments.Event):
        return evolve_comments(follow_up, event)
    return needs.evolve(follow_up, event)


decider: Decider[FollowUp] = Decider(
    "follow-up",
    FollowUp(),
    decide=decide,
    evolve=evolve,
    commands=Command.__args__,
    events=Event.__args__,
    deadlines=deadlines.review_deadlines,
    deadline_command=deadlines.deadline_command,
    available_commands=available_commands,
)
