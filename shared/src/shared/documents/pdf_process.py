"""The process that makes PDFs, apart from the service: within a limit of memory, and replaced before it grows.

Typst keeps what it has laid out for documents that resemble each other, about 80 bytes for each letter, and never gives
it back. `main` reads requests on its standard input and answers on its standard output; it ends with its input, or
after the answer that says so."""

from __future__ import annotations

import json
import os
import resource
import struct
import sys
from typing import Any, BinaryIO

from shared.documents.rendering import compile_pdf

RETIRE_AFTER_DOCUMENTS = 200
RETIRE_AFTER_BYTES = 1_000_000
"""Of what was to be laid out: the process has then grown by some 80 MiB, to 140."""
LENGTH = struct.Struct(">I")
MADE, MADE_LAST, FAILED = b"P", b"L", b"E"


def write_frame(stream: BinaryIO, content: bytes) -> None:
    stream.write(LENGTH.pack(len(content)) + content)
    stream.flush()


def read_frame(stream: BinaryIO) -> bytes:
    """Raises EOFError where the other side has ended."""
    return _read(stream, LENGTH.unpack(_read(stream, LENGTH.size))[0])


def _read(stream: BinaryIO, size: int) -> bytes:
    content = stream.read(size)
    if len(content) < size:
        raise EOFError
    return content


def main(memory_bytes: int) -> None:
    """`memory_bytes`: of addresses (RLIMIT_AS)."""
    if sys.platform == "linux":  # macOS refuses to set it
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(10)  # whoever waits for an answer in JSON goes first
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    laid_out = 0
    for made in range(1, RETIRE_AFTER_DOCUMENTS + 1):
        try:
            frame = read_frame(requests)
        except EOFError:
            return
        laid_out += len(frame)
        request: dict[str, Any] = json.loads(frame)
        try:
            content = compile_pdf(request["values"], request["timestamp"])
        except RuntimeError as error:
            write_frame(answers, FAILED + str(error).encode())
            continue
        last = made == RETIRE_AFTER_DOCUMENTS or laid_out > RETIRE_AFTER_BYTES
        write_frame(answers, (MADE_LAST if last else MADE) + content)
        if last:
            return
