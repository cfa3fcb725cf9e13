"""Kinds of documents that can be attached to a follow-up."""

from __future__ import annotations

from shared.kernel import LabelledEnum


class FollowUpAttachmentKind(LabelledEnum):
    REVIEW_REPORT = "review_report", "compte rendu de bilan"
    ACCOUNTS = "accounts", "comptes annuels"
    MINUTES = "minutes", "procès-verbal ou compte rendu"
    OTHER = "other", "autre pièce"


OF_LEADERS = frozenset({FollowUpAttachmentKind.ACCOUNTS, FollowUpAttachmentKind.MINUTES, FollowUpAttachmentKind.OTHER})
"""What a leader adds: the papers of the structure."""
