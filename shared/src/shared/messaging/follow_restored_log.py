"""Following a publisher whose log was restored from a back-up: from the last position that both logs have in common,
once an operator has decided it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from shared.crypto import DataKeys
from shared.eventlog import PARTITIONS, CommandOptions, ServiceApplication
from shared.kernel import OVERRIDE, squeeze_blanks
from shared.messaging.feed import Feed
from shared.messaging.inbox import END_OF_PARTITION, WHOLE_LOG
from shared.messaging.log_ancestors import (
    ancestors_after,
    last_common_position,
)
from shared.messaging.restored_publisher import OPERATOR, FollowRestoredLog, decider, followed_log_id

MAX_REASON_CHARACTERS = 500
BATCH_EVENTS = 500


class NotFollowed(Exception):
    """Nothing has changed. The message says why, in French."""


@dataclass(frozen=True, slots=True)
class RestoredLog:
    """A publisher's restored log. Up to position `since` it is one history with the log that was followed.

    `received`: the last number received of each partition of the old log. `retained`: the last of these numbers that
    the new log still has. `ancestors`: other logs, each with the last position in common with the new one."""

    publisher: str
    old_log: UUID
    new_log: UUID
    since: int
    received: Mapping[int, int]
    retained: Mapping[int, int]
    ancestors: Mapping[str, int]

    @property
    def lost_count(self) -> int:
        return sum(number - self.retained[partition] for partition, number in self.received.items())


@dataclass(frozen=True, slots=True)
class Effect:
    """An event of this service whose cause is not in any log any more."""

    event: UUID
    name: str
    case: UUID
    cause: UUID


def check_reason(reason: str) -> str:
    """The reason with single spaces. Raises NotFollowed when it is empty, too long or not printable."""
    text = squeeze_blanks(reason)
    if not text or len(text) > MAX_REASON_CHARACTERS or OVERRIDE.search(text):
        raise NotFollowed(f"dites pourquoi, en {MAX_REASON_CHARACTERS} caractères au plus (--reason).")
    return text


def find_restored_log(app: ServiceApplication, feed: Feed, publisher: str) -> RestoredLog:
    """Compares the publisher's feed with what was received. Raises NotFollowed or FeedUnavailable."""
    page = feed.page(publisher, None, 0, 1)
    rows = app.recorder.fetch("SELECT log_id, ancestors FROM {schema}.sources WHERE publisher = %s", (publisher,))
    if not rows or rows[0]["log_id"] == page.log_id:
        raise NotFollowed(
            f"{publisher} envoie le journal qui est déjà suivi\u202f; s’il est arrêté, dites pourquoi il est lu de"
            " nouveau."
        )
    followed, known = rows[0]["log_id"], rows[0]["ancestors"]
    if str(page.log_id) in known:
        raise NotFollowed(
            f"{publisher} est revenu à un journal qui a été quitté\u00a0: qui l’exploite le déclare d’abord restauré."
        )
    if not page.ancestors:
        raise NotFollowed(
            f"{publisher} ne déclare aucune restauration\u00a0: qui l’exploite dit d’abord jusqu’où elle vaut."
        )
    since = last_common_position(page.ancestors, followed, known)
    if since is None:
        raise NotFollowed(f"{publisher} a été restauré, mais son journal ne descend pas de celui qui est suivi.")
    tracked = app.recorder.fetch(
        "SELECT partition, number FROM {schema}.tracked WHERE (publisher, log_id) = (%s, %s)", (publisher, followed)
    )
    received = {row["partition"]: row["number"] for row in tracked}
    retained = {
        partition: _last_retained(feed, publisher, partition, number, since) for partition, number in received.items()
    }
    return RestoredLog(
        publisher,
        followed,
        new_log=page.log_id,
        since=since,
        received=received,
        retained=retained,
        ancestors=ancestors_after(known, followed, since) | page.ancestors,
    )


def _last_retained(feed: Feed, publisher: str, partition: int, received: int, since: int) -> int:
    """The last of the received numbers of a partition that the restored log still has, by binary search over the
    feed."""
    if partition == WHOLE_LOG:
        return min(received, since)

    def is_beyond(number: int) -> bool:
        events = feed.page(publisher, partition, number - 1, 1).events
        return not events or events[0].header.position > since

    return bisect_right(range(1, received + 1), False, key=is_beyond)


