"""Which ports the stack listens on."""

import errno
import os
import random
import socket
from collections.abc import Iterable, Mapping

from embedded.errors import EmbeddedError, PortUnusableError

CANDIDATES = range(20_000, 32_000)
"""Below those which Linux and macOS give to outgoing connections: one of these could slip in between choice and use."""


def port_obstacle(port: int) -> str | None:
    """Why nothing can listen there; None where it can."""
    with socket.socket() as probe:
        # As the servers do: a port whose last connections still linger is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return "it is already taken" if error.errno == errno.EADDRINUSE else str(error.strerror)
        return None


def requested_ports(names: Iterable[str]) -> dict[str, int | None]:
    """What DLA_PORT_INTAKE, DLA_PORT_POSTGRES… say; None stands for any free port."""
    return {name: _requested_port(f"DLA_PORT_{name.upper()}") for name in names}


def choose_ports(requested: Mapping[str, int | None]) -> dict[str, int]:
    """A port for each name: the one wanted, which must be free, or else any free one."""
    given = {port for port in requested.values() if port is not None}
    others = (
        port for port in random.sample(CANDIDATES, len(CANDIDATES)) if port not in given and not port_obstacle(port)
    )
    chosen: dict[str, int] = {}
    for name, port in requested.items():
        if port is None:
            chosen[name] = next(others)
        elif why := "it is given twice" if port in chosen.values() else port_obstacle(port):
            raise PortUnusableError(name, port, why)
        else:
            chosen[name] = port
    return chosen


def _requested_port(variable: str) -> int | None:
    value = os.environ.get(variable)
    if not value:
        return None
    if not (value.isdecimal() and 0 < int(value) < 65_536):
        raise EmbeddedError(f"{variable} is “{value}”, which is no port: give a number from 1 to 65535, or unset it.")
    return int(value)
