"""Kinds of documents that can be attached to a follow-up."""

from __future__ import annotations

from enum import StrEnum


class FollowUpAttachmentKind(StrEnum):
    REVIEW_REPORT = "review_report"
    ACCOUNTS = "accounts"
    MINUTES = "minutes"
    OTHER = "other"


OF_LEADERS = frozenset({FollowUpAttachmentKind.ACCOUNTS, FollowUpAttachmentKind.MINUTES, FollowUpAttachmentKind.OTHER})
"""What a leader adds: the papers of the structure."""
