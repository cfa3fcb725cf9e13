"""A replica that fires deadlines until it is killed: python scheduler_process.py DATABASE_URL"""

from __future__ import annotations

import sys
from threading import Event

from tests.support.samples.alarm_aggregate import opened

from shared.runtime.scheduler import Scheduler

if __name__ == "__main__":
    Scheduler(opened(sys.argv[1])).start()
    Event().wait()
