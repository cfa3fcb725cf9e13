"""The Prometheus instruments that each process counts in. What all processes of a service have in common (lag, outbox,
parked cases) is read from the tables when it is asked for: see `shared.health`.

Declared once and used where it happens, as a logger is. Labels have few values: words of the code, never an id."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics

disable_created_metrics()  # type: ignore[no-untyped-call]  # another series for each counter, that nobody asks for

HTTP_SECONDS = Histogram(
    "http_server_request_duration_seconds",
    "From the first byte of a request to the last of its answer, by the route's template",
    ("http_request_method", "http_route", "http_response_status_code"),
    buckets=(0.005, 0.025, 0.1, 0.25, 1.0, 2.5, 10.0),
)
PROBLEMS = Counter("dla_problems", "Problems answered over HTTP, by the slug of their type", ("slug",))
COMMANDS = Counter(
    "dla_commands",
    "Commands decided, from HTTP, NATS and deadlines alike: recorded, unchanged, refused or failed",
    ("command", "outcome"),
)
REFUSALS = Counter("dla_refusals", "Commands that the rules of the DLA refused, by slug", ("command", "slug"))
APPEND_SECONDS = Histogram(
    "dla_append_duration_seconds",
    "One append to the log: the wait for its turn, and one round trip to PostgreSQL",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5),
)
APPENDED = Counter("dla_events_appended", "Events appended to the log by this process")
MESSAGES = Counter(
    "dla_messages_received",
    "Messages that NATS delivered: applied, foreign, gap, halted, unreadable or failed (delivered again)",
    ("publisher", "outcome"),
)
SENT = Counter("dla_relay_events_sent", "Events that this relay has sent to its stream")
LEADING = Gauge("dla_relay_leading", "Whether the relay of this process leads")
RELAY_ERRORS = Counter("dla_relay_errors", "Failures of the relay of this process, by its half", ("half",))
DEADLINES_FIRED = Counter("dla_deadlines_fired", "Deadlines fired by this process", ("kind",))
DEADLINES_FAILED = Counter("dla_deadlines_failed", "Commands of deadlines that failed, to be tried again", ("kind",))
ACCESS_LOG_REFUSED = Counter(
    "dla_access_log_writes_refused", "Reads that were not answered because they could not be recorded"
)
RATE_LIMITED = Counter(
    "dla_rate_limited", "Requests refused before they were looked at, by who pays for them", ("payer", "slug")
)
