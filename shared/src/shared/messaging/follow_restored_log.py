"""How is a publisher heard again whose log was restored? From where both logs are one history, once that is decided."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from shared.crypto import DataKeys
from shared.eventlog import PARTITIONS, CommandOptions, ServiceApplication
from shared.messaging.feed import Feed
from shared.messaging.inbox import END_OF_PARTITION, WHOLE_LOG
from shared.messaging.restored_publisher import OPERATOR, FollowRestoredLog, decider, followed_log_id

LONGEST_MOTIVE = 500
BATCH = 500


class NotFollowed(Exception):
    """Nothing has changed, and why in French."""


@dataclass(frozen=True, slots=True)
class RestoredLog:
    """A publisher's log that was restored: up to position `since` it is one history with the one that was heard. By
    partition, `heard` of the old one, of which the new one has `kept`."""

    publisher: str
    old_log: UUID
    new_log: UUID
    since: int
    heard: Mapping[int, int]
    kept: Mapping[int, int]

    @property
    def lost(self) -> int:
        return sum(number - self.kept[partition] for partition, number in self.heard.items())


@dataclass(frozen=True, slots=True)
class Effect:
    """An event of this service, whose cause is in no log any more."""

    event: UUID
    name: str
    case: UUID
    cause: UUID


def check_motive(motive: str) -> str:
    """Raises NotFollowed for what are not a few readable words."""
    said = " ".join(motive.split())
    if not said or len(said) > LONGEST_MOTIVE or not said.isprintable():
        raise NotFollowed(f"dites pourquoi, en {LONGEST_MOTIVE} caractères au plus (--motive).")
    return said


def find_restored_log(app: ServiceApplication, feed: Feed, publisher: str) -> RestoredLog:
    """What its feed says now, beside what was heard. Raises NotFollowed or FeedUnavailable."""
    page = feed.page(publisher, None, 0, 1)
    rows = app.recorder.fetch("SELECT log_id FROM {schema}.sources WHERE publisher = %s", (publisher,))
    if not rows or rows[0]["log_id"] == page.log_id:
        raise NotFollowed(f"{publisher} parle du journal qui est déjà écouté.")
    if not page.since:
        raise NotFollowed(
            f"{publisher} ne déclare aucune restauration\u00a0: qui l’exploite dit d’abord jusqu’où elle vaut."
        )
    tracked = app.recorder.fetch(
        "SELECT partition, number FROM {schema}.tracked WHERE (publisher, log_id) = (%s, %s)",
        (publisher, rows[0]["log_id"]),
    )
    heard = {row["partition"]: row["number"] for row in tracked}
    kept = {partition: _kept(feed, publisher, partition, number, page.since) for partition, number in heard.items()}
    return RestoredLog(publisher, rows[0]["log_id"], new_log=page.log_id, since=page.since, heard=heard, kept=kept)


def _kept(feed: Feed, publisher: str, partition: int, heard: int, since: int) -> int:
    """Of the numbers heard in a partition, the last one that the restored log has from before it parted: by halves."""
    if partition == WHOLE_LOG:
        return min(heard, since)

    def is_beyond(number: int) -> bool:
        found = feed.page(publisher, partition, number - 1, 1).events
        return not found or found[0].header.position > since

    return bisect_right(range(1, heard + 1), False, key=is_beyond)


def effects_without_cause(app: ServiceApplication, feed: Feed, publishers: Sequence[str]) -> Iterator[Effect]:
    """What this service recorded because of events that none of them has any more. Raises FeedUnavailable."""
    known = {header_id for publisher in publishers for header_id in _ids(feed, publisher)}
    position = 0
    while entries := app.recorder.select_notifications(position, BATCH, inclusive_of_start=False):
        for entry, recorded in app.events_of(entries):
            known.add(recorded.meta.id)
            cause = recorded.meta.causation
            if cause is not None and cause not in known:
                yield Effect(recorded.meta.id, entry.topic.partition(":")[0], case=entry.case_id, cause=cause)
        position = entries[-1].id


def _ids(feed: Feed, publisher: str) -> Iterator[UUID]:
    after: int | None = 0
    while after is not None:
        page = feed.page(publisher, None, after)
        yield from (message.header.id for message in page.events)
        after = page.next


def follow_restored(app: ServiceApplication, found: RestoredLog, by: str, motive: str) -> None:
    """Goes on from what both logs have in common; the decision is an event. Raises NotFollowed."""
    said, stream = check_motive(motive), followed_log_id(found.publisher)
    command = FollowRestoredLog(
        found.publisher, found.old_log, new_log=found.new_log, since=found.since, lost=found.lost, by=by, motive=said
    )

    def write_along(connection: psycopg.Connection[Any], events: Sequence[Any], data_keys: DataKeys) -> None:
        switch_log(connection, found, said)

    app.handle(decider, stream, command, app.context(stream, OPERATOR), CommandOptions(in_transaction=write_along))


def switch_log(connection: psycopg.Connection[Any], found: RestoredLog, motive: str) -> None:
    """In the decision's own transaction. What waited to be mended and was lost is given up, and kept with the motive.

    Raises NotFollowed when more was heard since it was compared, or somebody else was faster."""
    source = "SELECT log_id FROM sources WHERE publisher = %s FOR UPDATE"
    row = connection.execute(source, (found.publisher,)).fetchone()
    tracked = connection.execute(
        "SELECT partition, number FROM tracked WHERE (publisher, log_id) = (%s, %s) FOR UPDATE",
        (found.publisher, found.old_log),
    )
    if (row and row["log_id"]) != found.old_log or {r["partition"]: r["number"] for r in tracked} != found.heard:
        raise NotFollowed("ce qui est écouté vient de changer\u00a0: recommencez.")
    connection.execute(
        "UPDATE sources SET log_id = %s, halted = NULL, announced = NULL, announced_at = NULL,"
        " announced_until = NULL, received_until = NULL,"
        " former_logs = array_append(former_logs, log_id) WHERE publisher = %s",
        (found.new_log, found.publisher),
    )
    # Whoever is about to count an event of the old log is refused, looks again, and passes it over.
    connection.execute(
        "INSERT INTO tracked SELECT %(publisher)s, %(old)s, p, %(end)s"
        " FROM generate_series(%(whole)s::int, %(last)s::int) p"
        " ON CONFLICT (publisher, log_id, partition) DO UPDATE SET number = excluded.number",
        {
            "publisher": found.publisher,
            "old": found.old_log,
            "end": END_OF_PARTITION,
            "whole": WHOLE_LOG,
            "last": PARTITIONS - 1,
        },
    )
    for partition, number in found.kept.items():
        if number:
            at = (found.publisher, found.new_log, partition, number)
            connection.execute("INSERT INTO tracked VALUES (%s, %s, %s, %s)", at)
        connection.execute(
            "WITH lost AS (DELETE FROM parked WHERE (publisher, partition) = (%s, %s) AND number > %s RETURNING *)"
            " INSERT INTO skipped (publisher, case_id, number, message, error, motive)"
            " SELECT publisher, case_id, number, message, error, %s FROM lost ON CONFLICT DO NOTHING",
            (found.publisher, partition, number, motive),
        )
