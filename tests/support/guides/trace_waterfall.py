"""A trace as text: each span under its parent, with the service, when it began and how long it took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from opentelemetry.proto.trace.v1.trace_pb2 import Span

BAR_COLUMNS = 16


@dataclass(frozen=True)
class Line:
    service: str
    name: str
    begin_ms: float
    length_ms: float


def waterfall(spans: Sequence[Span], services: Mapping[bytes, str]) -> str:
    """Of the spans of one trace. `services`: by the id of a span. ValueError without a span that has no parent here."""
    lines = trace_lines(spans, services)
    end = max(line.begin_ms + line.length_ms for line in lines)
    service_width = max(len(line.service) for line in lines)
    name_width = max(len(line.name) for line in lines)
    head = f"{'service':{service_width}}  {'span':{name_width}}  {'from':>8}  {'for':>8}"
    return "\n".join(
        [
            head,
            *(
                f"{line.service:{service_width}}  {line.name:{name_width}}"
                f"  {line.begin_ms:5.0f} ms  {line.length_ms:5.1f} ms  {_bar(line, end)}".rstrip()
                for line in lines
            ),
        ]
    )


def trace_lines(spans: Sequence[Span], services: Mapping[bytes, str]) -> list[Line]:
    """Parents before their children, children by their begin."""
    ids = {span.span_id for span in spans}
    children: dict[bytes, list[Span]] = {}
    for span in sorted(spans, key=lambda span: span.start_time_unix_nano):
        children.setdefault(span.parent_span_id if span.parent_span_id in ids else b"", []).append(span)
    if b"" not in children:
        raise ValueError("no span without a parent")
    zero, lines = children[b""][0].start_time_unix_nano, list[Line]()

    def add(span: Span, depth: int) -> None:
        begin, length = span.start_time_unix_nano - zero, span.end_time_unix_nano - span.start_time_unix_nano
        name = "  " * depth + span.name
        service = services[span.span_id].removeprefix("dla-")
        lines.append(Line(service, name, begin_ms=begin / 1e6, length_ms=length / 1e6))
        for child in children.get(span.span_id, ()):
            add(child, depth + 1)

    for root in children[b""]:
        add(root, 0)
    return lines


def _bar(line: Line, end_ms: float) -> str:
    begin = round(line.begin_ms / end_ms * (BAR_COLUMNS - 1))
    return " " * begin + "█" * max(1, round(line.length_ms / end_ms * BAR_COLUMNS))
