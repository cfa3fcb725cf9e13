"""`serve --workers`: several processes on one port, which start, end and come back together."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from tests.support.samples.sample_services import eventually
from typer.testing import CliRunner

from embedded.processes import ports
from intake.main import cli
from shared.runtime.worker_processes import listen

ROOT = Path(__file__).parents[3]
PROGRAM = ROOT / "tests" / "support" / "processes" / "worker_program.py"


class Program:
    def __init__(self, **environment: str) -> None:
        self.port = ports.choose_ports({"workers": None})["workers"]
        command = [sys.executable, str(PROGRAM), str(self.port)]
        self.process = subprocess.Popen(command, env=os.environ | environment)

    def ask(self, path: str = "/") -> tuple[int, int]:
        """The process that answered, and how many slow requests it has under way."""
        answer = httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=20, trust_env=False)
        pid, under_way = answer.text.split()
        return int(pid), int(under_way)

    def workers(self) -> set[int]:
        """Those that answer now: of 40 connections each gets some."""
        try:
            return {self.ask()[0] for _ in range(40)}
        except httpx.TransportError:
            return set()


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def program() -> Iterator[Program]:
    program = Program()
    try:
        eventually(lambda: len(program.workers()) == 2)
        yield program
    finally:
        program.process.kill()
        program.process.wait()


def test_both_answer_on_one_port_and_one_that_dies_is_replaced(program: Program) -> None:
    first, other = sorted(program.workers())
    os.kill(first, signal.SIGKILL)
    eventually(lambda: len(program.workers() - {first}) == 2)
    assert other in program.workers()
    assert program.process.poll() is None


def test_sigterm_ends_all_once_they_have_answered(program: Program) -> None:
    workers = program.workers()
    with ThreadPoolExecutor() as callers:
        slow = [callers.submit(program.ask, "/slow") for _ in range(6)]
        eventually(lambda: sum(dict(program.ask() for _ in range(20)).values()) == 6)
        program.process.send_signal(signal.SIGTERM)
        assert {each.result()[0] for each in slow} <= workers
    assert program.process.wait(timeout=20) == 0
    assert not any(map(is_running, workers))


def test_workers_end_with_a_parent_that_was_killed(program: Program) -> None:
    workers = program.workers()
    program.process.kill()
    eventually(lambda: not any(map(is_running, workers)))


def test_a_process_that_starting_again_cannot_help_ends_them_all() -> None:
    assert Program(ENDS_WITH="2").process.wait(timeout=20) == 2


def test_several_workers_are_for_the_role_api_alone() -> None:
    result = CliRunner().invoke(cli, ["serve", "--role", "work", "--workers", "2"])
    assert result.exit_code == 2
    assert "--role api" in result.output


def test_each_process_has_a_place_and_its_successor_takes_it(program: Program) -> None:
    """Its metrics are served on the port of its place."""
    places = {program.ask("/place") for _ in range(40)}
    assert sorted(place for _, place in places) == [0, 1]
    killed, _ = places.pop()
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: len(program.workers() - {killed}) == 2)
    assert {found for pid, found in (program.ask("/place") for _ in range(40))} == {0, 1}


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_an_answer_in_two_parts_does_not_wait_for_the_client(host: str) -> None:
    """With Nagle's algorithm, the body of an answer waits 40 ms until the client acknowledges its headers."""
    listener = listen(host, 0, backlog=1)
    assert asyncio.run(sends_at_once(listener))


async def sends_at_once(listener: socket.socket) -> bool:
    accepted: asyncio.Queue[socket.socket] = asyncio.Queue()

    def note(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted.put_nowait(writer.get_extra_info("socket"))

    async with await asyncio.start_server(note, sock=listener):
        _, client = await asyncio.open_connection(*listener.getsockname()[:2])
        connection = await accepted.get()
        without_delay = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        client.close()
    return bool(without_delay)
