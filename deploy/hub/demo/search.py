"""A byte search over everything that a deployment keeps on its disk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

CHUNK_BYTES = 1 << 22


def occurrences(folder: Path, texts: Iterable[str]) -> dict[str, int]:
    """In how many files each text is found: as UTF-8, and as JSON with escapes writes it."""
    needles = {text: {text.encode(), text.encode("ascii", "backslashreplace"), _as_json(text)} for text in texts}
    found = dict.fromkeys(needles, 0)
    for file in folder.rglob("*"):
        if file.is_file() and not file.is_symlink():
            content = [*_chunks(file, max(len(each) for forms in needles.values() for each in forms))]
            for text, forms in needles.items():
                found[text] += any(form in chunk for chunk in content for form in forms)
    return found


def size(folder: Path) -> tuple[int, int]:
    """Files and bytes of a folder."""
    sizes = [file.stat().st_size for file in folder.rglob("*") if file.is_file()]
    return len(sizes), sum(sizes)


def _as_json(text: str) -> bytes:
    return "".join(each if each.isascii() else f"\\u{ord(each):04x}" for each in text).encode()


def _chunks(file: Path, overlap: int) -> Iterator[bytes]:
    """Each begins with the end of the one before, so that nothing is cut in two."""
    with file.open("rb") as opened:
        tail = b""
        while chunk := opened.read(CHUNK_BYTES):
            yield tail + chunk
            tail = chunk[-overlap:]
