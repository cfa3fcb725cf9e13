"""What a publisher's relay announces: the high-water mark of its log, outside of the stream, and how often."""

from __future__ import annotations

from shared.eventlog import PARTITIONS, ServiceApplication
from shared.messaging.wire import HighWaterMark
from shared.temporal import closed_timestamp

BUSY_SECONDS, IDLE_SECONDS = 2.0, 5.0
"""Between two announcements. The longer one once two in a row have said the same: by then a receiver knows what it
lacks, and without new events no further one can tell it more than that the relay lives."""


class Announcer:
    """Decides when the relay compares the stream and announces. Not for several threads at once."""

    def __init__(self, app: ServiceApplication) -> None:
        self._app = app
        self._position = -1
        self._is_repeated = False

    @property
    def interval_seconds(self) -> float:
        return IDLE_SECONDS if self._is_repeated else BUSY_SECONDS

    def note_sent(self) -> None:
        """Events were sent: they are announced without delay, and once more."""
        self._is_repeated = False

    def read_mark(self) -> HighWaterMark:
        """The mark to announce now. Raises the errors of the database."""
        mark = read_high_water_mark(self._app)
        self._is_repeated, self._position = mark.position == self._position, mark.position
        return mark


def read_high_water_mark(app: ServiceApplication) -> HighWaterMark:
    until = closed_timestamp(app)  # before the last position is read
    (row,) = app.recorder.fetch(
        "SELECT log_id, ancestors, coalesce((SELECT max(position) FROM {events}), 0) AS position, ARRAY("
        "SELECT coalesce((SELECT max(number) FROM {events} WHERE partition = p), 0)"
        " FROM generate_series(0, %s) p ORDER BY p) AS numbers FROM {schema}.log_identity",
        (PARTITIONS - 1,),
    )
    return HighWaterMark(
        publisher=app.service,
        log_id=row["log_id"],
        position=row["position"],
        numbers=row["numbers"],
        until=until,
        ancestors=row["ancestors"],
    )
