"""Clients that play dossiers over HTTP: they repeat each command with its key until it is answered."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from threading import Event, Thread
from typing import Any

import httpx
from tests.faults.account import Account, Entry, EntryKind
from tests.faults.stories import Command, Opened, Story, play_dossier

from embedded.demo.placeholders import fictional_numbers

ADVISER = "adviser-1"
"""All clients are one person: a key is known again whoever repeats it."""
TIMEOUT_SECONDS = 5.0
PAUSE_SECONDS = 0.2
"""Before a command is sent again, and between two looks at what is not there yet."""
DOSSIERS_AT_ONCE = 4
PACE_SECONDS = 0.3
"""Between two rounds over the dossiers: people do not type faster, and the checks read all of it."""
REPEATS = 0.1
"""The share of the acknowledged commands that are sent again at once, to any replica."""
TRY_AGAIN = (408, 425, 429)

Addresses = Mapping[str, Sequence[str]]
"""By service, those of its replicas."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Sends one request to a replica drawn at random."""

    http: httpx.Client
    addresses: Addresses
    token: str
    random: Random
    tally: Counter[str] = field(default_factory=Counter)
    """Of all that was sent: `requests`, and those that were not answered, by the reason."""

    def post(self, command: Command, key: str) -> httpx.Response | None:
        """None when it is to be sent again: no answer, or one that says so."""
        return self._send("POST", command.service, command.path, json=command.body, headers={"Idempotency-Key": key})

    def get(self, service: str, path: str) -> httpx.Response | None:
        return self._send("GET", service, path, headers={})

    def _send(
        self, method: str, service: str, path: str, *, headers: dict[str, str], **body: Any
    ) -> httpx.Response | None:
        self.tally["requests"] += 1
        headers = {"Authorization": f"Bearer {self.token}", **headers}
        try:
            response = self.http.request(method, self._url(service, path), headers=headers, **body)
        except httpx.TransportError as error:
            self.tally[type(error).__name__] += 1
            return None
        if response.is_server_error or response.status_code in TRY_AGAIN:
            self.tally[f"{response.status_code} {service} {method}"] += 1
            return None
        return response

    def _url(self, service: str, path: str) -> str:
        return f"{self.random.choice(self.addresses[service])}/api/v1{path}"


def answer_of(response: httpx.Response) -> dict[str, Any]:
    """What a repeated command must be answered with as well: all but the links, which say what may be done next."""
    body = response.json()
    kept = {name: body.get(name) for name in ("id", "version", "events", "created")}
    headers = {name: response.headers.get(name) for name in ("etag", "dla-position", "location")}
    return {"status": response.status_code} | kept | headers


class Client(Thread):
    """`number`: of this client, in its markers and keys. It plays until `stop` is called, then ends its command in
    progress or, after a time, leaves it with an unknown outcome."""

    def __init__(self, number: int, addresses: Addresses, token: str, account: Account, seed: int) -> None:
        super().__init__(name=f"client-{number}")
        self._number, self._account = number, account
        self._random = Random(f"{seed} client {number}")
        self._numbers = fictional_numbers(self._random.random())
        self._http = httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False)
        self._caller = Caller(self._http, addresses, token=token, random=self._random)
        self.tally = self._caller.tally
        self._stopping, self._give_up = Event(), Event()
        self._keys = self._dossiers = 0
        self.error: BaseException | None = None

    def stop(self) -> None:
        self._stopping.set()

    def give_up(self) -> None:
        """Leaves the command in progress."""
        self._stopping.set()
        self._give_up.set()

    def run(self) -> None:
        try:
            with self._http:
                self._play()
        except BaseException as error:
            self.error = error

    def _play(self) -> None:
        playing: list[Iterator[bool]] = []
        while not self._stopping.is_set():
            while len(playing) < DOSSIERS_AT_ONCE:
                playing.append(self._steps(self._new_story()))
            advanced = [next(each, None) for each in playing]
            playing = [each for each, step in zip(playing, advanced, strict=True) if step is not None]
            self._stopping.wait(PACE_SECONDS)

    def _new_story(self) -> Story:
        self._dossiers += 1
        siret, _ = next(self._numbers)
        return play_dossier(f"c{self._number}-{self._dossiers}", siret, self._random)

    def _steps(self, story: Story) -> Iterator[bool]:
        """Whether the dossier advanced, at each of its turns. Ends with the story, or with a command that was left."""
        step = next(story)
        while True:
            if isinstance(step, Opened):
                response = self._caller.get(step.service, step.path)
                opened = response is not None and response.is_success
                yield opened
                answer: dict[str, Any] | None = {} if opened else None
                if answer is None:
                    continue
            else:
                answer = self._send(step)
                if answer is None:
                    return
                yield True
            try:
                step = story.send(answer)
            except StopIteration:
                return

    def _send(self, command: Command) -> dict[str, Any] | None:
        """The answer, or None when it was refused or left."""
        self._keys += 1
        key = f"c{self._number}-{self._keys}"
        self._write(EntryKind.SENT, command, key)
        while (response := self._caller.post(command, key)) is None:
            if self._give_up.wait(PAUSE_SECONDS):
                return None
        if response.is_error:
            self._write(EntryKind.REFUSED, command, key, {"status": response.status_code, "body": response.text})
            return None
        answer = answer_of(response)
        self._write(EntryKind.ACKNOWLEDGED, command, key, answer)
        if self._random.random() < REPEATS and (again := self._caller.post(command, key)):
            self._write(
                EntryKind.REPEATED, command, key, answer_of(again) if again.is_success else {"body": again.text}
            )
        return answer

    def _write(self, kind: EntryKind, command: Command, key: str, answer: dict[str, Any] | None = None) -> None:
        self._account.write(
            Entry(
                kind,
                key,
                service=command.service,
                path=command.path,
                case=command.case,
                marker=command.marker,
                answer=answer or {},
                body=command.body if kind is EntryKind.SENT else {},
            )
        )


def stop_all(clients: Sequence[Client], seconds: float) -> None:
    """Each ends the command in progress; what is not answered after so many seconds is left. Raises their errors."""
    for client in clients:
        client.stop()
    end = time.monotonic() + seconds
    for client in clients:
        client.join(max(0.0, end - time.monotonic()))
    for client in clients:
        client.give_up()
        client.join()
        if client.error:
            raise client.error
