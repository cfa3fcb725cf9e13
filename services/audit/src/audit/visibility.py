"""What of a case its reader is shown: the events with their bodies, the headers alone, or nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from uuid import UUID

import httpx

from audit.domain import EventReceived
from shared.access import AccessAction
from shared.contracts.registry import other_cases
from shared.eventlog import ServiceApplication
from shared.web.auth import Caller
from shared.web.http import ProblemError

CASE_OPENINGS = frozenset({"request-received", "linked-request-opened", "transfer-received"})
"""The events of intake that open a case. Nothing else is one: not the register, a sheet, a fund."""


class CaseVisibility:
    """For one reader, who may ask for many cases: each is looked up once. `known`: what was decided already."""

    def __init__(self, app: ServiceApplication, caller: Caller, known: Mapping[UUID, bool] | None = None) -> None:
        self._app, self._caller = app, caller
        self._found: dict[UUID, bool | None] = dict(known or {})

    def shows_bodies(self, case: UUID) -> bool | None:
        """Whether the bodies of the case are shown, or its headers alone; null when nothing of it is, or it is no case.

        Raises ProblemError 503 while the ledger has not committed to the case."""
        if case not in self._found:
            self._found[case] = self._find(case)
        return self._found[case]

    def shows_body(self, received: EventReceived) -> bool:
        """Whether the reader of an event's case sees its body: one that names another case is for those who may know of
        that one too. The id of a case of which nothing was received yet reveals nothing."""
        body = None if received.body is None else json.loads(received.body)
        named = other_cases(received.publisher, received.contract, body)
        return all(self.shows_bodies(case) is not None for case in named if self._app.recorder.entries_of_case(case))

    def _find(self, case: UUID) -> bool | None:
        received = (each.data for _, each in self._app.events_of(self._app.recorder.entries_of_case(case)))
        opening = next((each.event for each in received if each.publisher == "intake"), None)
        if opening not in CASE_OPENINGS:
            return None
        try:
            if self._caller.can(AccessAction.READ, case):
                return True
            return False if self._caller.can(AccessAction.HEADERS, case) else None
        except ProblemError as refusal:
            if refusal.status_code == httpx.codes.SERVICE_UNAVAILABLE:
                raise
            return None  # altered: shown to nobody
