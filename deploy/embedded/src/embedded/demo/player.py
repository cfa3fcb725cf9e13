"""How is a story played? Through the public API alone, as its people would."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx

from embedded.demo.blanks import Blanks, at
from embedded.demo.script import Person, Script, Step
from embedded.demo.words import readable
from embedded.faults import EmbeddedError
from embedded.stack import Stack

PATIENCE = 20.0
AGAIN = 0.03
READS_BECAUSE = "Un récit de la démonstration."
"""Auditors and the DPO say why they read."""
Json = Any


class DemoError(EmbeddedError):
    """The play went otherwise than its script."""


@dataclass(frozen=True)
class Aside:
    """What no log tells: an attempt that was refused, or something that was read. `case`: its id."""

    case: str
    at: datetime
    service: str
    who: str
    label: str
    text: str
    refused: bool


@dataclass(frozen=True)
class Opened:
    """Something that has a history of its own: where, and a token that may read it."""

    address: str
    token: str


@dataclass
class Played:
    """`opened` by id, `known` by name. `done`: who did what, by service, stream and version. `posted`: each call."""

    script: Script
    opened: dict[str, Opened] = field(default_factory=dict)
    known: dict[str, Any] = field(default_factory=dict)
    done: dict[tuple[str, str, int], str] = field(default_factory=dict)
    asides: list[Aside] = field(default_factory=list)
    posted: list[str] = field(default_factory=list)

    def id_of(self, name: str) -> str | None:
        """Of what a step has saved or found."""
        known = self.known.get(name)
        return str(known["id"] if isinstance(known, dict) else known) if known else None

    @property
    def cases(self) -> dict[str, str]:
        """The title of each, by id."""
        return {found: title for name, title in self.script.cases.items() if (found := self.id_of(name))}


class Player:
    """`told`: called after each step."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self.told: Callable[[], object] = lambda: None
        self._http = httpx.Client(timeout=30, trust_env=False)

    def __enter__(self) -> Player:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def play(self, script: Script, numbers: Iterator[tuple[str, str]]) -> Played:
        played = Played(script)
        played.known["people"] = {key: self._id(key, person) for key, person in script.people.items()}
        played.known["about"] = script.about
        for name in script.cases:
            siret, rna = next(numbers)
            played.known |= {f"{name}_siret": siret, f"{name}_rna": rna}
        blanks = Blanks(self._now(), played.known)
        for step in script.steps:
            self._wait_for(played, step, blanks)  # before time goes on: what opens by itself does so the same day
            if step.after:
                blanks.now = self._set_forward(step.after)
            self._look(played, step, blanks)
            if step.post:
                self._post(played, step, blanks, blanks.filled(step.post))
            if step.erases:
                self._erase(played, step, blanks, blanks.filled(step.erases))
            self.told()
        return played

    def get(self, address: str, token: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}", "DLA-Motive": quote(READS_BECAUSE)}
        return self._http.get(self._url(address), headers=headers)

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

    def _id(self, key: str, person: Person) -> str:
        """Under which the histories name somebody."""
        token = self._stack.issuer.mint(person.role, subject=_subject(key))
        return str(self.get("intake /me", token).raise_for_status().json()["id"])

    def _wait_for(self, played: Played, step: Step, blanks: Blanks) -> None:
        if step.waits:
            wanted = blanks.filled(step.until)
            self.until(blanks.filled(step.waits), self._token(played, step), lambda found: _is(found, wanted))

    def _look(self, played: Played, step: Step, blanks: Blanks) -> None:
        if step.reads:
            answer = self.get(blanks.filled(step.reads), self._token(played, step))
            blanks.known["read"] = answer.raise_for_status().json()
        if step.finds:
            self._find(played, step, blanks)
        if step.shows:
            text = blanks.said(step.shows, readable)
            service = (step.reads or (step.finds.among if step.finds else "intake ")).split()[0]
            self._note(played, step, service, "Consulté", text, refused=False)

    def _find(self, played: Played, step: Step, blanks: Blanks) -> None:
        assert step.finds
        token, where = self._token(played, step), blanks.filled(step.finds.where)

        def rows(page: Json) -> list[Json]:
            return [row for row in (page["items"] if isinstance(page, dict) else page) if _is(row, where)]

        address = blanks.filled(step.finds.among)
        blanks.known[step.finds.name] = row = rows(self.until(address, token, lambda page: bool(rows(page))))[0]
        if "id" in row:
            played.opened.setdefault(row["id"], Opened(address.partition("?")[0], token))

    def _post(self, played: Played, step: Step, blanks: Blanks, address: str) -> None:
        token, service = self._token(played, step), address.partition(" ")[0]
        sent = {"json": blanks.filled(step.body)}
        headers = {"Authorization": f"Bearer {token}"}
        if step.file:
            name, title = quote(step.file.name), quote(step.file.title)
            headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}; title*=UTF-8''{title}"
            sent = {"content": step.file.content.encode()}
        answer = self._http.post(self._url(address), headers=headers, **sent)
        played.posted.append(address.partition("?")[0])
        told = answer.json()
        refused = told.get("type", "").rsplit("/", 1)[-1] if answer.is_error else None
        if refused != step.expects:
            raise DemoError(f"{played.script.title}: {address} was to {step.expects or 'succeed'}: {answer.text}")
        if refused:
            label = f"{step.tries} – refusé\u00a0: {told['title']}" if step.tries else f"refusé\u00a0: {told['title']}"
            self._note(played, step, service, label, told.get("detail", ""), refused=True)
        elif "version" in told:
            played.done[service, told["id"], told["version"]] = played.script.people[step.by].name
        if answer.status_code == httpx.codes.CREATED and step.post and "{" not in step.post:  # not within a case
            played.opened[told["id"]] = Opened(address, token)
        if step.saves:
            blanks.known[step.saves] = told["id"]

    def _erase(self, played: Played, step: Step, blanks: Blanks, address: str) -> None:
        """Ordered in one service, and confirmed by each."""
        headers = {"Authorization": f"Bearer {self._token(played, step)}"}
        body = blanks.filled(step.body)
        self._http.request("DELETE", self._url(address), json=body, headers=headers).raise_for_status()
        certificate = f"{address}/erasure"
        done = self.until(certificate, self._token(played, step), lambda found: not found["outstanding"])
        told = ", ".join(each["service"] for each in done["services"])
        self._note(played, step, "intake", "Personne effacée de tous les services", told, refused=False)

    def _note(self, played: Played, step: Step, service: str, label: str, text: str, *, refused: bool) -> None:
        case = played.id_of(step.of or next(iter(played.script.cases)))
        assert case, f"{label}: a case is opened before it is told of"
        who = played.script.people[step.by].name
        played.asides.append(
            Aside(case, self._now(), service=service, who=who, label=label, text=text, refused=refused)
        )

    def _token(self, played: Played, step: Step) -> str:
        person = played.script.people[step.by]
        case = played.id_of(person.case) if person.role in ("leader", "provider") else None
        unit = played.script.unit_of(person)
        return self._stack.issuer.mint(person.role, subject=_subject(step.by), unit=unit, case=case, name=person.name)

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


def _is(found: Json, wanted: dict[str, Any]) -> bool:
    try:
        return all(at(found, path) == value for path, value in wanted.items())
    except (KeyError, IndexError):
        return False


def _subject(key: str) -> str:
    return f"demo-{key}"
