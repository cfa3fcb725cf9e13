"""The checker: an account of its own of what was asked, recorded, published and followed. It uses nothing of the code
that it checks but the forms of stored events and messages."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID

from tests.simulation.services import FAULTY, TOMORROW
from tests.simulation.stream import Stored, Stream
from tests.simulation.tables import Row, Tables


class BrokenPromise(AssertionError):
    """What the protocol promises did not hold."""


def require(holds: bool, promise: str, what: Any) -> None:
    if not holds:
        raise BrokenPromise(f"{promise}: {what}")


def data_of(row: Row) -> dict[str, Any]:
    return dict(json.loads(row["state"])["data"])


def cause_of(row: Row) -> UUID | None:
    cause = json.loads(row["state"])["meta"].get("causation")
    return UUID(cause) if cause else None


def id_of(row: Row) -> UUID:
    return UUID(json.loads(row["state"])["meta"]["id"])


def event_of(row: Row) -> str:
    return str(row["topic"]).partition(":")[0]


class Account:
    """`asked`: the steps that clients asked for, in order, by case. `answered`: the version that the receipt of a step
    named. `unknown`: steps that were asked for once, without an answer. `lost`: events of a log of which a back-up was
    put back."""

    def __init__(self, desk: Tables) -> None:
        self.asked: dict[UUID, list[int]] = defaultdict(list)
        self.answered: dict[int, int] = {}
        self.unknown: set[int] = set()
        self.lost: dict[UUID, Row] = {}
        self._desk = desk

    # While it runs

    def on_asked(self, case: UUID, step: int) -> None:
        self.asked[case].append(step)

    def on_answered(self, step: int, version: int) -> None:
        self.answered[step] = version

    def on_unknown(self, step: int) -> None:
        self.unknown.add(step)

    def on_acknowledged(self, receiver: Tables, data: bytes, *, whole: bool) -> None:
        """A message is acknowledged once its effect, or its parking, is committed, or it is of a log from before a
        restore that was followed."""
        header = json.loads(data)["header"]
        log_id, partition = UUID(header["log_id"]), -1 if whole else header["partition"]
        reached = receiver.tracked.get(("desk", log_id, partition), 0)
        number = header["position"] if whole else header["number"]
        source = receiver.sources.get("desk")
        is_left = source is not None and source["log_id"] != log_id
        require(is_left or reached >= number, "acknowledged after the commit", (reached, number))

    def on_stored(self, stream: Stream, new: list[Stored]) -> None:
        """What a relay publishes continues what the stream ends with, and is what the log holds."""
        headers = [json.loads(each.data)["header"] for each in new]
        before = stream.messages.get(stream.last_sequence)
        positions = [header["position"] for header in headers]
        first = positions[0]
        require(positions == list(range(first, first + len(positions))), "a batch without a hole", positions)
        for header in headers:
            require(header["log_id"] == str(self._desk.log_id), "published from the log that is", header["log_id"])
            require(header["position"] <= len(self._desk.events), "published after it is recorded", header["position"])
            row = self._desk.events[header["position"] - 1]
            require(header["id"] == str(id_of(row)), "published as recorded", header["position"])
        if before is None:
            return
        last = json.loads(before.data)["header"]
        expected = last["position"] + 1 if last["log_id"] == headers[0]["log_id"] else self._desk.since + 1
        require(first == expected, "published once and in order, past no fence", (first, expected))

    def on_restored(self, lost: list[Row], in_flight: set[int]) -> None:
        """`in_flight`: steps that their clients go on asking for."""
        self.lost |= {id_of(row): row for row in lost}
        gone = {data_of(row)["step"] for row in lost if event_of(row) == "step-registered"}
        self.answered = {step: receipt for step, receipt in self.answered.items() if step not in gone}
        gone -= in_flight
        for case, steps in self.asked.items():
            self.asked[case] = [each for each in steps if each not in gone]

    # At the end

    def check_log(self) -> None:
        """Each command has its effect once, in the order in which its client gave it."""
        steps: dict[UUID, list[int]] = defaultdict(list)
        versions: dict[int, int] = {}
        counts: dict[int, int] = {}
        for position, row in enumerate(self._desk.events, 1):
            require(row["id"] == position, "positions without a hole", row["id"])
            counts[row["partition"]] = counts.get(row["partition"], 0) + 1
            require(row["number"] == counts[row["partition"]], "numbers without a hole", row["number"])
            if event_of(row) == "step-registered":
                step = data_of(row)["step"]
                require(step not in versions, "a command has its effect once", step)
                versions[step] = row["originator_version"]
                steps[row["case_id"]].append(step)
        for step, version in self.answered.items():
            require(step in versions, "what was answered is recorded", step)
            require(version >= versions[step], "a receipt names the version", (step, version, versions[step]))
        for case, asked in self.asked.items():
            expected = [step for step in asked if step in versions or step not in self.unknown]
            require(steps[case] == expected, "commands in order, none lost", (case, steps[case], expected))

    def check_deadlines(self, now: datetime) -> None:
        """Each deadline fires once, and none that was moved or withdrawn."""
        reminders: dict[UUID, tuple[str | None, bool]] = {}
        for row in self._desk.events:
            stream, name = row["originator_id"], event_of(row)
            day, fired = reminders.get(stream, (None, False))
            if name == "reminder-set":
                new = data_of(row)["on"]
                reminders[stream] = (day, fired) if new == day else (new, False)
            elif name == "reminded":
                require(day == TOMORROW.isoformat() and not fired, "a deadline fires once, on its day", (stream, day))
                reminders[stream] = (day, True)
        late = [stream for stream, (day, fired) in reminders.items() if day == TOMORROW.isoformat() and not fired]
        require(not late, "a deadline fires", late)

    def check_workshop(self, workshop: Tables) -> None:
        """Each step is followed once, in the order of its case; what a back-up lost, at most once."""
        followed: dict[UUID, list[tuple[UUID, int]]] = defaultdict(list)
        for row in workshop.events:
            if event_of(row) == "step-followed":
                cause = cause_of(row)
                assert cause is not None
                followed[row["case_id"]].append((cause, data_of(row)["step"]))
        for case in {*followed, *(row["case_id"] for row in self._desk.events)}:
            causes = [cause for cause, _ in followed[case]]
            require(len(causes) == len(set(causes)), "an effect once", (case, followed[case]))
            expected = [
                (id_of(row), data_of(row)["step"])
                for row in self._desk.events
                if row["case_id"] == case and event_of(row) == "step-registered"
            ]
            got = [each for each in followed[case] if each[0] not in self.lost]
            require(got == expected, "effects in the order of the case, none lost", (case, got, expected))
            unknown = [each for each in causes if each not in self.lost and each not in {e[0] for e in expected}]
            require(not unknown, "an effect has a cause", unknown)

    def check_whole(self, auditing: Tables) -> None:
        """Audit follows each event of the log once, in the order of positions."""
        rows = [row for row in auditing.events if event_of(row) == "step-followed"]
        got = [cause_of(row) for row in rows if cause_of(row) not in self.lost]
        expected = [id_of(row) for row in self._desk.events]
        require(got == expected, "the whole log, once and in order", (len(got), len(expected)))

    def check_parked(self, workshop: Tables) -> None:
        """Only a case with a faulty step is parked."""
        for publisher, case, number in workshop.parked:
            steps = [
                data_of(row)["step"] % 100
                for row in [*self._desk.events, *self.lost.values()]
                if row["case_id"] == case and event_of(row) == "step-registered"
            ]
            require(FAULTY in steps, "only a failing case waits", (publisher, case, number))
