"""How does the library reach PostgreSQL? As its URL says, whole: TLS, sockets and whatever else libpq knows."""

from __future__ import annotations

from eventsourcing.postgres import PostgresFactory
from eventsourcing.utils import Environment, EnvType, get_topic
from psycopg.conninfo import conninfo_to_dict

from shared.eventlog.recorder import LogRecorder

URL = "POSTGRES_URL"
ASKED_FOR = ("dbname", "host", "port", "user", "password")


class LogFactory(PostgresFactory):
    """The library's own takes five settings apart from each other, and would leave out `sslmode`."""

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        url, kwargs = self.env.get(URL), self.datastore.pool.kwargs
        assert url is not None and isinstance(kwargs, dict), "our own settings, and nothing connected yet"
        kwargs |= dict.fromkeys(ASKED_FOR) | conninfo_to_dict(url)


def reached_by(url: str) -> dict[str, str]:
    """Settings of the library: those that it asks for stand in the URL."""
    return {URL: url} | {f"POSTGRES_{setting.upper()}": "" for setting in ASKED_FOR}


def environment(url: str, pool_size: int) -> dict[str, str]:
    """The library's own settings. Its insert function is never enabled: it takes no lock and drops the tracking."""
    return {
        "PERSISTENCE_MODULE": get_topic(LogFactory),
        "APPLICATION_RECORDER_TOPIC": get_topic(LogRecorder),
        "CREATE_TABLE": "no",
        **reached_by(url),
        "POSTGRES_POOL_SIZE": "2",
        "POSTGRES_MAX_OVERFLOW": str(pool_size - 2),
        "POSTGRES_MAX_WAITING": "0",
        "POSTGRES_CONNECT_TIMEOUT": "3",
        "POSTGRES_ENABLE_DB_FUNCTIONS": "no",
    }
