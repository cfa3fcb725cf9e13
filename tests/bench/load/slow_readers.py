"""People who ask for much and read a byte a second: colleagues are answered meanwhile, and the slow are cut off."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack, suppress
from urllib.parse import urlsplit

import httpx
from bench_servers import BenchServers
from measurement import Row, Unit, compare, quantile

from embedded.processes.resources import resident_mebibytes, threads

READERS, PIPELINED = 40, 400
RECEIVE_BUFFER_BYTES = 4096
FULL_SECONDS, QUICK_SECONDS = 75.0, 2.0
"""Longer than the service waits for a reader that stands still."""
MILLISECONDS = 1e3


def rows(servers: BenchServers, intake: str, is_quick: bool) -> list[Row]:
    seconds, pid = QUICK_SECONDS if is_quick else FULL_SECONDS, servers.pids["intake"]
    headers = {"Authorization": f"Bearer {servers.token(2)}"}
    with httpx.Client(base_url=intake, headers=headers, trust_env=False, timeout=30) as http, ExitStack() as closing:
        quiet = _times(http, max(1.0, seconds / 10))
        before = resident_mebibytes(pid), threads(pid)
        readers = [closing.enter_context(_slow_reader(servers, intake, nth)) for nth in range(READERS)]
        times, end = list[float](), time.monotonic() + seconds
        while time.monotonic() < end:
            times += _times(http, 1.0)
            for each in readers:
                _read_a_byte(each)
        left = sum(map(_is_open, readers))
        print(
            f"  {READERS} slow readers: {left} still connected after {seconds:.0f} s; {before[0]:.0f} MiB and"
            f" {before[1]} threads before, {resident_mebibytes(pid):.0f} and {threads(pid)} after"
        )
        if left and not is_quick:
            raise RuntimeError(f"{left} of {READERS} slow readers hold their connection after {seconds:.0f} s")
    return [
        compare(
            "load",
            f"p99 beside {READERS} slow readers",
            Unit.MILLISECONDS,
            ours=[quantile(times, 0.99) * MILLISECONDS],
            floor=("in quiet", [quantile(quiet, 0.99) * MILLISECONDS]),
        )
    ]


def _slow_reader(servers: BenchServers, address: str, nth: int) -> socket.socket:
    """It asks for more than the kernel's buffers take: for what they take, nobody waits."""
    where = urlsplit(address)
    token = servers.issuer.mint("adviser", subject=f"slow-{nth}", unit="dla-44")
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    connection.bind((f"127.0.2.{nth // 10 + 1}", 0))
    connection.connect((where.hostname, where.port))
    asked = f"GET /openapi.json HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {token}\r\n\r\n"
    connection.setblocking(False)
    with suppress(BlockingIOError):  # the service reads no more while nobody reads what it answered: enough
        connection.send(asked.encode() * PIPELINED)
    return connection


def _read_a_byte(connection: socket.socket) -> None:
    with suppress(BlockingIOError, ConnectionError):  # nothing yet, or cut off: `_is_open` looks
        connection.recv(1)


def _is_open(connection: socket.socket) -> bool:
    """Of a connection that was cut, what has arrived may still be read: sending finds out."""
    try:
        connection.send(b"G")
        time.sleep(0.01)
        connection.send(b"E")
    except BlockingIOError:
        return True
    except ConnectionError:
        return False
    return True


def _times(http: httpx.Client, seconds: float) -> list[float]:
    times, end = list[float](), time.perf_counter() + seconds
    while time.perf_counter() < end:
        begin = time.perf_counter()
        http.get("/api/v1/requests?limit=20").raise_for_status()
        times.append(time.perf_counter() - begin)
        time.sleep(0.1)  # a colleague, not a crowd
    return times
