"""What documents are attached to the follow-up?"""

from __future__ import annotations

from enum import StrEnum


class AttachmentKind(StrEnum):
    REVIEW_REPORT = "review_report"
    ACCOUNTS = "accounts"
    MINUTES = "minutes"
    OTHER = "other"
