"""Connection settings: the library reaches PostgreSQL by our URL, whole (TLS, sockets, all that libpq knows)."""

from __future__ import annotations

import msgspec
from eventsourcing.postgres import PostgresFactory
from eventsourcing.utils import Environment, EnvType, get_topic
from psycopg import adapters
from psycopg.adapt import AdaptersMap
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.types.json import set_json_loads

from shared.eventlog.storage.recorder import LogRecorder

URL = "POSTGRES_URL"
MIN_CONNECTIONS = 2
"""Of the pool, also when nothing is asked: the others are opened when needed, and closed after ten idle minutes."""
REQUIRED_SETTINGS = ("dbname", "host", "port", "user", "password")
TIME_LIMITS = {
    "connect_timeout": 3,
    "keepalives_idle": 3,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 5000,
}
"""In seconds, the last in milliseconds, as libpq takes them. A connection whose other end is gone without a word (a
pulled cable, a firewall that forgot it) ends within six seconds, and its request with it."""


ADAPTERS = AdaptersMap(adapters)
"""How values of PostgreSQL are read: JSON by msgspec, in a quarter of the time; a page of a list is fifty documents."""
set_json_loads(msgspec.json.decode, ADAPTERS)


class LogFactory(PostgresFactory):
    """The library's factory with the connection parameters of a URL. Its own five settings cannot say `sslmode`. To be
    dropped once the library accepts a URL."""

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        url, kwargs = self.env.get(URL), self.datastore.pool.kwargs
        assert url is not None and isinstance(kwargs, dict), "the settings are ours, and nothing is connected yet"
        kwargs |= dict.fromkeys(REQUIRED_SETTINGS) | conninfo_to_dict(url)
        kwargs |= {"client_encoding": "UTF8", "context": ADAPTERS}


def with_time_limits(url: str, connection_name: str = "") -> str:
    """What the URL says of the time limits and of the name stays. `connection_name`: who is connected, for people who
    look into `pg_stat_activity`."""
    given, named = conninfo_to_dict(url), {"application_name": connection_name} if connection_name else {}
    return make_conninfo(url, **{name: value for name, value in (TIME_LIMITS | named).items() if name not in given})


def url_settings(url: str) -> dict[str, str]:
    """The library requires host, port, user, password and database: they are blank, and the URL replaces them."""
    return {URL: url} | {f"POSTGRES_{setting.upper()}": "" for setting in REQUIRED_SETTINGS}


def environment(url: str, pool_size: int) -> dict[str, str]:
    """The library's settings. Its insert function stays disabled: it takes no lock and drops the tracking."""
    return {
        "PERSISTENCE_MODULE": get_topic(LogFactory),
        "APPLICATION_RECORDER_TOPIC": get_topic(LogRecorder),
        "CREATE_TABLE": "no",
        **url_settings(url),
        "POSTGRES_POOL_SIZE": str(MIN_CONNECTIONS),
        "POSTGRES_MAX_OVERFLOW": str(pool_size - MIN_CONNECTIONS),
        "POSTGRES_MAX_WAITING": "0",
        "POSTGRES_CONNECT_TIMEOUT": "3",
        "POSTGRES_ENABLE_DB_FUNCTIONS": "no",
    }
