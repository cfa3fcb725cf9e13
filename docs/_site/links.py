"""Relative links of a page, whichever folder of the repository it was written in.

A link to another page leads there. A link to a file outside the site is checked, then shown as the file's path; with
`DLA_SOURCE_URL` (an address that ends before the path) it leads to the file."""

from __future__ import annotations

import logging
import os
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

from packages import ROOT

log = logging.getLogger("mkdocs.hooks.links")
"""Below `mkdocs`, so that a warning fails a strict build."""
LINK = re.compile(r"(?P<text>!?\[(?:[^\[\]]|\[[^\]]*\])*\])\((?P<target>[^)\s]+)\)")
FENCE = re.compile(r"^\s*(```|~~~)")
EXTERNAL = re.compile(r"^(?:[a-z]+:|#|//)")


@dataclass(frozen=True)
class Links:
    """`origin`: the page's path in the repository; `uri`: in the site; `places`: from the one to the other."""

    origin: str
    uri: str
    places: Mapping[str, str]

    def rewrite(self, markdown: str) -> str:
        lines, inside = list[str](), False
        for line in markdown.splitlines():
            fence = bool(FENCE.match(line))
            inside ^= fence
            lines.append(line if inside or fence else LINK.sub(self._link, line))
        return "\n".join(lines)

    def _link(self, found: re.Match[str]) -> str:
        text, target = found["text"], found["target"]
        if EXTERNAL.match(target):
            return found[0]
        path, hash_sign, anchor = target.partition("#")
        there = posixpath.normpath(posixpath.join(posixpath.dirname(self.origin), path))
        if place := self._place(there):
            return f"{text}({posixpath.relpath(place, posixpath.dirname(self.uri) or '.')}{hash_sign}{anchor})"
        if text.startswith("!") or not (ROOT / there).exists():
            log.warning("%s: %s does not exist, or is no part of the site", self.origin, target)
            return found[0]
        if source := os.environ.get("DLA_SOURCE_URL"):
            return f"{text}({source.rstrip('/')}/{there}{hash_sign}{anchor})"
        words = text[1:-1]
        return f"`{there}`" if there.endswith(words.strip("`")) else f"{words} (`{there}`)"

    def _place(self, there: str) -> str | None:
        if there in self.places:
            return self.places[there]
        inside = there.removeprefix("docs/")
        return inside if inside != there and (ROOT / there).is_file() else None
