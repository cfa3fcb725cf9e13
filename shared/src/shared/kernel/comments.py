"""Comments on a phase's work: what a leader says of it without validating or contesting, and what is answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.kernel.decider import Context
from shared.kernel.encrypted import Encrypted
from shared.kernel.events import command, event
from shared.kernel.fields import Count, Text
from shared.kernel.vocabulary.roles import Role


@dataclass(frozen=True, slots=True)
class Comment:
    """`by`: who wrote it, by pseudonym. `about_version`: of the content that it is about, null for the whole."""

    by: str
    role: Role
    text: Encrypted
    commented_at: datetime
    about_version: int | None = None


@event("comment-added", label="Commentaire")
class CommentAdded:
    comment: Comment


@command
class AddComment:
    """The base of each phase's own command, which names what may refuse it. Nothing is decided by a comment.

    `about_version`: the version that whoever comments has before them."""

    text: Text
    about_version: Count | None = None


def decide_comment(command: AddComment, context: Context) -> CommentAdded:
    comment = Comment(
        context.actor.id,
        context.actor.role,
        text=context.text(command.text),
        commented_at=context.now,
        about_version=command.about_version,
    )
    return CommentAdded(comment)
