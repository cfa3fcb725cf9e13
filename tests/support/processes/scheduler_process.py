"""A replica that fires deadlines until it is killed: python scheduler_process.py DATABASE_URL"""

from __future__ import annotations

import sys
from threading import Event

from tests.support.samples.alarm_aggregate import open_alarms

from shared.runtime.scheduler import Scheduler

if __name__ == "__main__":
    Scheduler(open_alarms(sys.argv[1])).start()
    Event().wait()
