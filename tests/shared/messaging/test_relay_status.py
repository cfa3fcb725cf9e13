"""What a health check says of the relay, from what the leading one last reported."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import pytest
from tests.support.samples.sample_services import desk_at

from shared.health.faults import relay_faults
from shared.messaging import find_relay_status
from shared.messaging.relay_status import record_relay_status


@pytest.mark.parametrize(
    ("ago", "silent"), [("0 seconds", False), ("1 minute", True), ("-1 hour", True)], ids=["now", "long ago", "later"]
)
def test_a_report_counts_for_half_a_minute_and_not_from_before_the_clock_was_set_back(
    ago: str, silent: bool, database: Callable[..., str]
) -> None:
    desk = desk_at(database("desk"), "desk")
    with closing(desk.app) as app:
        app.create_tables()
        record_relay_status(app, 0, None)
        app.recorder.fetch("UPDATE {schema}.relay_status SET reported_at = clock_timestamp() - %s::interval", (ago,))
        assert bool(find_relay_status(app).error) is silent


def test_a_relay_that_failed_and_then_stopped_is_one_that_stopped(database: Callable[..., str]) -> None:
    desk = desk_at(database("desk"), "desk")
    with closing(desk.app) as app:
        app.create_tables()
        record_relay_status(app, 0, "StreamMissing: desk")
        app.recorder.fetch("UPDATE {schema}.relay_status SET reported_at = clock_timestamp() - interval '1 minute'")
        error = find_relay_status(app).error
        assert [each.fault for each in relay_faults(error, unsent=0, unsent_age=0.0)] == ["relay-stopped"]
        assert error is not None and error.endswith("the last error of one was StreamMissing: desk")
