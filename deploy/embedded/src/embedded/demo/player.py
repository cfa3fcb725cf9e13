"""How is a case played? Through the public API alone, as the people of the case would."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from embedded.demo.script import Blanks, Person, Script, Step
from embedded.faults import EmbeddedError
from embedded.stack import Stack

PATIENCE = 20.0
AGAIN = 0.05


class DemoError(EmbeddedError):
    """The play went otherwise than its script."""


@dataclass
class Played:
    """A case that was played. `people`: names by subject, for whoever reads its history."""

    script: Script
    case: str
    linked: str | None = None
    people: dict[str, str] = field(default_factory=dict)


class Player:
    def __init__(self, stack: Stack, told: Callable[[], None]) -> None:
        self._stack, self._told = stack, told
        self._http = httpx.Client(timeout=30, trust_env=False)

    def __enter__(self) -> Player:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def play(self, script: Script, numbers: tuple[str, str]) -> Played:
        blanks = Blanks(self._now(), {"siret": numbers[0], "rna": numbers[1]})
        for step in script.steps:
            self._wait_for(script, step, blanks)  # before time goes on: what opens by itself does so the same day
            if step.after:
                blanks.now = self._set_forward(step.after)
            self._do(script, step, blanks)
            self._told()
        people = {_subject(key): person.name for key, person in script.people.items()}
        played = Played(script, blanks.known["case"], people=people)
        played.linked = self._linked_to(played)
        return played

    def get(self, address: str, token: str) -> httpx.Response:
        return self._http.get(self._url(address), headers={"Authorization": f"Bearer {token}"})

    def until(self, address: str, token: str, done: Callable[[Any], bool]) -> Any:
        """What stands at the address, once it is as it must be. Raises DemoError when it does not come."""
        end = time.monotonic() + PATIENCE
        while True:
            answer = self.get(address, token)
            if answer.status_code == httpx.codes.OK and done(answer.json()):
                return answer.json()
            if time.monotonic() > end:
                raise DemoError(f"{address} did not come to what was expected within {PATIENCE:.0f} s: {answer.text}")
            self._stack.check_alive()
            time.sleep(AGAIN)

    def token(self, key: str, person: Person, unit: str | None, case: str | None = None) -> str:
        bound = case if person.role == "leader" else None
        return self._stack.issuer.mint(person.role, subject=_subject(key), unit=unit, case=bound, name=person.name)

    def _wait_for(self, script: Script, step: Step, blanks: Blanks) -> None:
        if step.waits:
            token = self.token(step.by, script.people[step.by], script.unit, blanks.known.get("case"))
            self.until(blanks.filled(step.waits), token, lambda _: True)

    def _do(self, script: Script, step: Step, blanks: Blanks) -> None:
        token = self.token(step.by, script.people[step.by], script.unit, blanks.known.get("case"))
        if step.reads:
            blanks.known["read"] = self.get(blanks.filled(step.reads), token).raise_for_status().json()
        address = blanks.filled(step.post)
        headers = {"Authorization": f"Bearer {token}"}
        answer = self._http.post(self._url(address), json=blanks.filled(step.body), headers=headers)
        refused = answer.json().get("type", "").rsplit("/", 1)[-1] if answer.is_error else None
        if refused != step.expects:
            raise DemoError(f"{script.title}: {address} was to {step.expects or 'succeed'}: {answer.text}")
        if step.saves:
            blanks.known[step.saves] = answer.json()["id"]
        if step.closes:
            self.until(blanks.filled(step.closes), token, lambda case: case["status"] == "closed")

    def _linked_to(self, played: Played) -> str | None:
        """The request that a need found in follow-up has opened, if one was found."""
        if not any("/needs" in step.post for step in played.script.steps):
            return None
        key, person = next(iter(played.script.people.items()))
        token = self.token(key, person, played.script.unit)

        def opened(page: Any) -> list[str]:
            return [row["id"] for row in page["items"] if row.get("origin") == played.case]

        return opened(self.until("intake /requests", token, lambda page: bool(opened(page))))[0]

    def _now(self) -> datetime:
        ops = self._stack.issuer.mint("ops", subject="demo")
        return datetime.fromisoformat(self.get("intake /clock", ops).raise_for_status().json()["now"])

    def _set_forward(self, days: int) -> datetime:
        later = self._now() + timedelta(days=days)
        headers = {"Authorization": f"Bearer {self._stack.issuer.mint('ops', subject='demo')}"}
        self._http.post(self._url("intake /clock"), json={"now": later.isoformat()}, headers=headers).raise_for_status()
        return later

    def _url(self, address: str) -> str:
        service, path = address.split(" ", 1)
        return f"{self._stack.addresses[service]}/api/v1{path}"


def _subject(key: str) -> str:
    return f"demo-{key}"
