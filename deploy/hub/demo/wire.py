"""The network between a region and its hub: it can be cut, with connections closed or silent, and mended."""

from __future__ import annotations

import select
import selectors
import socket
from contextlib import suppress
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self

CHUNK_BYTES = 1 << 16
POLL_SECONDS = 0.05
TLS_HANDSHAKE = b"\x16\x03"


class Wire:
    """Listens on a port of its own and passes everything on to `target`, while it is not cut. `connections`: by which
    something was sent; `encrypted`: those of them that began with TLS."""

    def __init__(self, port: int, target: int) -> None:
        self.port, self._target = port, target
        self._listener = socket.create_server(("127.0.0.1", port))
        self._pairs: dict[socket.socket, socket.socket] = {}
        self._fresh: set[socket.socket] = set()
        self._lock, self._passing, self._ended = Lock(), Lock(), Event()
        self._is_cut, self._is_silent, self._was_retried = Event(), Event(), Event()
        self.connections = self.encrypted = 0
        self._thread = Thread(target=self._run, name="wire")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        self._close_all()
        self._listener.close()

    def cut(self, *, silent: bool = False) -> None:
        """Connections are closed, and new ones closed at once. `silent`: they stay open, and nothing comes through."""
        if silent:
            with self._passing:
                self._was_retried.clear()
                self._is_silent.set()
        else:
            self._is_cut.set()
            self._close_all()

    def mend(self) -> None:
        """What was sent on a silent line comes through now, as TCP sends it again."""
        self._is_cut.clear()
        self._is_silent.clear()

    @property
    def was_retried(self) -> bool:
        """Whether somebody gave up a silent line and connects anew."""
        return self._was_retried.is_set()

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            while not self._ended.is_set():
                if self._is_silent.is_set():
                    self._wait_in_silence()
                    continue
                for key, _ in selector.select(POLL_SECONDS):
                    with self._passing:
                        if not self._is_silent.is_set():
                            self._serve(selector, key.fileobj)

    def _serve(self, selector: selectors.BaseSelector, found: object) -> None:
        assert isinstance(found, socket.socket)
        if found is self._listener:
            self._accept(selector)
        elif not self._pass_on(found):
            selector.unregister(found)
            found.close()

    def _wait_in_silence(self) -> None:
        if select.select([self._listener], [], [], 0)[0]:
            self._was_retried.set()
        self._ended.wait(POLL_SECONDS)

    def _accept(self, selector: selectors.BaseSelector) -> None:
        near, _ = self._listener.accept()
        try:
            if self._is_cut.is_set():
                raise ConnectionRefusedError
            far = socket.create_connection(("127.0.0.1", self._target))
        except ConnectionRefusedError:
            near.close()
            return
        with self._lock:
            self._pairs |= {near: far, far: near}
            self._fresh.add(near)
        for each in (near, far):
            selector.register(each, selectors.EVENT_READ)
            if self._is_cut.is_set():
                shut(each)  # it was cut while this connection was made, and did not know it

    def _pass_on(self, source: socket.socket) -> bool:
        """False when the connection has ended."""
        with self._lock:
            target = self._pairs.get(source)
        try:
            if target and (chunk := source.recv(CHUNK_BYTES)):
                self._note_first(source, chunk)
                target.sendall(chunk)
                return True
        except OSError:
            pass  # it was cut, or one side has ended: both are closed below
        self._close(source)
        return False

    def _note_first(self, source: socket.socket, chunk: bytes) -> None:
        if source in self._fresh:
            self._fresh.remove(source)
            self.connections += 1
            self.encrypted += chunk.startswith(TLS_HANDSHAKE)

    def _close(self, one: socket.socket) -> None:
        with self._lock:
            self._fresh.discard(one)
            other = self._pairs.pop(one, None)
            if other:
                self._pairs.pop(other, None)
        for each in (one, other):
            if each:
                shut(each)

    def _close_all(self) -> None:
        with self._lock:
            found = [*self._pairs]
        for each in found:
            shut(each)


def shut(connection: socket.socket) -> None:
    """Ends it for both sides; the thread that reads it notices."""
    with suppress(OSError):  # it has ended already
        connection.shutdown(socket.SHUT_RDWR)
