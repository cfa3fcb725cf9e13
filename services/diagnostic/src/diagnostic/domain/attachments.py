"""Kinds of documents that can be attached to a diagnosis."""

from __future__ import annotations

from enum import StrEnum


class DiagnosisAttachmentKind(StrEnum):
    DIAGNOSIS_REPORT = "diagnosis_report"
    ACCOUNTS = "accounts"
    BUDGET = "budget"
    MINUTES = "minutes"
    OTHER = "other"


OF_LEADERS = frozenset(
    {
        DiagnosisAttachmentKind.ACCOUNTS,
        DiagnosisAttachmentKind.BUDGET,
        DiagnosisAttachmentKind.MINUTES,
        DiagnosisAttachmentKind.OTHER,
    }
)
"""What a leader adds: the papers of the structure."""
