"""The inbox: applies each received message exactly once and in order.

The effects of a message and the position of its publisher's log are stored in one transaction."""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from uuid import UUID

from psycopg.types.json import Jsonb

from shared.eventlog import (
    OUTAGES,
    CaseParked,
    CommandOptions,
    NotParked,
    PartitionTracking,
    ServiceApplication,
    TrackingRefused,
)
from shared.kernel import Actor, Role, StreamTaken
from shared.messaging.feed import Feed
from shared.messaging.halts import PublisherHalted, halt
from shared.messaging.parking import Parking
from shared.messaging.provenance import (
    ForeignContent,
    MessageSource,
    check_high_water_mark,
    check_message,
    limit_to_now,
)
from shared.messaging.reactions import Reactions
from shared.messaging.wire import Header, HighWaterMark, Message

END_OF_PARTITION = 2**63 - 1
WHOLE_LOG = -1
"""The partition number for a publisher whose whole log is received: numbers are then the log's positions."""
log = logging.getLogger(__name__)


class GapDetected(Exception):
    """Events are missing, and the publisher's feed does not have them either: what follows them is not in its log."""


LOST_RACES = (TrackingRefused, CaseParked, NotParked)


@dataclass(frozen=True, slots=True)
class ConsumerPosition:
    """The last number applied of a publisher's partition, and whether the case of the message is parked."""

    reached: int
    parked: bool


