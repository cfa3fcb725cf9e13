"""The command `verify`: hostile files are refused in bounded time and memory; the report says what is not verified."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from struct import pack_into
from time import monotonic

import pytest
from tests.support.samples import sample_bundle
from tests.support.samples.sample_bundle import (
    ENTRIES,
    FORGER,
    RAW,
    WHOLE,
    bundle,
    describe,
    file_of,
    refused,
    replace_event,
)

from audit.bundle.archive import MAX_BUNDLE_BYTES, MAX_ENTRIES, pack, unpack
from audit.verify import main


def zipped(method: int = zipfile.ZIP_STORED, **contents: bytes) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", method) as writing:
        for name, content in contents.items():
            writing.writestr(name, content)
    return made.getvalue()


CASE_FILE = ENTRIES["dossier.json"]


def announcing(size: int) -> bytes:
    raw = bytearray(pack({"dossier.json": b"{}"}))
    pack_into("<II", raw, 18, size, size)
    return bytes(raw)


def deep(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


HOSTILE = {
    "nothing": b"",
    "no zip": b"GIF89a",
    "half a header": RAW[:20],
    "cut": RAW[: len(RAW) // 2],
    "bomb": zipped(zipfile.ZIP_DEFLATED, **{"dossier.json": bytes(20 << 20)}),
    "path traversal": pack({"../../etc/passwd": b"x"}),
    "absolute path": pack({"/etc/passwd": b"x"}),
    "back slashes": pack({"..\\x": b"x"}),
    "a name that is not ASCII": pack({"dossier\u202e.json": b"{}"}),
    "a name with a line feed": pack({"dossier.json\nVÉRIFIÉ": b"{}"}),
    "a folder": pack({"preuves/": b""}),
    "four gigabytes announced": announcing(0xFFFFFFFF),
    "ten gigabytes in all announced": b"".join([announcing(0x7FFFFFFF)] * 5),
    "too many entries": pack({f"e{n}": b"" for n in range(MAX_ENTRIES + 1)}),
    "too large": bytes(MAX_BUNDLE_BYTES + 1),
    "deep JSON": pack({"dossier.json": deep(200_000)}),
    "deep JSON inside": pack({"dossier.json": b'{"format":"dla-bundle/1","case":' + deep(200_000) + b"}"}),
    "huge number": pack({"dossier.json": b'{"format":' + b"9" * 1_000_000 + b"}"}),
    "no UTF-8": pack({"dossier.json": b'{"format":"\xff\xfe"}'}),
    "no UTF-8 in the key": pack(ENTRIES | {"cle.txt": b"\xff\xfe"}),
    "an id that is a path": pack(ENTRIES | {"dossier.json": CASE_FILE.replace(b'"id": "0', b'"id": "../')}),
    "another format": pack(ENTRIES | {"dossier.json": CASE_FILE.replace(b"dla-bundle/1", b"dla-bundle/2")}),
    "an archive's comment": RAW[:-2] + b"\x03\x00abc",
    "something before": b"#!/bin/sh\n" + RAW,
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_refused_in_bounded_time_and_memory(
    what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "dossier.zip"
    file.write_bytes(HOSTILE[what])
    began = monotonic()
    tracemalloc.start()
    code = main([str(file)])
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert code == 1
    assert capsys.readouterr().err.startswith("REFUSÉ\u00a0:")
    assert monotonic() - began < 10
    assert most < 4 * MAX_BUNDLE_BYTES


@pytest.mark.parametrize(
    "content",
    [
        deep(900),
        b'{"meta":{},"data":{}}',
        b'{"meta":' + deep(900) + b',"data":{}}',
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":' * 70 + b"1" + b"}" * 70,
        b'{"' + b"k" * 100_000 + b'":[' + b"1," * 20_000 + b"1]}",
    ],
    ids=["deep", "no meta", "deep meta", "huge number", "a long way down", "a terabyte of paths"],
)
def test_a_content_that_would_fill_the_memory_is_refused_though_it_is_signed(content: bytes) -> None:
    signed = content if content.startswith((b"[", b'{"meta"')) else _as_data(content)
    contents = [signed if n == 1 else sample_bundle.stored(n) for n in range(6)]
    tracemalloc.start()
    words = refused(file_of(describe(bundle(None, contents), 1, values={})))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert f"contenus/{WHOLE.events[1].description.id}.json" in words
    assert most < MAX_BUNDLE_BYTES


def _as_data(data: bytes) -> bytes:
    return sample_bundle.stored(1).partition(b'"data":')[0] + b'"data":' + data + b"}"


# -- the command


def test_the_command_says_what_it_verified_and_what_it_did_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "dossier.zip"
    file.write_bytes(RAW)
    assert main([str(file)]) == 0
    output = capsys.readouterr().out
    for words in ("6 événements", "NON VÉRIFIÉ", WHOLE.key, "parole des services", "pseudonymes", "heure des serveurs"):
        assert words in output
    assert main([str(file), "--key", WHOLE.key]) == 0
    assert WHOLE.key not in capsys.readouterr().out
    key_file = tmp_path / "cle.txt"
    key_file.write_text(str(FORGER.verifier) + "\n")
    assert main([str(file), "--key", str(key_file)]) == 1
    assert main([str(file), "--key", "n’importe quoi"]) == 2
    assert main([str(tmp_path / "absent.zip")]) == 2


def test_a_hostile_file_does_not_speak_to_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    event = describe(WHOLE, 3, label="\x1b[2JVÉRIFIÉ\n").events[3]
    assert event.content
    file = tmp_path / "dossier.zip"
    file.write_bytes(file_of(replace_event(WHOLE, 3, replace(event, content=event.content + b" "))))
    assert main([str(file)]) == 1
    error = capsys.readouterr().err
    assert "\x1b" not in error
    assert error.count("\n") == 1


def test_verifying_takes_no_service_with_it() -> None:
    """Alone in a process: neither web nor database nor broker is even imported."""
    program = (
        "import sys, audit.verify; sys.exit(bool({'fastapi', 'psycopg', 'httpx', 'eventsourcing', 'pydantic', 'nats',"
        " 'socket'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_unpacked_gives_back_what_was_packed() -> None:
    assert unpack(RAW) == ENTRIES
