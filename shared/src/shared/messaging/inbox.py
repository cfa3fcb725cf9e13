"""How does an event from elsewhere change this service? Once, in order, and counted in the same transaction."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from uuid import UUID

from shared.eventlog import (
    OUTAGES,
    CaseParked,
    CommandOptions,
    NotParked,
    PartitionTracking,
    ServiceApplication,
    TrackingRefused,
)
from shared.kernel import Actor, Role
from shared.messaging.feed import Feed
from shared.messaging.parking import Parking
from shared.messaging.reactions import Reactions
from shared.messaging.wire import Header, HighWaterMark, Message

END_OF_PARTITION = 2**63 - 1
WHOLE_LOG = -1
"""Stands for the partition where a publisher is taken whole: its numbers are the log's positions."""
log = logging.getLogger(__name__)


class LogReplaced(Exception):
    """The publisher speaks from another log than the one we follow; nothing more of it is taken until reconciled."""


class GapDetected(Exception):
    """Events are missing, and the feed does not have them either."""


SOMEBODY_WAS_FASTER = (TrackingRefused, CaseParked, NotParked)


@dataclass(frozen=True, slots=True)
class ConsumerPosition:
    """Where we are in a publisher's partition, and whether a case waits to be mended."""

    reached: int
    parked: bool


