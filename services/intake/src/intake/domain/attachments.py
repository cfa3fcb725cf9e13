"""Kinds of attachments of a request."""

from __future__ import annotations

from enum import StrEnum


class RequestAttachmentKind(StrEnum):
    STATUTES = "statutes"
    REGISTRATION = "registration"
    ACCOUNTS = "accounts"
    MINUTES = "minutes"
    OTHER = "other"


OF_LEADERS = frozenset(RequestAttachmentKind)
"""What a leader adds: the papers of the structure."""
