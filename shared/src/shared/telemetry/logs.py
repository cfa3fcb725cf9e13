"""Structured logs: a JSON object a line in a container, and words at a terminal. They hold no personal value.

The code logs with the standard library; here its records get their form, with what is bound to the request or the
message that is handled: `request_id`, `correlation`, `trace_id`."""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog
from opentelemetry import trace

from shared.settings import LogFormat

bound_to_logs = structlog.contextvars.bound_contextvars
"""A context manager: what it is given stands in every line that is logged meanwhile, in this thread or request."""
MAX_CAUSES = 5
FIELDS = ("method", "route", "status", "ms")
"""What records may add to their text; anything else of them is left out."""


class StandardError:
    """`sys.stderr` as it is when a line is written: whoever replaces it for a while may have closed it since."""

    def write(self, text: str) -> None:
        sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def configure_logs(log_format: LogFormat = LogFormat.AUTO, level: str = "INFO", *, shows_texts: bool = False) -> None:
    """Gives all logs of this process their form. `auto`: words at a terminal, else JSON.

    `shows_texts`: exceptions with their own text, which may repeat what a person wrote; in development alone."""
    as_text = log_format is LogFormat.TEXT or (log_format is LogFormat.AUTO and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(allow=FIELDS),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_trace,
    ]
    if not (as_text and shows_texts):
        shared.append(structlog.processors.ExceptionRenderer(describe_exception))
    last: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
        if as_text
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = logging.StreamHandler(StandardError())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last]
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)


def add_trace(_logger: Any, _method: str, record: structlog.typing.EventDict) -> structlog.typing.EventDict:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        record["trace_id"] = f"{context.trace_id:032x}"
    return record


ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def describe_exception(exc_info: ExceptionInfo) -> str:
    return describe_error(exc_info[1])


def describe_error(error: BaseException) -> str:
    """Types and places, of the error and of its causes. Not their texts: an error of validation repeats what it was
    given, and one of the database the row."""
    lines = []
    for _ in range(MAX_CAUSES):
        lines.append(_describe(error))
        cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if cause is None:
            break
        error = cause
    return "\n  after ".join(lines)


def _describe(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
    return " < ".join([type(error).__qualname__, *reversed(places)])


def _short(filename: str) -> str:
    """From the package on: `shared/eventlog/log.py`."""
    parts = Path(filename).parts
    for root in ("site-packages", "src"):
        if root in parts:
            return "/".join(parts[len(parts) - 1 - parts[::-1].index(root) + 1 :])
    return "/".join(parts[-2:])
