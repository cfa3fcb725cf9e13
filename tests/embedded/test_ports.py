"""Free ports unless some are asked for, and a name on the one that is taken."""

import socket

import pytest

from embedded.errors import EmbeddedError, PortUnusableError
from embedded.processes import ports


def test_each_gets_a_port_of_its_own() -> None:
    chosen = ports.choose_ports(dict.fromkeys(["postgres", "nats", "intake"]))
    assert len(set(chosen.values())) == 3
    assert all(ports.port_obstacle(port) is None for port in chosen.values())


def test_the_port_asked_for_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    [free] = ports.choose_ports({"intake": None}).values()
    monkeypatch.setenv("DLA_PORT_INTAKE", str(free))
    assert ports.choose_ports(ports.requested_ports(["intake", "audit"]))["intake"] == free


def test_a_taken_port_is_refused_by_name() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(
            PortUnusableError, match=f"Port {port} .*wanted for intake, .*already taken.*DLA_PORT_INTAKE"
        ):
            ports.choose_ports({"audit": None, "intake": port})


def test_one_port_is_not_given_twice() -> None:
    [free] = ports.choose_ports({"intake": None}).values()
    with pytest.raises(PortUnusableError, match=r"wanted for audit, .*given twice"):
        ports.choose_ports({"intake": free, "audit": free})


@pytest.mark.parametrize("value", ["http", "0", "65536", "-1", "80.5"])
def test_what_is_no_port_is_refused(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("DLA_PORT_NATS", value)
    with pytest.raises(EmbeddedError, match=f"DLA_PORT_NATS is “{value}”, which is no port"):
        ports.requested_ports(["nats"])