def lift_halt(app: ServiceApplication, feed: Feed, publisher: str, reason: str) -> str | None:
    """Applies the events of a publisher again that was halted for another log, and whose feed is now of the log that is
    followed. Messages of its ancestors are passed over from now on. Both reasons are kept in the table `resumed`.
    Returns why it was halted; None when nothing was lifted.

    Raises NotFollowed or FeedUnavailable."""
    text, page = check_reason(reason), feed.page(publisher, None, 0, 1)
    rows = app.recorder.fetch(
        "WITH halted AS (SELECT publisher, halted FROM {schema}.sources WHERE (publisher, log_id) = (%(publisher)s,"
        " %(log_id)s) AND halted IS NOT NULL AND NOT halted_as_foreign FOR UPDATE),"
        " kept AS (INSERT INTO {schema}.resumed (publisher, halted, reason) SELECT publisher, halted, %(reason)s"
        " FROM halted RETURNING publisher)"
        " UPDATE {schema}.sources s SET halted = NULL, ancestors = ancestors || %(ancestors)s"
        " FROM halted h JOIN kept k USING (publisher)"
        " WHERE s.publisher = h.publisher RETURNING h.halted",
        {"publisher": publisher, "log_id": page.log_id, "reason": text, "ancestors": Jsonb(page.ancestors)},
    )
    return str(rows[0]["halted"]) if rows else None


def effects_without_cause(app: ServiceApplication, feed: Feed, publishers: Sequence[str]) -> Iterator[Effect]:
    """The events of this service whose cause none of the publishers has any more. Raises FeedUnavailable."""
    known_ids = {header_id for publisher in publishers for header_id in _event_ids(feed, publisher)}
    position = 0
    while entries := app.recorder.select_notifications(position, BATCH_EVENTS, inclusive_of_start=False):
        for entry, recorded in app.events_of(entries):
            known_ids.add(recorded.meta.id)
            cause = recorded.meta.causation
            if cause is not None and cause not in known_ids:
                yield Effect(recorded.meta.id, entry.topic.partition(":")[0], case=entry.case_id, cause=cause)
        position = entries[-1].id


def _event_ids(feed: Feed, publisher: str) -> Iterator[UUID]:
    after: int | None = 0
    while after is not None:
        page = feed.page(publisher, None, after)
        yield from (message.header.id for message in page.events)
        after = page.next


def follow_restored(app: ServiceApplication, restored: RestoredLog, by: str, reason: str) -> None:
    """Records the decision, and follows the restored log from where both are one history. Raises NotFollowed."""
    text, stream = check_reason(reason), followed_log_id(restored.publisher)
    command = FollowRestoredLog(
        restored.publisher,
        restored.old_log,
        new_log=restored.new_log,
        since=restored.since,
        lost_count=restored.lost_count,
        by=by,
        reason=text,
    )

    def write_along(connection: psycopg.Connection[Any], events: Sequence[Any], data_keys: DataKeys) -> None:
        switch_log(connection, restored, text)

    app.handle(decider, stream, command, app.context(stream, OPERATOR), CommandOptions(in_transaction=write_along))


def switch_log(connection: psycopg.Connection[Any], restored: RestoredLog, reason: str) -> None:
    """Switches to the restored log, in the transaction of the decision. Parked events that the new log does not have
    are moved to `skipped`, with the reason.

    Raises NotFollowed when more was received since the comparison, or when another operator was faster."""
    source = "SELECT log_id FROM sources WHERE publisher = %s FOR UPDATE"
    row = connection.execute(source, (restored.publisher,)).fetchone()
    tracked = connection.execute(
        "SELECT partition, number FROM tracked WHERE (publisher, log_id) = (%s, %s) FOR UPDATE",
        (restored.publisher, restored.old_log),
    )
    if (row and row["log_id"]) != restored.old_log or {
        r["partition"]: r["number"] for r in tracked
    } != restored.received:
        raise NotFollowed("ce qui est suivi vient de changer\u00a0: recommencez.")
    connection.execute(
        "UPDATE sources SET log_id = %s, ancestors = %s, halted = NULL, halted_as_foreign = false, announced = NULL,"
        " announced_at = NULL, announced_ends = NULL, announced_until = NULL, received_until = NULL,"
        " former_logs = array_append(former_logs, log_id) WHERE publisher = %s",
        (restored.new_log, Jsonb(dict(restored.ancestors)), restored.publisher),
    )
    # A replica that is about to count an event of the old log is refused, looks again, and passes it over.
    connection.execute(
        "INSERT INTO tracked SELECT %(publisher)s, %(old)s, p, %(end)s"
        " FROM generate_series(%(whole)s::int, %(last)s::int) p"
        " ON CONFLICT (publisher, log_id, partition) DO UPDATE SET number = excluded.number",
        {
            "publisher": restored.publisher,
            "old": restored.old_log,
            "end": END_OF_PARTITION,
            "whole": WHOLE_LOG,
            "last": PARTITIONS - 1,
        },
    )
    for partition, number in restored.retained.items():
        if number:
            at = (restored.publisher, restored.new_log, partition, number)
            connection.execute("INSERT INTO tracked VALUES (%s, %s, %s, %s)", at)
        connection.execute(
            "WITH lost AS (DELETE FROM parked WHERE (publisher, partition) = (%s, %s) AND number > %s RETURNING *)"
            " INSERT INTO skipped (publisher, case_id, number, message, error, reason)"
            " SELECT publisher, case_id, number, message, error, %s FROM lost ON CONFLICT DO NOTHING",
            (restored.publisher, partition, number, reason),
        )
