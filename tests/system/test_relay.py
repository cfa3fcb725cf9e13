"""Does one relay lead, and send every event once, whoever dies, stalls or diverges?"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from conftest import Carrier

WORKER = Path(__file__).parents[1] / "support" / "relaying.py"


@contextmanager
def relaying(carrier: Carrier) -> Iterator[subprocess.Popen[str]]:
    """A relay in a process of its own."""
    command = [sys.executable, WORKER, carrier.desk.app.url, carrier.desk.name, carrier.nats.url, carrier.nats.token]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()
