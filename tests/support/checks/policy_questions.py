"""Whether an operation asked the policy before it answered, and of which object."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest

from shared.web.auth import authorization

OF_NO_RIGHT = {
    "GET /livez",
    "GET /readyz",
    "GET /api/v1/self-checks/questions",
    "POST /api/v1/self-checks",
    "POST /api/v1/mailed-links",
    "POST /api/v1/lost-links",
    "POST /api/v1/unsubscriptions",
    "POST /api/v1/calendar-tasks",
    "GET /api/v1/me",
    "GET /api/v1/units",
    "GET /api/v1/provider-cases",
}
"""For anybody, for whoever has any right at all, or of the cases that the reader's own rights name."""
PUBLIC_ADDRESS = re.compile(r"^GET (/tlog/|/api/v1/[a-z-]+/statistics/public$)")
OBJECT_NAMED = re.compile(r"\{(id|case|unit)\}")
NAMES_A_PERSON = re.compile(r"/people/\{id\}")
"""The DPO's territory is compared with the cases that name the person, each of them, in the endpoint."""


class PolicyQuestions:
    """What the policy was asked since the last call of `take`: the object of each question, null for none."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._asked: list[UUID | None] = []
        check = authorization._check_covered

        def record(caller: Any, action: Any, case: UUID | None, kind: str | None) -> None:
            self._asked.append(case)
            check(caller, action, case, kind)

        monkeypatch.setattr(authorization, "_check_covered", record)

    def take(self) -> list[UUID | None]:
        asked, self._asked = self._asked, []
        return asked


def needs_no_question(operation: str) -> bool:
    """By "GET /path"."""
    return operation in OF_NO_RIGHT or bool(PUBLIC_ADDRESS.match(operation))


def is_answered_by(operation: str, asked: list[UUID | None]) -> bool:
    """Whether these questions are those that the operation owes: of the object, if its address names one."""
    names_an_object = OBJECT_NAMED.search(operation) and not NAMES_A_PERSON.search(operation)
    return any(case is not None for case in asked) if names_an_object else bool(asked)
