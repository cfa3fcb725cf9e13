"""What is measured of a service as a whole, from its tables: the names, help and labels of the Prometheus gauges.

Every process of a service gives the same values, so alerts take the largest: `max by (service, …)`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Gauge:
    """A gauge and its labels; called with a value, a measure."""

    name: str
    help: str
    labels: tuple[str, ...] = ()

    def __call__(self, value: float, *labels: str) -> GaugeValue:
        if len(labels) != len(self.labels):
            raise ValueError(f"{self.name} has the labels {self.labels}, and {labels} was given")
        return GaugeValue(self, float(value), labels=labels)


@dataclass(frozen=True, slots=True)
class GaugeValue:
    gauge: Gauge
    value: float
    labels: tuple[str, ...] = ()


LOG_POSITION = Gauge("dla_log_position", "Last position of the log")
RELAY_UP = Gauge("dla_relay_up", "Whether a relay leads, and sends")
RELAY_REPORT_AGE = Gauge("dla_relay_report_age_seconds", "Since the leading relay last reported")
OUTBOX_EVENTS = Gauge("dla_outbox_events", "Events of the log that are not known to be in the stream")
OUTBOX_AGE = Gauge("dla_outbox_age_seconds", "Age of the oldest of them; 0 without any")
LAG = Gauge(
    "dla_lag_seconds",
    "Since the instant up to which all that the publisher recorded is known to be received: a few seconds at rest",
    labels=("publisher",),
)
ANNOUNCEMENT_AGE = Gauge(
    "dla_announcement_age_seconds", "Since the publisher last announced its log", labels=("publisher",)
)
HALTED = Gauge(
    "dla_publisher_halted",
    "Whether nothing more of the publisher is applied until someone decides",
    labels=("publisher",),
)
PARKED_CASES = Gauge("dla_parked_cases", "Cases with parked events", labels=("publisher",))
PARKED_EVENTS = Gauge("dla_parked_events", "Parked events, with those that wait behind", labels=("publisher",))
PARKED_AGE = Gauge("dla_parked_age_seconds", "Since the oldest was parked", labels=("publisher",))
PROJECTION_EVENTS = Gauge(
    "dla_projection_lag_events", "Events that the projection has not folded", labels=("projection",)
)
PROJECTION_LAG = Gauge("dla_projection_lag_seconds", "Age of the oldest of them; 0 without any", labels=("projection",))
DEADLINES_LATE = Gauge("dla_deadlines_late", "Deadlines that are due and were not tried")
DEADLINE_AGE = Gauge("dla_deadline_late_seconds", "Since the oldest of them was due; 0 without any")
DEADLINES_FAILING = Gauge("dla_deadlines_failing", "Deadlines whose command fails, to be tried again")
PART_UP = Gauge("dla_part_up", "Whether a part runs in some process, without error", labels=("part",))
PART_AGE = Gauge(
    "dla_part_report_age_seconds", "Since some process last reported that the part works", labels=("part",)
)

GAUGES = (
    LOG_POSITION,
    RELAY_UP,
    RELAY_REPORT_AGE,
    OUTBOX_EVENTS,
    OUTBOX_AGE,
    LAG,
    ANNOUNCEMENT_AGE,
    HALTED,
    PARKED_CASES,
    PARKED_EVENTS,
    PARKED_AGE,
    PROJECTION_EVENTS,
    PROJECTION_LAG,
    DEADLINES_LATE,
    DEADLINE_AGE,
    DEADLINES_FAILING,
    PART_UP,
    PART_AGE,
)
"""Those of every service."""