class Inbox:
    """The only way in for messages. It knows nothing of NATS. Every method blocks, and may be called from any
    thread."""

    def __init__(self, app: ServiceApplication, reactions: Reactions, feed: Feed) -> None:
        self.reactions = reactions
        self.parking = Parking(app, self._react)
        self._app, self._feed = app, feed
        self._locks: dict[tuple[str, int], Lock] = {}
        self._last_seen: dict[tuple[str, int], int] = {}

    def receive(self, message: Message, publisher: str) -> None:
        """Applies a message from the stream of `publisher`, unless it was applied before. Earlier messages that are
        missing are back-filled from the feed first.

        Raises ForeignContent or GapDetected for a message that is to be dropped: what is genuine is in the feed.
        Whatever else it raises: nothing was applied, try again later."""
        try:
            check_message(message, MessageSource(publisher))
        except ForeignContent as refused:
            self.halt(refused)
            raise
        with self._lock(publisher, self._partition(message.header)):
            self._apply(message, publisher)

    def receive_high_water_mark(self, mark: HighWaterMark, publisher: str) -> None:
        """Records the end of its log that `publisher` announced. If we are behind it at two announcements without
        progress, JetStream has lost messages: they are back-filled from the feed. Raises ForeignContent."""
        try:
            check_high_water_mark(mark, publisher)
        except ForeignContent as refused:
            self.halt(refused)
            raise
        ends = {WHOLE_LOG: mark.position} if self.reactions.reads_whole_logs else dict(enumerate(mark.numbers))
        rows = self._app.recorder.fetch(
            "SELECT partition, number FROM {schema}.tracked WHERE (publisher, log_id) = (%s, %s)",
            (publisher, mark.log_id),
        )
        tracked = {row["partition"]: row["number"] for row in rows}
        self._app.recorder.fetch(
            "UPDATE {schema}.sources SET announced = %s, announced_at = clock_timestamp(), announced_until = %s,"
            " received_until = CASE WHEN announced_ends IS NULL OR EXISTS"
            " (SELECT FROM unnest(announced_ends, %s::bigint[]) AS last(announced, reached) WHERE announced > reached)"
            " THEN received_until ELSE greatest(received_until, announced_until) END,"
            " announced_ends = %s::bigint[], ancestors = ancestors || %s"
            " WHERE (publisher, log_id) = (%s, %s) AND halted IS NULL",
            (
                mark.position,
                limit_to_now(mark.until, self._app.clock.now()),
                [tracked.get(partition, 0) for partition in ends],
                [*ends.values()],
                Jsonb(mark.ancestors),
                publisher,
                mark.log_id,
            ),
        )
        for partition, end in ends.items():
            reached, key = tracked.get(partition, 0), (publisher, partition)
            if reached < end and self._last_seen.get(key) == reached:
                with self._lock(*key):
                    self._back_fill(publisher, mark.log_id, partition, end)
            self._last_seen[key] = reached

    def halt(self, refused: ForeignContent) -> PublisherHalted:
        """Applies nothing more of a publisher that spoke for another service, until an operator resumes it."""
        return halt(self._app.recorder, refused.publisher, refused.what, refused.log_id, foreign=True)

    def _apply(self, message: Message, publisher: str) -> None:
        header, number = message.header, self._number(message.header)
        partition = self._partition(header)
        tracking = PartitionTracking(
            publisher,
            number,
            log_id=header.log_id,
            partition=partition,
            case=header.case,
            position=header.position,
        )
        while (position := self._find_position(publisher, header.log_id, partition, header.case)).reached < number:
            with suppress(*LOST_RACES):  # then look again
                if position.reached < number - 1:
                    self._back_fill(publisher, header.log_id, partition, number - 1)
                    continue
                if position.parked:
                    self.parking.park(message, tracking)
                else:
                    self._react_or_park(message, tracking)
                return

    def _react_or_park(self, message: Message, tracking: PartitionTracking) -> None:
        try:
            self._react(message, tracking)
        except (*LOST_RACES, *OUTAGES):
            raise
        except Exception as error:
            reached = self._app.recorder.tracked_number(tracking.application_name, tracking.log_id, tracking.partition)
            if reached >= tracking.notification_id:
                return  # another replica was faster: we decided on a state that it had already changed
            if self.reactions.reads_whole_logs or not self.parking.count_failure(message.header, error):
                raise
            self.parking.park(message, tracking, error)

    def _react(self, message: Message, tracking: PartitionTracking) -> None:
        """Stores the effects and the position in one transaction; an event that leads to nothing is counted as well."""
        header = message.header
        dispatch = self.reactions.command_for(message, self._app, tracking.application_name)
        if dispatch is None:
            self._app.recorder.insert_events([], tracking=tracking)
            return
        service = Actor(f"service:{self.reactions.service}", Role.SERVICE)
        context = self._app.context(dispatch.case or header.case, service, header.id, header.correlation)
        options = CommandOptions(tracking=tracking)
        try:
            self._app.handle(dispatch.decider, dispatch.stream, dispatch.command, context, options)
        except StreamTaken:
            if dispatch.second_stream is None:
                raise
            log.critical("event %s of %s: another has its id", header.id, header.publisher)
            self._app.handle(dispatch.decider, dispatch.second_stream, dispatch.command, context, options)

    def _back_fill(self, publisher: str, log_id: UUID, partition: int, until: int) -> None:
        after = self._find_position(publisher, log_id, partition).reached
        log.info("%s %s: back-filling %d to %d from the feed", publisher, partition, after + 1, until)
        while after < until:
            missing = [
                message
                for message in self._page(publisher, log_id, partition, after)
                if self._number(message.header) <= until
            ]
            numbers = [self._number(message.header) for message in missing]
            if not missing or numbers != list(range(after + 1, after + 1 + len(missing))):
                raise GapDetected(f"the feed of {publisher} has not all that follows {after}, and {until} is expected")
            for message in missing:
                self._apply(message, publisher)
            after = numbers[-1]

    def _page(self, publisher: str, log_id: UUID, partition: int, after: int) -> list[Message]:
        """A page of the feed, of which each message may be applied. Raises PublisherHalted when one may not."""
        of = None if partition == WHOLE_LOG else partition
        try:
            page = self._feed.page(publisher, of, after)
            for message in page.events:
                check_message(message, MessageSource(publisher, page.log_id, partition=of))
        except ForeignContent as refused:
            raise self.halt(refused) from None
        if page.log_id != log_id:
            raise self._halt_for_log(
                publisher, f"its feed is of log {page.log_id}, its stream of log {log_id}", log_id, log_id
            )
        return page.events

    def _find_position(
        self, publisher: str, log_id: UUID, partition: int, case: UUID | None = None
    ) -> ConsumerPosition:
        """The position in the log that is followed: the first one that the publisher sent from, until an operator
        decides otherwise. Messages of its ancestors are passed over. Raises PublisherHalted for any other log."""
        where = {"publisher": publisher, "log_id": log_id, "partition": partition, "case": case}
        for _ in range(2):
            rows = self._app.recorder.fetch(
                "SELECT s.log_id, s.halted, %(log_id)s = ANY(s.former_logs) OR s.ancestors ? %(log_id)s::text AS left,"
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
            raise PublisherHalted(row["halted"])
        if row["left"]:
            return ConsumerPosition(END_OF_PARTITION, parked=False)
        if row["log_id"] != log_id:
            what = f"it sends from log {log_id}, and we follow {row['log_id']}"
            raise self._halt_for_log(publisher, what, log_id, row["log_id"])
        return ConsumerPosition(row["reached"], row["parked"])

    def _halt_for_log(self, publisher: str, what: str, log_id: UUID, followed: UUID) -> PublisherHalted:
        return halt(self._app.recorder, publisher, what, log_id, foreign=False, followed=followed)

    def _lock(self, publisher: str, partition: int) -> Lock:
        """One thread of a process at a time in each partition; between replicas compare-and-set decides."""
        return self._locks.setdefault((publisher, partition), Lock())

    def _partition(self, header: Header) -> int:
        return WHOLE_LOG if self.reactions.reads_whole_logs else header.partition

    def _number(self, header: Header) -> int:
        return header.position if self.reactions.reads_whole_logs else header.number
