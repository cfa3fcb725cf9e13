"""Connections to PostgreSQL: what one process may hold, all processes of a service together, and what its role may.

Each connection carries, as `application_name`, which process holds it and how many it may hold: so a program that
starts can add up what runs already, on whatever machine."""

from __future__ import annotations

import logging
import os
import re
import socket
from dataclasses import dataclass

from shared.eventlog import ServiceApplication
from shared.runtime.process_role import ProcessRole
from shared.settings import Misconfigured, Settings

RELAY_POOL, LEASE = 3, 1
"""A relay reads one batch at a time. Its lease is held on a connection outside of the pool."""
NAME = re.compile(r"dla-[a-z]+ (?P<role>api|work|relay|all) (?P<most>\d+) (?P<process>\S+)")
MAX_HOST_LETTERS = 24
"""PostgreSQL cuts an application name after 63 bytes."""
log = logging.getLogger(__name__)

_LIMIT = (
    "SELECT least(nullif(r.rolconnlimit, -1), nullif(d.datconnlimit, -1),"
    " current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int"
    " - current_setting('reserved_connections')::int) AS connections, r.rolname AS role"
    " FROM pg_roles r, pg_database d WHERE r.rolname = current_user AND d.datname = current_database()"
)
_HOLDERS = "SELECT DISTINCT application_name AS name FROM pg_stat_activity WHERE usename = current_user"


def pool_size(role: ProcessRole, settings: Settings) -> int:
    """Connections in the pool of one process."""
    return min(settings.database_pool, RELAY_POOL) if role is ProcessRole.RELAY else settings.database_pool


def connections_of(role: ProcessRole, settings: Settings) -> int:
    """Connections that one process may hold."""
    leases = LEASE if role in (ProcessRole.ALL, ProcessRole.RELAY) else 0
    return pool_size(role, settings) + leases


def connection_name(service: str, role: ProcessRole, settings: Settings) -> str:
    """The `application_name` of the connections of this process."""
    process = f"{socket.gethostname()[:MAX_HOST_LETTERS]}.{os.getpid()}"
    return f"dla-{service} {role} {connections_of(role, settings)} {process}"


@dataclass(frozen=True, slots=True)
class ConnectionBudget:
    """`limit`: of the role that serves. `holders`: what each process that is connected may hold, by role and
    process."""

    role: str
    limit: int
    holders: dict[tuple[str, str], int]

    @property
    def total(self) -> int:
        return sum(self.holders.values())


def read_budget(app: ServiceApplication) -> ConnectionBudget:
    (row,) = app.recorder.fetch(_LIMIT)
    named = [NAME.fullmatch(each["name"] or "") for each in app.recorder.fetch(_HOLDERS)]
    holders = {(found["role"], found["process"]): int(found["most"]) for found in named if found}
    return ConnectionBudget(row["role"], row["connections"], holders=holders)


def check_connections(app: ServiceApplication, settings: Settings, role: ProcessRole, processes: int) -> None:
    """Warns when all processes of the service together may hold more than its role may: some then wait.

    `processes`: of this program. Raises Misconfigured when this program alone may hold more."""
    budget, each = read_budget(app), connections_of(role, settings)
    if (own := processes * each) > budget.limit:
        raise Misconfigured(
            [
                f"DLA_DATABASE_POOL={settings.database_pool} lets this program hold {own} connections"
                f" ({processes} × {each}), and PostgreSQL gives {budget.role} {budget.limit}: lower DLA_DATABASE_POOL"
                " or --workers, or raise the role's CONNECTION LIMIT and max_connections"
            ]
        )
    if budget.total > budget.limit:
        parts = [f"{most} of {role} {process}" for (role, process), most in sorted(budget.holders.items())]
        log.warning(
            "the processes of %s may hold %d connections, and PostgreSQL gives %s %d: under load some will wait."
            " Lower DLA_DATABASE_POOL, or raise the role's CONNECTION LIMIT. Counted: %s",
            app.service,
            budget.total,
            budget.role,
            budget.limit,
            ", ".join(parts),
        )
