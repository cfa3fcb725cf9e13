"""A replica that fires due dates until it is killed: python timekeeper.py DATABASE_URL"""

from __future__ import annotations

import sys
from threading import Event

from alarms import opened

from shared.scheduler import Scheduler

if __name__ == "__main__":
    Scheduler(opened(sys.argv[1])).start()
    Event().wait()
