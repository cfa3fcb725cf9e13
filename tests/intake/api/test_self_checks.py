"""The self-check over HTTP: no token, nothing stored."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.servers.served_service import Serve, Served

from intake.main import service


@pytest.fixture
def intake(serve: Serve) -> Served:
    return serve(service)


def test_anybody_may_ask_and_nothing_is_kept(intake: Served) -> None:
    anybody = intake.anonymous()
    questions = anybody.get("/api/v1/self-checks/questions").json()
    answer = anybody.post("/api/v1/self-checks", {"answers": {questions[0]["code"]: questions[0]["alarming"]}})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["pressing"], len(answer.json()["signals"])) == (True, 1)
    assert anybody.post("/api/v1/self-checks", {"name": "Maëlle"}).status_code == 422
    application: Any = intake.http.app.state.application  # type: ignore[attr-defined]
    for table in ("{events}", "{schema}.handled_commands", "{schema}.data_keys"):
        assert application.recorder.fetch(f"SELECT count(*) AS n FROM {table}")[0]["n"] == 0
