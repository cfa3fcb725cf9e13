"""Whatever somebody sends to a wrong place, no problem and no line of log says it again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.checks.planted_names import NAME, WORD, leaks
from tests.support.generated.api_surface import REQUEST
from tests.support.generated.golden_samples import service
from tests.support.histories.automatic_openings import UNIT, opened_by_itself
from tests.support.servers.served_service import Served, served

from embedded.processes.nats import Nats
from shared.kernel import PHASE_SERVICES
from shared.web.http.validation_errors import Findings
from shared.web.requests import exception_handlers


def case_of(name: str, running: Served) -> str:
    if name == "intake":
        return str(running.by("adviser", unit=UNIT).post("/api/v1/requests", REQUEST).json()["id"])
    ((case, *_),) = opened_by_itself(name, running.application).values()
    return case


@pytest.mark.parametrize("name", PHASE_SERVICES)
def test_no_problem_and_no_line_of_log_repeats_what_was_sent(
    name: str, database: Callable[..., str], nats: Nats, tmp_path: Path
) -> None:
    with served(service(name), database, nats, tmp_path) as running:
        refused, found = leaks(running, name, case_of(name, running), UNIT)
        assert found == []
        assert refused > 50


def test_what_repeats_it_is_found(
    database: Callable[..., str], nats: Nats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: once in answers, once in the log."""

    def repeating(errors: Any) -> Findings:
        exception_handlers.log.warning("refused: %s", errors[0].get("input"))
        return Findings([{"field": "body", "message": str(each.get("input"))} for each in errors], 0)

    monkeypatch.setattr(exception_handlers, "findings", repeating)
    with served(service("followup"), database, nats, tmp_path) as running:
        _, found = leaks(running, "followup", case_of("followup", running), UNIT, "/reviews")
    assert any(each.startswith("422") and WORD in each.lower() for each in found)
    assert any(each.startswith("log: refused") for each in found)
    assert WORD in NAME.lower()
