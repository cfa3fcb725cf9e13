"""What of a case its reader is shown: the events with their bodies, the headers alone, or nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from uuid import UUID

from audit.domain import EventReceived
from audit.ownership import CASE, opens_case
from shared.access import AccessAction
from shared.contracts.registry import other_cases
from shared.eventlog import ServiceApplication
from shared.web.auth import EXISTENCE, Caller, find_hidden_cases
from shared.web.http import ProblemError


class CaseVisibility:
    """For one reader, who may ask for many cases: each is looked up once. `known`: what was decided already. `action`:
    what lets the reader see bodies, to read a case or to follow it."""

    def __init__(
        self,
        app: ServiceApplication,
        caller: Caller,
        known: Mapping[UUID, bool] | None = None,
        *,
        action: AccessAction = AccessAction.READ,
    ) -> None:
        self._app, self._caller, self._action = app, caller, action
        self._found: dict[UUID, bool | None] = dict(known or {})
        self._hidden: dict[UUID, bool] = {}

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

    def hides(self, case: UUID) -> bool:
        """Whether it is confidential or an archive, and the reader may not know of it."""
        if case not in self._hidden:
            self._hidden[case] = bool(find_hidden_cases(self._app, self._caller, [str(case)], EXISTENCE))
        return self._hidden[case]

    def _find(self, case: UUID) -> bool | None:
        received = (each.data for _, each in self._app.events_of(self._app.recorder.entries_of_case(case)))
        opening = next((each for each in received if each.publisher == "intake"), None)
        if opening is None or not opens_case(opening):
            return None
        try:
            known = self._caller.find_case(case, CASE)
        except ProblemError:
            return None  # altered: shown to nobody
        if known and known.unready:
            raise known.unready
        if self._caller.can(self._action, case, CASE):
            return True
        return False if self._caller.can(AccessAction.HEADERS, case, CASE) else None
