"""The screens of the operator's guide: how a trace becomes text, and what the page shows."""

from __future__ import annotations

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from tests.support.generated.operator_screens import PAGE, screen_of, with_screen, without_branch
from tests.support.guides.trace_waterfall import trace_lines, waterfall

from embedded.processes.nats import SERVICES
from shared.health.terminal import HEAD

MS = 1_000_000


def make_span(number: int, name: str, *, parent: int, begin_ms: int, end_ms: int) -> Span:
    return Span(
        span_id=bytes([number]),
        parent_span_id=bytes([parent]),
        name=name,
        start_time_unix_nano=(1000 + begin_ms) * MS,
        end_time_unix_nano=(1000 + end_ms) * MS,
    )


SPANS = [
    make_span(3, "receive", parent=2, begin_ms=60, end_ms=100),
    make_span(1, "POST /requests", parent=9, begin_ms=0, end_ms=50),
    make_span(2, "send", parent=1, begin_ms=40, end_ms=50),
    make_span(4, "command", parent=1, begin_ms=10, end_ms=30),
]
SENT_BY = {b"\x01": "dla-intake", b"\x02": "dla-intake", b"\x03": "dla-audit", b"\x04": "dla-intake"}


def test_a_span_stands_under_its_parent_with_its_time() -> None:
    lines = trace_lines(SPANS, SENT_BY)
    assert [(line.service, line.name, line.begin_ms, line.length_ms) for line in lines] == [
        ("intake", "POST /requests", 0, 50),
        ("intake", "  command", 10, 20),
        ("intake", "  send", 40, 10),
        ("audit", "    receive", 60, 40),
    ]
    assert "  send             40 ms   10.0 ms  " in waterfall(SPANS, SENT_BY)


def test_a_bar_begins_where_its_span_begins() -> None:
    text = waterfall(SPANS, SENT_BY).splitlines()
    assert [line.index("█") - text[1].index("█") for line in text[1:]] == [0, 2, 6, 9]


def test_a_trace_in_which_each_span_has_a_parent_is_refused() -> None:
    circle = [make_span(1, "a", parent=2, begin_ms=0, end_ms=1), make_span(2, "b", parent=1, begin_ms=0, end_ms=1)]
    with pytest.raises(ValueError, match="no span without a parent"):
        waterfall(circle, SENT_BY)


def test_a_branch_is_left_out_with_all_that_comes_of_it() -> None:
    assert {span.name for span in without_branch(SPANS, "send")} == {"POST /requests", "command"}


def test_a_screen_is_put_in_its_place_and_can_be_read_there() -> None:
    page = PAGE.read_text("utf-8")
    assert screen_of(with_screen(page, "trace", "a\n  b\n"), "trace") == "a\n  b"
    with pytest.raises(ValueError, match="no place for nothing"):
        with_screen(page, "nothing", "a")


def test_the_page_shows_every_service_well_in_the_columns_of_today() -> None:
    _, _, head, _, *rows, _ = screen_of(PAGE.read_text("utf-8"), "status").splitlines()
    assert [column.strip() for column in head.strip("┃").split("┃")] == [*HEAD]
    assert [row.strip("│").split("│")[0].strip() for row in rows] == [*SERVICES]
    assert all("● well" in row for row in rows)


@pytest.mark.parametrize(
    ("service", "span"),
    [
        ("intake", "POST /api/v1/requests/{id}/admission"),
        ("intake", "command AdmitRequest"),
        ("intake", "send request-admitted:v1"),
        ("diagnostic", "receive request-admitted:v1"),
        ("diagnostic", "command OpenDiagnosis"),
        ("audit", "receive diagnosis-opened:v1"),
        ("audit", "integrate in the ledger"),
    ],
)
def test_the_page_shows_the_way_from_the_request_to_the_ledger(service: str, span: str) -> None:
    lines = screen_of(PAGE.read_text("utf-8"), "trace").splitlines()
    assert any(line.startswith(service) and f" {span} " in line for line in lines)
