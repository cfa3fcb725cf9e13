"""What documents are attached to the parcours?"""

from __future__ import annotations

from enum import StrEnum


class AttachmentKind(StrEnum):
    TERMS_OF_REFERENCE = "terms_of_reference"
    SIGNED_AGREEMENT = "signed_agreement"
    SIGNED_AMENDMENT = "signed_amendment"
    FINAL_REPORT = "final_report"
    INVOICE = "invoice"
    MINUTES = "minutes"
    OTHER = "other"