class Inbox:
    """The one way in. Knows nothing of NATS; every method blocks, and may be called from any thread."""

    def __init__(self, app: ServiceApplication, reactions: Reactions, feed: Feed) -> None:
        self.reactions = reactions
        self.parking = Parking(app, self._react)
        self._app, self._feed = app, feed
        self._turns: dict[tuple[str, int], Lock] = {}
        self._unmoved: dict[tuple[str, int], int] = {}

    def receive(self, message: Message) -> None:
        """Applies a message once, after those before it, asked from the feed if need be. Raises: try again later."""
        with self._turn(message.header.publisher, self._partition(message.header)):
            self._apply(message)

    def announced(self, head: HighWaterMark) -> None:
        """Behind at two announcements without having moved: the stream has lost what the feed still has."""
        ends = {WHOLE_LOG: head.position} if self.reactions.reads_whole_logs else dict(enumerate(head.numbers))
        rows = self._app.recorder.fetch(
            "SELECT partition, number FROM {schema}.tracked WHERE (publisher, log_id) = (%s, %s)",
            (head.publisher, head.log_id),
        )
        tracked = {row["partition"]: row["number"] for row in rows}
        self._app.recorder.fetch(
            "UPDATE {schema}.sources SET announced = %s, announced_at = clock_timestamp(), announced_until = %s,"
            " received_until = CASE WHEN announced <= %s THEN greatest(received_until, announced_until)"
            " ELSE received_until END"
            " WHERE (publisher, log_id) = (%s, %s)",
            (head.position, head.until, tracked.get(WHOLE_LOG, 0), head.publisher, head.log_id),
        )
        for partition, end in ends.items():
            reached, here = tracked.get(partition, 0), (head.publisher, partition)
            if reached < end and self._unmoved.get(here) == reached:
                with self._turn(*here):
                    self._refill(head.publisher, head.log_id, partition, end)
            self._unmoved[here] = reached

    def _apply(self, message: Message) -> None:
        header, number = message.header, self._number(message.header)
        partition = self._partition(header)
        tracking = PartitionTracking(
            header.publisher, number, log_id=header.log_id, partition=partition, case=header.case
        )
        while (place := self._place(header.publisher, header.log_id, partition, header.case)).reached < number:
            with suppress(*SOMEBODY_WAS_FASTER):  # then look again
                if place.reached < number - 1:
                    self._refill(header.publisher, header.log_id, partition, number - 1)
                    continue
                if place.parked:
                    self.parking.park(message, tracking)
                else:
                    self._react_or_count(message, tracking)
                return

    def _react_or_count(self, message: Message, tracking: PartitionTracking) -> None:
        try:
            self._react(message, tracking)
        except (*SOMEBODY_WAS_FASTER, *OUTAGES):
            raise
        except Exception as error:
            reached = self._app.recorder.tracked_number(tracking.application_name, tracking.log_id, tracking.partition)
            if reached >= tracking.notification_id:
                return  # another replica was faster, and we decided on what it had already changed
            if self.reactions.reads_whole_logs or not self.parking.is_due(message.header, error):
                raise
            self.parking.park(message, tracking, error)

    def _react(self, message: Message, tracking: PartitionTracking) -> None:
        """The effects and the place in one transaction; an event that leads to nothing is counted all the same."""
        to, header = self.reactions.to(message, self._app), message.header
        if to is None:
            self._app.recorder.insert_events([], tracking=tracking)
            return
        ourselves = Actor(f"service:{self.reactions.service}", Role.SERVICE)
        context = self._app.context(to.case or header.case, ourselves, header.id, header.correlation)
        self._app.handle(to.decider, to.stream, to.command, context, CommandOptions(tracking=tracking))

    def _refill(self, publisher: str, log_id: UUID, partition: int, until: int) -> None:
        after = self._place(publisher, log_id, partition).reached
        log.info("%s %s: asking the feed for %d to %d", publisher, partition, after + 1, until)
        while after < until:
            page = self._feed.page(publisher, None if partition == WHOLE_LOG else partition, after)
            if page.log_id != log_id:
                raise self._halt(publisher, f"its feed is that of log {page.log_id}, its stream that of {log_id}")
            missing = [message for message in page.events if self._number(message.header) <= until]
            if not missing:
                raise GapDetected(f"the feed of {publisher} has nothing after {after}, and {until} is expected")
            for message in missing:
                self._apply(message)
            after = self._number(missing[-1].header)

    def _place(self, publisher: str, log_id: UUID, partition: int, case: UUID | None = None) -> ConsumerPosition:
        """Follows the first log a publisher speaks from, until somebody decides otherwise; what still comes from a log
        that was left is passed over. Raises OtherLog when it speaks from another one."""
        where = {"publisher": publisher, "log_id": log_id, "partition": partition, "case": case}
        for _ in range(2):
            rows = self._app.recorder.fetch(
                "SELECT s.log_id, s.halted, %(log_id)s = ANY(s.former_logs) AS left,"
                " coalesce((SELECT t.number FROM {schema}.tracked t WHERE"
                " (t.publisher, t.log_id, t.partition) = (s.publisher, s.log_id, %(partition)s)), 0) AS reached,"
                " EXISTS (SELECT FROM {schema}.parked p"
                " WHERE (p.publisher, p.case_id) = (s.publisher, %(case)s)) AS parked"
                " FROM {schema}.sources s WHERE s.publisher = %(publisher)s",
                where,
            )
            if rows:
                break
            self._app.recorder.fetch(
                "INSERT INTO {schema}.sources VALUES (%(publisher)s, %(log_id)s) ON CONFLICT DO NOTHING", where
            )
        (row,) = rows
        if row["halted"]:
            raise LogReplaced(row["halted"])
        if row["left"]:
            return ConsumerPosition(END_OF_PARTITION, parked=False)
        if row["log_id"] != log_id:
            raise self._halt(publisher, f"it speaks from log {log_id}, and we follow {row['log_id']}")
        return ConsumerPosition(row["reached"], row["parked"])

    def _halt(self, publisher: str, why: str) -> LogReplaced:
        reason = f"{publisher}: {why}; stopped until reconciled"
        self._app.recorder.fetch(
            "UPDATE {schema}.sources SET halted = %s WHERE publisher = %s AND halted IS NULL", (reason, publisher)
        )
        log.error("halted: %s", reason)
        return LogReplaced(reason)

    def _turn(self, publisher: str, partition: int) -> Lock:
        """Within a process one thread at a time; between replicas compare-and-set decides."""
        return self._turns.setdefault((publisher, partition), Lock())

    def _partition(self, header: Header) -> int:
        return WHOLE_LOG if self.reactions.reads_whole_logs else header.partition

    def _number(self, header: Header) -> int:
        return header.position if self.reactions.reads_whole_logs else header.number
