"""The decision to follow a publisher's restored log: who took it, when and why. An aggregate, one for each
publisher."""

from __future__ import annotations

from uuid import NAMESPACE_OID, UUID, uuid5

from shared.kernel import Actor, Context, Decider, Encrypted, Role, event
from shared.kernel.events import command
from shared.kernel.frozen import frozen

OPERATOR = Actor("operator", Role.OPS)
"""The actor of commands given on the command line. The operator's name is encrypted in the event."""


@event("restored-log-followed", label="Journal restauré d’un autre service suivi de nouveau")
class RestoredLogFollowed:
    publisher: str
    old_log: UUID
    new_log: UUID
    since: int
    lost_count: int
    by: Encrypted
    reason: Encrypted


@command(leads_to=(RestoredLogFollowed,))
class FollowRestoredLog:
    """`since`: the position up to which both logs are one history. `lost_count`: how many of the events received are in
    the old log only."""

    publisher: str
    old_log: UUID
    new_log: UUID
    since: int
    lost_count: int
    by: str
    reason: str


@frozen
class FollowedLog:
    """`log`: the publisher's log that is followed since the last decision."""

    log: UUID | None = None


def decide(_state: FollowedLog, command: FollowRestoredLog, context: Context) -> list[RestoredLogFollowed]:
    by, reason = context.text(command.by), context.text(command.reason)
    return [
        RestoredLogFollowed(
            command.publisher,
            command.old_log,
            new_log=command.new_log,
            since=command.since,
            lost_count=command.lost_count,
            by=by,
            reason=reason,
        )
    ]


def evolve(_state: FollowedLog, event: RestoredLogFollowed) -> FollowedLog:
    return FollowedLog(event.new_log)


decider: Decider[FollowedLog] = Decider(
    "followed",
    FollowedLog(),
    decide=decide,
    evolve=evolve,
    commands=(FollowRestoredLog,),
    events=(RestoredLogFollowed,),
)


def followed_log_id(publisher: str) -> UUID:
    return uuid5(NAMESPACE_OID, f"followed {publisher}")
