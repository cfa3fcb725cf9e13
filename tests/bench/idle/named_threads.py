"""A program whose threads bear their Python names at the system too, as from Python 3.14 on: `named_threads.py intake
serve --role all`."""

from __future__ import annotations

import ctypes
import runpy
import sys
from threading import Thread

PR_SET_NAME, MAX_NAME_BYTES = 15, 15


def name_threads() -> None:
    start, process = Thread.start, ctypes.CDLL(None)

    def start_named(thread: Thread) -> None:
        run = thread.run

        def run_named() -> None:
            process.prctl(PR_SET_NAME, thread.name.encode()[-MAX_NAME_BYTES:], 0, 0, 0)
            run()

        thread.run = run_named  # type: ignore[method-assign]
        start(thread)

    Thread.start = start_named  # type: ignore[method-assign, assignment]


if __name__ == "__main__":
    del sys.argv[0]
    name_threads()
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
