"""A writer that appends as fast as it can and says what was acknowledged, while it cuts its own connections.

python writer_process.py DATABASE_URL  prints `case version position`, RECOGNISED, UNKNOWN or FAILED, until killed."""

from __future__ import annotations

import os
import random
import socket
import sys
from threading import Event, Thread
from typing import Any

from eventsourcing.persistence import OperationalError
from tests.support.samples.note_aggregate import make_stored_events, open_notes

from shared.kernel import uuid7


def say(*words: object) -> None:
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def main(url: str) -> None:
    app = open_notes(url)
    recorder: Any = app.recorder
    appender = recorder.appender
    look = appender._find_committed_positions

    def own(events: Any) -> Any:
        found = look(events)
        if found:
            say("RECOGNISED")
        return found

    appender._find_committed_positions = own

    def write() -> None:
        try:
            while True:
                case = uuid7()
                for version in range(1, 6):
                    key = [{"key": f"{case}-{version}", "request": "r", "response": "a"}]
                    try:
                        (position,) = recorder.insert_events(make_stored_events(case, version), extras={"command": key})
                    except OperationalError:  # cut ten times running: the writer is told, and does not know
                        say("UNKNOWN")
                        break
                    say(case, version, position)
        except Exception as error:
            say("FAILED", repr(error).replace("\n", " ")[:300])

    for _ in range(3):
        Thread(target=write, daemon=True).start()
    forever = Event()
    while not forever.wait(random.uniform(0.05, 0.3)):
        for descriptor in random.sample(range(3, 40), 8):
            try:
                with socket.socket(fileno=os.dup(descriptor)) as line:
                    line.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


if __name__ == "__main__":
    main(sys.argv[1])
