"""Kinds of attachments of a request."""

from __future__ import annotations

from shared.kernel import LabelledEnum


class RequestAttachmentKind(LabelledEnum):
    STATUTES = "statutes", "statuts"
    REGISTRATION = "registration", "justificatif d’existence"
    ACCOUNTS = "accounts", "comptes annuels"
    MINUTES = "minutes", "procès-verbal ou compte rendu"
    OTHER = "other", "autre pièce"


OF_LEADERS = frozenset(RequestAttachmentKind)
"""What a leader adds: the papers of the structure."""
