"""A nats-server of our own, from its wheel: JetStream on disk, on the loopback only, a token to enter."""

import os
import socket
import sysconfig
from pathlib import Path

from embedded.faults import writing_in
from embedded.private import kept, password, private_folder, write_private
from embedded.process import Process

MAX_PAYLOAD = "1MB"
"""nats-server's own default: an event is a few kilobytes, and a larger one is a mistake."""

READY_WITHIN = 60.0
"""Seconds; reading back a large store after a crash is the long case."""


class Nats:
    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self.store = folder / "nats"
        self._process = Process("nats", folder, port=port)

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    @property
    def token(self) -> str:
        return kept(self.folder / "secrets" / "nats", password)

    def start(self) -> None:
        """Returns before the server answers: see `wait_until_ready`."""
        configuration = self.folder / "nats.conf"
        with writing_in(self.folder):
            private_folder(self.folder)
            write_private(configuration, self._settings())
        self._process.start([binary(), "--config", configuration], os.environ)

    def wait_until_ready(self) -> None:
        self._process.wait_until(self._answers, READY_WITHIN)

    def check_alive(self) -> None:
        self._process.check_alive()

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def stop(self) -> None:
        self._process.stop()

    def _answers(self) -> bool:
        """It greets whoever connects, once JetStream has read its store back."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                return connection.recv(5) == b"INFO "
        except OSError:
            return False

    def _settings(self) -> str:
        return (
            "# Written anew at each start.\n"
            f'listen: "127.0.0.1:{self.port}"\n'
            f"max_payload: {MAX_PAYLOAD}\n"
            f'authorization {{ token: "{self.token}" }}\n'
            "jetstream {\n"
            f'  store_dir: "{self.store}"\n'
            "  sync_interval: always\n"
            "}\n"
        )


def binary() -> Path:
    return Path(sysconfig.get_path("scripts")) / "nats-server"
