"""Logs: one JSON object a line with the ids of the request, words at a terminal, and no text of an exception."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from pydantic import BaseModel, ValidationError

from shared.settings import LogFormat
from shared.telemetry import configure_logs
from shared.telemetry.logs import describe_exception

log = logging.getLogger("intake.example")
NAME = "Solenn Le Goff"


class Person(BaseModel):
    age: int


@pytest.fixture(autouse=True)
def root_logger() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)


def fail() -> None:
    try:
        Person.model_validate({"age": NAME})
    except ValidationError as error:
        raise RuntimeError(f"{NAME} could not be read") from error


def logged(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    (line,) = capsys.readouterr().err.splitlines()
    found: dict[str, object] = json.loads(line)
    return found


def test_a_line_is_a_json_object_with_what_is_bound(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(LogFormat.JSON)
    with structlog.contextvars.bound_contextvars(request_id="abc12345", correlation="c-1"):
        log.info("request", extra={"route": "/api/v1/requests/{id}", "status": 200, "address": "203.0.113.9"})
    found = logged(capsys)
    assert found.pop("timestamp", "").endswith("Z")  # type: ignore[attr-defined]
    assert found == {
        "event": "request",
        "level": "info",
        "logger": "intake.example",
        "request_id": "abc12345",
        "correlation": "c-1",
        "route": "/api/v1/requests/{id}",
        "status": 200,
    }


def test_an_exception_is_named_with_its_causes_and_not_quoted(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(LogFormat.JSON)
    try:
        fail()
    except RuntimeError:
        log.exception("%s failed", "POST /api/v1/requests")
    written = capsys.readouterr().err
    assert NAME not in written
    (line,) = written.splitlines()
    exception = json.loads(line)["exception"]
    assert exception.startswith("RuntimeError < telemetry/test_logs.py")
    assert "\n  after ValidationError <" in exception


def test_outside_of_development_words_at_a_terminal_hide_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    for shows_texts in (False, True):
        configure_logs(LogFormat.TEXT, shows_texts=shows_texts)
        try:
            fail()
        except RuntimeError:
            log.exception("it failed")
        written = capsys.readouterr().err
        assert "it failed" in written and "RuntimeError" in written
        assert (NAME in written) is shows_texts


def test_auto_is_json_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(LogFormat.AUTO, "WARNING")
    log.info("not shown")
    log.warning("shown")
    assert logged(capsys)["event"] == "shown"


def test_a_chain_of_causes_ends() -> None:
    error: BaseException = ValueError("first")
    for _ in range(10):
        later = ValueError("later")
        later.__cause__ = error
        error = later
    assert describe_exception((type(error), error, None)).count("after") == 4
