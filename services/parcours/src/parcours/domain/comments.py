"""Comments of leaders, the answers to them, and the note that one was read."""

from __future__ import annotations

from parcours.domain.lifecycle import PARCOURS_NOT_OPEN
from shared.kernel import AcknowledgeComment, AddComment, CommentAcknowledged, CommentAdded, CommentEvent
from shared.kernel.comments import ALREADY_ANSWERED, UNKNOWN_COMMENT
from shared.kernel.events import command


@command(title="Commenter", leads_to=(CommentAdded,), may_refuse=(PARCOURS_NOT_OPEN,))
class CommentParcours(AddComment):
    """A leader says what they think, or whoever accompanies them answers. Nothing is decided by a comment.

    What the staff writes answers all that leaders wrote before. `about_version`: the version that they have before
    them."""


@command(
    title="Prendre note d’un commentaire",
    leads_to=(CommentAcknowledged,),
    may_refuse=(PARCOURS_NOT_OPEN, UNKNOWN_COMMENT, ALREADY_ANSWERED),
)
class AcknowledgeParcoursComment(AcknowledgeComment):
    """A leader's comment was read, and needs no written answer."""


Command = CommentParcours | AcknowledgeParcoursComment
Event = CommentEvent
