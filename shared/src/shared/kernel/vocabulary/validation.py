"""Validation of one exact version of a content by the structure's leaders: the part that every phase shares.

A submission names a version by its number and by a salted hash of its content. A leader's validation names the same
two, as that leader read them: no refusal gives the hash, so that nobody validates a content without reading it.
Statuses, events, what a submission requires and how many leaders must agree belong to each phase."""

from __future__ import annotations

from typing import Annotated, Any

from annotated_types import Ge, Len

from shared.kernel.content_hash import content_hash
from shared.kernel.decider import Context
from shared.kernel.encrypted import Encrypted
from shared.kernel.frozen import frozen
from shared.kernel.refusals import Refusal, Refused
from shared.kernel.vocabulary.roles import Role

LEADERS_ONLY = Refusal("leaders-only", "Réservé aux dirigeant·es de la structure", status=403)
STALE_CONTENT = Refusal("stale-content", "Le contenu a changé depuis votre lecture", depends_on_body=True)

Version = Annotated[int, Ge(1)]
"""Number of a version, from 1."""
ContentHash = Annotated[str, Len(64, 64)]
"""SHA-256, in hexadecimal."""


@frozen
class Submission:
    """The version that leaders are asked to validate, or have validated.

    `salt`, in hexadecimal, precedes the content in the hash, so that nobody can guess a content from its hash. It is
    encrypted under the case's key: once the case is erased, the hash proves nothing about anybody."""

    version: int
    content_hash: str
    salt: Encrypted


def build_submission(version: int, content: Any, context: Context) -> Submission:
    salt = context.new_id().bytes
    return Submission(version, content_hash(salt, content), salt=context.text(salt.hex()))


def require_leader(context: Context, detail: str) -> None:
    """Raises Refused with the French `detail` unless the actor is a leader of the structure."""
    if context.actor.role is not Role.LEADER:
        raise LEADERS_ONLY(detail)


def require_current_version(version: int, current: int, subject: str) -> None:
    """`version`: the one that the leader read; `current`: that of the content now; `subject`: its name in French."""
    if version != current:
        raise _stale(current, subject)


def require_same_content(read_hash: str, submission: Submission, subject: str) -> None:
    """Raises Refused unless the hash that the leader read is that of the submitted content."""
    if read_hash != submission.content_hash:
        raise _stale(submission.version, subject)


def _stale(current: int, subject: str) -> Refused:
    """The refusal gives the current version, and never its hash, which is obtained by reading."""
    detail = f"{subject} en est à la version {current}\u00a0: relisez-la avant de vous prononcer."
    return STALE_CONTENT(detail, version=current)
