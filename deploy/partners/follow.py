"""Follows a service's events, and resumes where it stopped. This program needs Python alone: copy it.

    DLA_TOKEN=… python follow.py https://intake.example events.jsonl

Each event is one line of JSON in the file: its header, and its public body where there is one. The file is the only
state: killed at any moment, the program begins again after the last whole line, and no event is there twice. A line
with `next` alone says how far it has looked. It ends at the end of the log; run it again, or let `--every` do so."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

Place = tuple[int, str | None]
"""A position, and the log that it comes from."""


def find_place(file: Path) -> Place:
    """After what is whole in the file; a line that a crash has cut is taken away."""
    if not file.exists():
        return 0, None
    with file.open("r+b") as lines:
        whole, last = 0, b""
        for line in lines:
            if not line.endswith(b"\n"):
                break
            whole, last = whole + len(line), line
        lines.truncate(whole)
    if not last:
        return 0, None
    last_line = json.loads(last)
    header = last_line.get("header", {})
    return last_line.get("next", header.get("position", 0)), last_line.get("log_id", header.get("log_id"))


def fetch_page(place: Place, service: str, token: str, limit: int) -> dict[str, Any]:
    after, log = place
    query = urlencode({"after": after, "limit": limit, **({"log": log} if log else {})})
    request = Request(f"{service.rstrip('/')}/events?{query}", headers={"Authorization": f"Bearer {token}"})  # noqa: S310
    with urlopen(request, timeout=30) as answer:  # noqa: S310
        page: dict[str, Any] = json.load(answer)
    return page


def follow(service: str, file: Path, token: str, limit: int) -> None:
    """To the end of the log as it is now. Raises HTTPError, whose body says why in French."""
    place = find_place(file)
    with file.open("ab") as output:
        while True:
            page = fetch_page(place, service, token, limit)
            lines = list(page["events"])
            if page["next"] is not None:
                lines.append({"next": page["next"], "log_id": page["log_id"]})
            output.write(b"".join(json.dumps(each, ensure_ascii=False).encode() + b"\n" for each in lines))
            output.flush()
            os.fsync(output.fileno())
            if page["next"] is None:
                return
            place = page["next"], page["log_id"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("service")
    parser.add_argument("file", type=Path)
    parser.add_argument("--limit", type=int, default=500, help="events looked at by one page")
    parser.add_argument("--every", type=float, help="seconds between two looks; once, if left out")
    arguments = parser.parse_args()
    while True:
        try:
            follow(arguments.service, arguments.file, os.environ["DLA_TOKEN"], arguments.limit)
        except HTTPError as refused:
            sys.exit(f"{refused.code}: {refused.read().decode(errors='replace')}")
        if arguments.every is None:
            return
        time.sleep(arguments.every)


if __name__ == "__main__":
    main()
