"""Who decided that a publisher is heard again whose log was restored, when and why?"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import NAMESPACE_OID, UUID, uuid5

from shared.kernel import Actor, Context, Decider, Encrypted, Role, event
from shared.kernel.events import command

OPERATOR = Actor("operator", Role.OPS)
"""By the command line of a service; who that is stands sealed in the event."""


@event("restored-log-followed", label="Journal restauré d’un autre service écouté de nouveau")
class RestoredLogFollowed:
    publisher: str
    old_log: UUID
    new_log: UUID
    since: int
    lost: int
    by: Encrypted
    motive: Encrypted


@command(leads_to=(RestoredLogFollowed,))
class FollowRestoredLog:
    """`since`: up to there both logs are one history; `lost`: how many that were heard are in the old one alone."""

    publisher: str
    old_log: UUID
    new_log: UUID
    since: int
    lost: int
    by: str
    motive: str


@dataclass(frozen=True, slots=True)
class FollowedLog:
    """`log`: the publisher's log that is followed since the last decision."""

    log: UUID | None = None


def decide(_followed: FollowedLog, command: FollowRestoredLog, context: Context) -> list[RestoredLogFollowed]:
    by, motive = context.text(command.by), context.text(command.motive)
    return [
        RestoredLogFollowed(
            command.publisher,
            command.old_log,
            new_log=command.new_log,
            since=command.since,
            lost=command.lost,
            by=by,
            motive=motive,
        )
    ]


def evolve(_followed: FollowedLog, event: RestoredLogFollowed) -> FollowedLog:
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
