"""Comments of leaders, and the answers to them."""

from __future__ import annotations

from diagnostic.domain.lifecycle import NOT_OPEN
from shared.kernel import AddComment, CommentAdded
from shared.kernel.events import command


@command(title="Commenter", leads_to=(CommentAdded,), may_refuse=(NOT_OPEN,))
class CommentDiagnosis(AddComment):
    """A leader says what they think, or whoever accompanies them answers. Nothing is decided by a comment.

    `about_version`: the version that they have before them."""
