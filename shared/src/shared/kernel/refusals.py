"""Refusals: the named reasons for which a domain says no to a command."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any


class Refused(Exception):
    """Raised by `decide` for a command that a rule of the domain forbids. Nothing is recorded.

    `slug` is stable and ends the `type` of the problem details (RFC 9457); `title` and `detail` are French; `extra`
    holds further members of the problem details."""

    def __init__(self, refusal: Refusal, detail: str, extra: dict[str, Any]) -> None:
        super().__init__(f"{refusal.slug}: {detail}")
        self.slug, self.title, self.detail, self.status, self.extra = (
            refusal.slug,
            refusal.title,
            detail,
            refusal.status,
            extra,
        )
        self.depends_on_body = refusal.depends_on_body


class StreamTaken(Exception):
    """Raised by `decide` when its stream already holds something else than the command is about. Nothing is recorded:
    who sent the command names another stream."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A reason to refuse a command, declared once in a domain: `raise NOT_ADMITTED("…")`. `status`: HTTP.

    `depends_on_body`: it is about what the command says, so that another body may pass in the same state, and a link is
    offered all the same. It need not be said with 404 or 422, which are of the body or the address anyway. Where the
    state decides whether another body may pass, `decide` says so: `raise TOO_MUCH.of_body(left > 0)("…")`."""

    slug: str
    title: str
    status: int = 409
    depends_on_body: bool = False

    def of_body(self, another_may_pass: bool = True) -> Refusal:
        """The same refusal, where another body may pass in this state, or where none does."""
        return replace(self, depends_on_body=another_may_pass)

    def __call__(self, detail: str, **extra: Any) -> Refused:
        return Refused(self, detail, extra)
