"""Comments of leaders, and the answers to them."""

from __future__ import annotations

from parcours.domain.lifecycle import PARCOURS_NOT_OPEN
from shared.kernel import AddComment, CommentAdded
from shared.kernel.events import command


@command(title="Commenter", leads_to=(CommentAdded,), may_refuse=(PARCOURS_NOT_OPEN,))
class CommentParcours(AddComment):
    """A leader says what they think, or whoever accompanies them answers. Nothing is decided by a comment.

    `about_version`: the version that they have before them."""
