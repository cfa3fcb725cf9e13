"""What documents are attached to the diagnosis?"""

from __future__ import annotations

from enum import StrEnum


class AttachmentKind(StrEnum):
    DIAGNOSIS_REPORT = "diagnosis_report"
    ACCOUNTS = "accounts"
    BUDGET = "budget"
    MINUTES = "minutes"
    OTHER = "other"
