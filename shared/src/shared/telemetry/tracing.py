"""OpenTelemetry traces, off unless an endpoint is set. A trace goes from a request through the log, NATS and the next
service to the ledger; what carries it (a header of HTTP and of NATS, a table beside the log) is never part of what is
proved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, Span, SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

TRACEPARENT = "traceparent"
"""The header of W3C Trace Context, over HTTP and NATS alike."""
_PROPAGATOR = TraceContextTextMapPropagator()
_TRACER = trace.get_tracer("dla")
_OFF = nullcontext(trace.INVALID_SPAN)


class _State:
    is_on = False
    provider: Any = None


def start_tracing(endpoint: str, service: str, *, ratio: float = 1.0) -> None:
    """Sends the traces of this process to an OpenTelemetry collector over HTTP, once a process. `endpoint`: its
    address; `ratio`: of the requests that begin a trace here."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415  0.2 s, when on
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio  # noqa: PLC0415

    provider = TracerProvider(
        resource=Resource.create({"service.name": f"dla-{service}", "service.namespace": "dla"}),
        sampler=ParentBasedTraceIdRatio(ratio),
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")))
    trace.set_tracer_provider(provider)
    _State.provider, _State.is_on = provider, True


def stop_tracing() -> None:
    """Sends what is left. No span is made from here on."""
    if _State.is_on:
        _State.is_on = False
        _State.provider.shutdown()


def is_tracing() -> bool:
    return _State.is_on


@contextmanager
def _span(name: str, kind: SpanKind, parent: str | None, attributes: Mapping[str, Any]) -> Iterator[Span]:
    context = _PROPAGATOR.extract({TRACEPARENT: parent}) if parent else None
    with _TRACER.start_as_current_span(name, context, kind, attributes, record_exception=False) as span:
        yield span


def span(name: str, kind: SpanKind = SpanKind.INTERNAL, parent: str | None = None, **attributes: Any) -> Any:
    """A context manager that yields the span. `parent`: a traceparent, else the current span. `attributes`: words and
    numbers of the code, no personal value; exceptions are not recorded, as their text may hold one."""
    return _span(name, kind, parent, attributes) if _State.is_on else _OFF


def current_traceparent(of: Span | None = None) -> str | None:
    """Of the current span, or of another, where it is sampled."""
    if not _State.is_on:
        return None
    context = (of or trace.get_current_span()).get_span_context()
    if not (context.is_valid and context.trace_flags.sampled):
        return None
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier, trace.set_span_in_context(NonRecordingSpan(context), Context()))
    return carrier.get(TRACEPARENT)
