"""Kinds of documents that can be attached to a diagnosis."""

from __future__ import annotations

from shared.kernel import LabelledEnum


class DiagnosisAttachmentKind(LabelledEnum):
    DIAGNOSIS_REPORT = "diagnosis_report", "rapport de diagnostic"
    ACCOUNTS = "accounts", "comptes annuels"
    BUDGET = "budget", "budget prévisionnel"
    MINUTES = "minutes", "procès-verbal ou compte rendu"
    OTHER = "other", "autre pièce"


OF_LEADERS = frozenset(
    {
        DiagnosisAttachmentKind.ACCOUNTS,
        DiagnosisAttachmentKind.BUDGET,
        DiagnosisAttachmentKind.MINUTES,
        DiagnosisAttachmentKind.OTHER,
    }
)
"""What a leader adds: the papers of the structure."""
