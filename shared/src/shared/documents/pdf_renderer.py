"""PDFs, made by a process of their own, one at a time, so that no document takes the service's memory or time."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from threading import Lock, Timer
from typing import Any, BinaryIO, cast

import msgspec

from shared.documents.model import Document
from shared.documents.pdf_process import FAILED, MADE_LAST, read_frame, write_frame
from shared.documents.rendering import pdf_timestamp, pdf_values

log = logging.getLogger(__name__)
TIMEOUT_SECONDS = 30.0
"""For one document; the largest takes 2 to 4 on a quiet machine."""
MEMORY_BYTES = 512 * 1024**2
"""Of addresses: 170 MiB are taken before anything is laid out, and 200 pages take 100 more."""
MAX_PAGES = 200
LETTERS_OF_A_LINE, LINES_OF_A_PAGE = 80, 50
ENVIRONMENT = {"LANG": "C.UTF-8", "RAYON_NUM_THREADS": "1"}
"""Nothing of the service's own, which holds its secrets."""


class DocumentTooLarge(Exception):
    """It has about `pages` pages; null where it could not be made within the limits of memory and time."""

    def __init__(self, pages: int | None = None) -> None:
        super().__init__(f"about {pages} pages" if pages else "too much memory or time")
        self.pages = pages


class PdfFailed(Exception):
    """The template cannot be filled in: a fault of ours."""


def estimate_pages(document: Document) -> int:
    """At most by a few times too many: cells of a table are counted as lines of their own."""
    texts = _texts([document.title, document.structure, msgspec.to_builtins(document.blocks)])
    lines = sum(1 + len(line) // LETTERS_OF_A_LINE for text in texts for line in text.split("\n"))
    return 1 + lines // LINES_OF_A_PAGE


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


class PdfRenderer:
    """Starts its process at the first document, and another when that one retires or is killed."""

    def __init__(self, timeout_seconds: float = TIMEOUT_SECONDS, memory_bytes: int = MEMORY_BYTES) -> None:
        self._timeout_seconds, self._memory_bytes = timeout_seconds, memory_bytes
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Of the process, while there is one."""
        return self._process.pid if self._process else None

    def render(self, document: Document) -> bytes:
        """The same bytes as `rendering.render_pdf`. Raises DocumentTooLarge or PdfFailed."""
        if (pages := estimate_pages(document)) > MAX_PAGES:
            raise DocumentTooLarge(pages)
        request = json.dumps({"timestamp": pdf_timestamp(document), "values": pdf_values(document)}).encode()
        with self._lock:
            process = self._running()
            watchdog = Timer(self._timeout_seconds, process.kill)
            watchdog.start()
            try:
                write_frame(cast(BinaryIO, process.stdin), request)
                answer = read_frame(cast(BinaryIO, process.stdout))
            except (OSError, EOFError):
                self._end()
                log.warning("a PDF of about %d pages took too much memory or time: %s", pages, process.returncode)
                raise DocumentTooLarge from None
            finally:
                watchdog.cancel()
            kind, content = answer[:1], answer[1:]
            if kind == MADE_LAST:
                self._end()
                self._running()
        if kind == FAILED:
            raise PdfFailed(content.decode())
        return content

    def close(self) -> None:
        with self._lock:
            self._end()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            program = f"from shared.documents.pdf_process import main; main({self._memory_bytes})"
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=ENVIRONMENT,
                process_group=0,  # Ctrl-C is for the service, which ends it
            )
        return self._process

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None
