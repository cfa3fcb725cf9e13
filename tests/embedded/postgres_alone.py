"""Starts PostgreSQL in the folder given, adds databases, says as whom: to be run as another user or on another disk."""

import os
import sys
from pathlib import Path

from embedded.errors import EmbeddedError
from embedded.processes import ports
from embedded.processes.postgres import Postgres

if __name__ == "__main__":
    server = Postgres(Path(sys.argv[1]), ports.choose_ports({"postgres": None})["postgres"], durable=False)
    try:
        server.start()
        server.wait_until_ready()
        for number in range(6):
            server.ensure_database(f"dla_{number}")
        print(f"started by user {os.geteuid()}")
    except EmbeddedError as error:
        sys.exit(f"{type(error).__name__}: {error}")
    finally:
        server.stop()
