"""HTTP callers: threads of a process of their own, each on a connection kept alive, that play whole cases.

`python http_callers.py < plan.json` prints the rates, as JSON."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from threading import Barrier, Thread
from typing import Any
from urllib.parse import urlsplit

NEED = "Notre modèle économique repose sur une seule subvention, et le conseil d’administration se renouvelle."
NOTES = "Bonne écoute ; les comptes des trois dernières années et les statuts ont été remis."
MEETING = {"held_on": "2026-03-02", "participants": [{"name": "Maëlle Kerdoncuff"}], "notes": NOTES}
REASON = {"reason": "Besoin clair, équipe motivée, première rencontre concluante."}
HARD = ("existing", "employer", "ess")
COMMANDS_OF_A_CASE = len(HARD) + 3


@dataclass(frozen=True, slots=True)
class CallPlan:
    """`first`: the number of the first structure; none is received twice."""

    address: str
    token: str
    callers: int
    seconds: float
    first: int


@dataclass(frozen=True, slots=True)
class CallRates:
    """How many commands were answered in a second, and the time each took, in seconds. `cpu`: the processor's time that
    the callers took for each, in seconds: they share the machine with the server."""

    per_second: float
    times: list[float]
    cpu: float


class Caller:
    def __init__(self, address: str, token: str) -> None:
        where = urlsplit(address)
        self._connection = HTTPConnection(str(where.hostname), where.port, timeout=30)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.times: list[float] = []

    def play_case(self, number: int) -> Iterator[str]:
        """A request from its reception to its admission: gives its path after each command, the admission last."""
        path = self._post("/api/v1/requests", request_body(number))
        yield path
        self._post(f"{path}/meetings", MEETING)
        yield path
        for criterion in HARD:
            self._post(
                f"{path}/criteria", {"criterion": criterion, "verdict": "met", "evidence": "Statuts et DSN vus."}
            )
            yield path
        self.admit(path)
        yield path

    def ready_to_admit(self, number: int) -> str:
        """The path of a case that lacks nothing but its admission."""
        commands = self.play_case(number)
        return [next(commands) for _ in range(2 + len(HARD))][-1]

    def admit(self, path: str) -> None:
        self._post(f"{path}/admission", REASON)

    def close(self) -> None:
        self._connection.close()

    def _post(self, path: str, body: Any) -> str:
        sent = json.dumps(body).encode()
        begin = time.perf_counter()
        self._connection.request("POST", path, sent, self._headers)
        answer = self._connection.getresponse()
        content = answer.read()
        self.times.append(time.perf_counter() - begin)
        if answer.status not in (200, 201):
            raise RuntimeError(f"{path}: {answer.status} {content.decode()}")
        return answer.headers.get("Location", path)


def request_body(number: int) -> dict[str, Any]:
    return {
        "structure": {
            "name": "Les Jardins de l’Erdre",
            "legal_form": "association",
            "department": "44",
            "rna": f"W{number:09}",
            "headcount": 12,
            "fte": 9.5,
        },
        "contact": {"name": "Maëlle Kerdoncuff", "function": "Présidente", "email": "maelle@example.org"},
        "need": NEED,
    }


def run_callers(calls: CallPlan) -> CallRates:
    """Each caller plays a case that counts for nothing, then all begin at once."""
    ready, finished = Barrier(calls.callers), []

    def play(nth: int) -> None:
        caller = Caller(calls.address, calls.token)
        numbers = iter(range(calls.first + nth, sys.maxsize, calls.callers))
        list(caller.play_case(next(numbers)))
        caller.times.clear()
        ready.wait()
        begin = time.perf_counter()
        end = begin + calls.seconds
        while time.perf_counter() < end:
            for _ in caller.play_case(next(numbers)):
                if time.perf_counter() >= end:
                    break
        finished.append((len(caller.times) / (time.perf_counter() - begin), caller.times))
        caller.close()

    threads = [Thread(target=play, args=(nth,)) for nth in range(calls.callers)]
    begin = time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(finished) < calls.callers:
        raise RuntimeError("a caller gave up: see its error above")
    times = [each for _, of_one in finished for each in of_one]
    cpu = (time.process_time() - begin) / (len(times) + calls.callers * COMMANDS_OF_A_CASE)
    return CallRates(sum(rate for rate, _ in finished), times, cpu=cpu)


if __name__ == "__main__":
    result = run_callers(CallPlan(**json.load(sys.stdin)))
    json.dump({"per_second": result.per_second, "times": result.times, "cpu": result.cpu}, sys.stdout)
