"""French labels of followup's codes."""

from __future__ import annotations

from collections.abc import Mapping

from followup.domain.reviews.review import ReviewStatus
from followup.domain.state import Outcome

REVIEWS: Mapping[ReviewStatus, str] = {
    ReviewStatus.PLANNED: "à venir",
    ReviewStatus.HELD: "réalisé",
    ReviewStatus.UNREACHABLE: "structure injoignable",
    ReviewStatus.CLOSED_DOWN: "structure ayant cessé son activité",
}
OUTCOMES: Mapping[Outcome, str] = {
    Outcome.COMPLETED: "suivi mené à son terme",
    Outcome.CLOSED_DOWN: "structure ayant cessé son activité",
}
