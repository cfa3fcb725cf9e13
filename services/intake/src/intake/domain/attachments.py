"""Kinds of attachments of a request."""

from __future__ import annotations

from enum import StrEnum


class RequestAttachmentKind(StrEnum):
    STATUTES = "statutes"
    REGISTRATION = "registration"
    ACCOUNTS = "accounts"
    MINUTES = "minutes"
    OTHER = "other"
