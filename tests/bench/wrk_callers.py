"""Callers by `wrk` (a package of Debian): they take a tenth of what callers in Python take of the processors that they
share with the servers."""

from __future__ import annotations

import json
import math
import resource
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from http_callers import HARD, MEETING, REASON, request_body

SCRIPT = Path(__file__).with_name("wrk_calls.lua")


@dataclass(frozen=True, slots=True)
class WrkRates:
    """`cpu`: of the callers, in seconds a request. `p95`: of the time a request took, in seconds."""

    per_second: float
    p95: float
    cpu: float


def is_available() -> bool:
    return shutil.which("wrk") is not None


def play_cases(address: str, tokens: Sequence[str], callers: int, seconds: float, first: int) -> WrkRates:
    """Each caller plays one case after the other. `first`: the number of the first structure; each is a new one."""
    commands: list[tuple[str, object]] = [("/meetings", MEETING)]
    commands += [
        ("/criteria", {"criterion": name, "verdict": "met", "evidence": "Statuts et DSN vus."}) for name in HARD
    ]
    commands.append(("/admission", REASON))
    steps = ", ".join(f"{{{_lua(path)}, {_lua(json.dumps(body))}}}" for path, body in commands)
    reception = _lua(json.dumps(request_body(0)))
    return _run(address, tokens, callers, seconds, f"first = {first}, reception = {reception}, commands = {{{steps}}}")


def read(address: str, tokens: Sequence[str], callers: int, seconds: float, paths: Sequence[str]) -> WrkRates:
    return _run(address, tokens, callers, seconds, _reads(paths))


def read_pages(address: str, cookies: Sequence[str], seconds: float, paths: Sequence[str]) -> WrkRates:
    """As many callers as there are cookies, each of somebody who is signed in."""
    return _run(address, cookies, len(cookies), seconds, f"cookies = true, {_reads(paths)}")


def _reads(paths: Sequence[str]) -> str:
    return f"first = 0, reads = {{{', '.join(map(_lua, paths))}}}"


def _run(address: str, tokens: Sequence[str], callers: int, seconds: float, plan: str) -> WrkRates:
    """Raises RuntimeError when a request failed."""
    with NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(f"return {{ callers = {callers}, tokens = {{{', '.join(map(_lua, tokens))}}}, {plan} }}")
        file.flush()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        whole = str(math.ceil(seconds))  # wrk counts in seconds
        command = ["wrk", f"-t{callers}", f"-c{callers}", f"-d{whole}s", "-s", str(SCRIPT), address, "--", file.name]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        raise RuntimeError(f"wrk failed: {run.stdout}{run.stderr}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = json.loads(run.stdout.rstrip().rpartition("\n")[2])
    if found["wrong"] or not found["requests"]:
        raise RuntimeError(f"{found['wrong']} of {found['requests']} requests failed: {run.stdout}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    per_second = found["requests"] / (found["microseconds"] / 1e6)
    return WrkRates(per_second, found["p95"] / 1e6, cpu=cpu / found["requests"])


def _lua(text: str) -> str:
    """A text of Lua: what stands between long brackets is taken as it is."""
    return f"[==[{text}]==]"
