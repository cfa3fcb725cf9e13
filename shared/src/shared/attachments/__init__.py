"""Files that a case receives: typed by content, encrypted, stored once, destroyed with their key."""

from shared.attachments.attachment import (
    AddAttachment,
    Attachment,
    AttachmentAdded,
    AttachmentStatus,
    CiteAttachment,
    WithdrawAttachment,
)
from shared.attachments.media_types import ACCEPTED_TYPES, media_type_of, safe_file_name

__all__ = [
    "ACCEPTED_TYPES",
    "AddAttachment",
    "Attachment",
    "AttachmentAdded",
    "AttachmentStatus",
    "CiteAttachment",
    "WithdrawAttachment",
    "media_type_of",
    "safe_file_name",
]
