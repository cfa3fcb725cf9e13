"""French labels of followup's codes."""

from __future__ import annotations

from collections.abc import Mapping

from followup.domain.reviews.review import ReviewStatus
from shared.kernel import EndingKind

REVIEWS: Mapping[ReviewStatus, str] = {
    ReviewStatus.PLANNED: "à venir",
    ReviewStatus.HELD: "réalisé",
    ReviewStatus.UNREACHABLE: "structure injoignable",
    ReviewStatus.CLOSED_DOWN: "structure ayant cessé son activité",
}
ENDINGS: Mapping[EndingKind, str] = {
    kind: kind.label for kind in (EndingKind.FOLLOWED_UP, EndingKind.UNREACHABLE, EndingKind.CLOSED_DOWN)
}
"""The endings of a follow-up."""
