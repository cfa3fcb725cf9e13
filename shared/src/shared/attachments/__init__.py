"""Files that a case receives: typed by content, encrypted, stored once, destroyed with their key."""

from shared.attachments.attachment import (
    AddAttachment,
    Attachment,
    AttachmentAdded,
    CiteAttachment,
    Step,
    WithdrawAttachment,
)
from shared.attachments.media_types import KEPT, media_type_of, named

__all__ = [
    "KEPT",
    "AddAttachment",
    "Attachment",
    "AttachmentAdded",
    "CiteAttachment",
    "Step",
    "WithdrawAttachment",
    "media_type_of",
    "named",
]
