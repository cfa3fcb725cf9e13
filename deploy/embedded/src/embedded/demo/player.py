"""Plays a story through the public API alone, as its people would."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx

from embedded.demo.labels import readable_value
from embedded.demo.placeholders import Placeholders, value_at
from embedded.demo.script import Step, Story, StoryPerson
from embedded.errors import EmbeddedError
from embedded.stack import Stack

WAIT_TIMEOUT_SECONDS = 20.0
POLL_SECONDS = 0.03
READ_REASON = "Un récit de la démonstration."
"""The reason that auditors and the DPO must give."""
Json = Any


class DemoError(EmbeddedError):
    """A call did not go as the story says."""


@dataclass(frozen=True)
class Note:
    """What no log contains: a refused attempt, or something that was read. `case`: its id."""

    case: str
    at: datetime
    service: str
    who: str
    label: str
    text: str
    refused: bool


@dataclass(frozen=True)
class OpenedLink:
    """An aggregate with a history: its address, and a token that can read it."""

    address: str
    token: str


@dataclass
class PlayedStory:
    """`opened` by id, `known` by name. `done`: who did what, by service, stream and version. `posted`: each call."""

    script: Story
    opened: dict[str, OpenedLink] = field(default_factory=dict)
    known: dict[str, Any] = field(default_factory=dict)
    done: dict[tuple[str, str, int], str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
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
    """`on_step`: called after each step."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self.on_step: Callable[[], object] = lambda: None
        self._http = httpx.Client(timeout=30, trust_env=False)
        self._wait_for_write: dict[str, str] = {}

    def __enter__(self) -> Player:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def play(self, script: Story, numbers: Iterator[tuple[str, str]]) -> PlayedStory:
        played = PlayedStory(script)
        played.known["people"] = {key: self._id(key, person) for key, person in script.people.items()}
        played.known["about"] = script.about
        for name in script.cases:
            siret, rna = next(numbers)
            played.known |= {f"{name}_siret": siret, f"{name}_rna": rna}
        placeholders = Placeholders(self._now(), played.known)
        for step in script.steps:
            self._wait_for(
                played, step, placeholders
            )  # before time goes on: what opens automatically does so the same day
            if step.after:
                placeholders.now = self._set_forward(step.after)
            self._look(played, step, placeholders)
            if step.post:
                self._post(played, step, placeholders, placeholders.fill(step.post))
            if step.erases:
                self._erase(played, step, placeholders, placeholders.fill(step.erases))
            self.on_step()
        return played

    def get(self, address: str, token: str) -> httpx.Response:
        """Answered once the service has what was last posted."""
        headers = {"Authorization": f"Bearer {token}", "DLA-Reason": quote(READ_REASON)} | self._wait_for_write
        return self._http.get(self._url(address), headers=headers)

    def until(self, address: str, token: str, done: Callable[[Any], bool]) -> Any:
        """What the address returns, once `done` accepts it. Raises DemoError after WAIT_TIMEOUT_SECONDS."""
        end = time.monotonic() + WAIT_TIMEOUT_SECONDS
        while True:
            answer = self.get(address, token)
            if answer.status_code == httpx.codes.OK and done(answer.json()):
                return answer.json()
            if time.monotonic() > end:
                raise DemoError(
                    f"{address} did not become what was expected within {WAIT_TIMEOUT_SECONDS:.0f} s: {answer.text}"
                )
            self._stack.check_alive()
            time.sleep(POLL_SECONDS)

    def _id(self, key: str, person: StoryPerson) -> str:
        """The pseudonym of a person in the histories."""
        token = self._stack.issuer.mint(person.role, subject=_subject(key))
        return str(self.get("intake /me", token).raise_for_status().json()["id"])

    def _wait_for(self, played: PlayedStory, step: Step, placeholders: Placeholders) -> None:
        if step.waits:
            expected = placeholders.fill(step.until)
            self.until(placeholders.fill(step.waits), self._token(played, step), lambda found: _is(found, expected))

    def _look(self, played: PlayedStory, step: Step, placeholders: Placeholders) -> None:
        if step.reads:
            answer = self.get(placeholders.fill(step.reads), self._token(played, step))
            placeholders.known["read"] = answer.raise_for_status().json()
        if step.finds:
            self._find(played, step, placeholders)
        if step.shows:
            text = placeholders.fill_text(step.shows, readable_value)
            service = (step.reads or (step.finds.among if step.finds else "intake ")).split()[0]
            self._note(played, step, service, "Consulté", text, refused=False)

    def _find(self, played: PlayedStory, step: Step, placeholders: Placeholders) -> None:
        assert step.finds
        token, where = self._token(played, step), placeholders.fill(step.finds.where)

        address = placeholders.fill(step.finds.among)
        found: list[Json] = []

        def is_there(page: Json) -> bool:
            """On this page, or on one of those that follow it."""
            found[:] = [row for row in (page["items"] if isinstance(page, dict) else page) if _is(row, where)]
            if found or not (isinstance(page, dict) and page.get("next")):
                return bool(found)
            more = f"{address}{'&' if '?' in address else '?'}after={page['next']}"
            return is_there(self.get(more, token).raise_for_status().json())

        self.until(address, token, is_there)
        placeholders.known[step.finds.name] = row = found[0]
        if address.startswith("intake /requests?"):  # what the service opened by itself
            played.opened.setdefault(row["id"], OpenedLink(address.partition("?")[0], token))

    def _post(self, played: PlayedStory, step: Step, placeholders: Placeholders, address: str) -> None:
        token, service = self._token(played, step), address.partition(" ")[0]
        sent = {"json": placeholders.fill(step.body)}
        headers = {"Authorization": f"Bearer {token}"}
        if step.file:
            name, title = quote(step.file.name), quote(step.file.title)
            headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}; title*=UTF-8''{title}"
            sent = {"content": step.file.content.encode()}
        answer = self._http.post(self._url(address), headers=headers, **sent)
        if position := answer.headers.get("DLA-Position"):
            self._wait_for_write = {"DLA-Wait-For": position}
        played.posted.append(address.partition("?")[0])
        body = answer.json()
        if not self._is_refused(played, step, service, answer) and "version" in body:
            played.done[service, body["id"], body["version"]] = played.script.people[step.by].name
        if answer.status_code == httpx.codes.CREATED and step.post and "{" not in step.post:  # not within a case
            played.opened[body["id"]] = OpenedLink(address, token)
        if step.saves:
            created = body.get("created", {}).values()
            placeholders.known[step.saves] = next(iter(created))["id"] if len(created) == 1 else body["id"]

    def _is_refused(self, played: PlayedStory, step: Step, service: str, answer: httpx.Response) -> bool:
        """Notes the refusal that the step expects. Raises DemoError for any other answer than it says."""
        body = answer.json()
        refused = body.get("type", "").rsplit("/", 1)[-1] if answer.is_error else None
        if refused != step.expects:
            raise DemoError(f"{played.script.title}: {answer.url} was to {step.expects or 'succeed'}: {answer.text}")
        if refused:
            label = f"{step.tries} – refusé\u00a0: {body['title']}" if step.tries else f"refusé\u00a0: {body['title']}"
            self._note(played, step, service, label, body.get("detail", ""), refused=True)
        return refused is not None

    def _erase(self, played: PlayedStory, step: Step, placeholders: Placeholders, address: str) -> None:
        """Ordered in one service, and confirmed by each."""
        headers = {"Authorization": f"Bearer {self._token(played, step)}"}
        body = placeholders.fill(step.body)
        answer = self._http.request("DELETE", self._url(address), json=body, headers=headers)
        if self._is_refused(played, step, "intake", answer):
            return
        certificate = f"{address}/erasure"
        done = self.until(certificate, self._token(played, step), lambda found: not found["outstanding"])
        services = ", ".join(readable_value(each["service"]) for each in done["services"])
        self._note(played, step, "intake", "Personne effacée de tous les services", services, refused=False)

    def _note(self, played: PlayedStory, step: Step, service: str, label: str, text: str, *, refused: bool) -> None:
        case = played.id_of(step.of or next(iter(played.script.cases)))
        assert case, f"{label}: a note belongs to a case that is already open"
        who = played.script.people[step.by].name
        played.notes.append(Note(case, self._now(), service=service, who=who, label=label, text=text, refused=refused))

    def _token(self, played: PlayedStory, step: Step) -> str:
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


def _is(found: Json, expected: dict[str, Any]) -> bool:
    try:
        return all(value_at(found, path) == value for path, value in expected.items())
    except (KeyError, IndexError):
        return False


def _subject(key: str) -> str:
    return f"demo-{key}"
