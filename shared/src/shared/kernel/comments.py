"""Comments on a phase's work: what a leader says of it without validating or contesting, and what is answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from shared.kernel.decider import Context
from shared.kernel.encrypted import Encrypted
from shared.kernel.events import command, event
from shared.kernel.fields import Count, Ordinal, Text
from shared.kernel.frozen import frozen, replace
from shared.kernel.refusals import Refusal
from shared.kernel.vocabulary.roles import Role

UNKNOWN_COMMENT = Refusal("unknown-comment", "Commentaire inconnu", status=404)
ALREADY_ANSWERED = Refusal("comment-already-answered", "Commentaire déjà pris en compte")


@frozen
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


@event("comment-acknowledged", label="Commentaire lu, sans réponse écrite")
class CommentAcknowledged:
    """`comment`: its number, in the order of writing, from 1."""

    comment: int


@command
class AddComment:
    """The base of each phase's own command, which names what may refuse it. Nothing is decided by a comment.

    `about_version`: the version that whoever comments has before them."""

    text: Text
    about_version: Count | None = None


@command
class AcknowledgeComment:
    """The base of each phase's own command, which names what may refuse it."""

    comment: Ordinal


CommentEvent = CommentAdded | CommentAcknowledged
S = TypeVar("S", bound=Any)
"""A state with `comments` and `unanswered_comments`: the numbers of the leaders' comments that wait for an answer."""


def decide_comment(state: Any, command: AddComment | AcknowledgeComment, context: Context) -> CommentEvent:
    """`state`: with the fields of `S`. Raises Refused for a comment that does not exist, or waits for nothing."""
    match command:
        case AcknowledgeComment(number):
            if number > len(state.comments):
                raise UNKNOWN_COMMENT.of_body(bool(state.unanswered_comments))("Aucun commentaire ne porte ce numéro.")
            if number not in state.unanswered_comments:
                raise ALREADY_ANSWERED.of_body(bool(state.unanswered_comments))(
                    "Ce commentaire n’attend pas de réponse, ou n’en attend plus."
                )
            return CommentAcknowledged(number)
        case AddComment(text, about_version):
            comment = Comment(
                context.actor.id,
                context.actor.role,
                text=context.text(text),
                commented_at=context.now,
                about_version=about_version,
            )
            return CommentAdded(comment)


def evolve_comments(state: S, event: CommentEvent) -> S:
    """A comment of a leader waits until one of the staff answers all that were written before, or takes note of it."""
    waiting = state.unanswered_comments
    match event:
        case CommentAdded(comment):
            waiting = (*waiting, len(state.comments) + 1) if comment.role is Role.LEADER else ()
            return replace(state, comments=(*state.comments, comment), unanswered_comments=waiting)
        case CommentAcknowledged(number):
            return replace(state, unanswered_comments=tuple(each for each in waiting if each != number))
