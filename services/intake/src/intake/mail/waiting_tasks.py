"""What waits for one person in the services of all phases, as « Aujourd’hui » shows it: intake's own caseload, and
those of the others by the token of the deployment's services. No name is read."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import httpx
import msgspec

from intake.domain.mail_preferences import TaskCounts
from shared.eventlog import ServiceApplication
from shared.kernel import PHASE_SERVICES, Right, Role, describe_error
from shared.messaging import ServiceToken
from shared.messaging.service_token import TokenUnavailable
from shared.queries import Caseload, fetch_caseload
from shared.queries.caseload import CaseloadQuery
from shared.temporal import PRESENT

log = logging.getLogger(__name__)
SOON = timedelta(days=7)
PAGE_TASKS = 200
TIMEOUT_SECONDS = 10.0
OWN = "intake"


class WaitingTask(msgspec.Struct, frozen=True):
    """`id`: the same in its service for as long as the task waits. `due_on`: a day, in Paris."""

    id: str
    case: str
    what: str
    label: str
    due_on: date
    service: str = OWN


class _Page(msgspec.Struct, frozen=True):
    items: list[WaitingTask]
    next: str | None


_decode_page = msgspec.json.Decoder(_Page).decode


@dataclass(frozen=True, slots=True)
class FoundTasks:
    """`tasks`: by the day they are due. `missing`: the services that did not answer."""

    tasks: tuple[WaitingTask, ...]
    missing: tuple[str, ...]

    def count(self, today: date) -> TaskCounts:
        due = [task.due_on for task in self.tasks]
        return TaskCounts(
            late=sum(day < today for day in due),
            due_today=sum(day == today for day in due),
            due_soon=sum(today < day <= today + SOON for day in due),
            missing=self.missing,
        )


@dataclass(frozen=True, slots=True)
class WaitingTasks:
    """`addresses`: of the services by name. `caseload`: intake's own. `trusted`: the TLS verification."""

    caseload: Caseload
    addresses: Mapping[str, str]
    token: ServiceToken
    trusted: ssl.SSLContext | bool = True
    transport: httpx.BaseTransport | None = field(default=None)
    """Replaces the network, for tests."""

    def find(
        self,
        app: ServiceApplication,
        identity: str,
        rights: Iterable[Right],
        *,
        until: date,
        without: Collection[str] = (),
    ) -> FoundTasks:
        """The tasks of an adviser, and those of the unit of a manager or a regional DLA, due by a day. `without`:
        services that are not asked, as if they did not answer."""
        found: dict[str, WaitingTask] = {}
        missing = []
        whose = list(dict.fromkeys(_whose_tasks(identity, rights)))
        with httpx.Client(
            timeout=TIMEOUT_SECONDS, trust_env=False, verify=self.trusted, transport=self.transport
        ) as http:
            for service in PHASE_SERVICES if whose else ():
                if service in without or service not in {OWN, *self.addresses}:
                    missing.append(service)
                    continue
                try:
                    for name, value in whose:
                        tasks = self._ask(http, app, service, {name: value, "until": until.isoformat()})
                        found |= {f"{service}/{task.id}": task for task in tasks}
                except (httpx.HTTPError, msgspec.MsgspecError, TokenUnavailable) as error:
                    log.warning("no tasks of %s: %s", service, describe_error(error))
                    missing.append(service)
        tasks = sorted(found.values(), key=lambda task: (task.due_on, task.id))
        return FoundTasks(tuple(tasks), tuple(missing))

    def _ask(
        self, http: httpx.Client, app: ServiceApplication, service: str, filters: Mapping[str, str]
    ) -> Iterable[WaitingTask]:
        if service == OWN:
            return self._own(app, filters)
        return self._of_another(http, service, filters)

    def _of_another(self, http: httpx.Client, service: str, filters: Mapping[str, str]) -> Iterator[WaitingTask]:
        """All pages. Raises httpx.HTTPError, msgspec.MsgspecError or TokenUnavailable."""
        address = f"{self.addresses[service].rstrip('/')}/api/v1/caseload"
        after: dict[str, str] = {}
        while True:
            headers = {"Authorization": f"Bearer {self.token.value()}"}
            response = http.get(address, params={**filters, "limit": PAGE_TASKS, **after}, headers=headers)
            page = _decode_page(response.raise_for_status().content)
            yield from (msgspec.structs.replace(task, service=service) for task in page.items)
            if page.next is None:
                return
            after = {"after": page.next}

    def _own(self, app: ServiceApplication, filters: Mapping[str, str]) -> Iterator[WaitingTask]:
        after = None
        while True:
            query = CaseloadQuery(
                None,
                adviser=filters.get("adviser"),
                unit=filters.get("unit"),
                until=date.fromisoformat(filters["until"]),
                after=after,
                limit=PAGE_TASKS,
            )
            page = fetch_caseload(app, self.caseload, query, PRESENT)
            for row in page.rows:
                label = self.caseload.task_kinds[row["what"]].label
                yield WaitingTask(row["key"], row["case"], row["what"], label, date.fromisoformat(row["due_on"]))
            if (after := page.next) is None:
                return


def _whose_tasks(identity: str, rights: Iterable[Right]) -> Iterator[tuple[str, str]]:
    """The filters of a caseload, one pair for each of the person's rights."""
    for right in rights:
        if right.role is Role.ADVISER:
            yield "adviser", identity
        elif right.role in (Role.MANAGER, Role.REGIONAL) and right.unit:
            yield "unit", right.unit
