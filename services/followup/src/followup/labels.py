"""French labels of followup's codes."""

from __future__ import annotations

from collections.abc import Mapping

from followup.domain.reviews.review import ReviewStatus
from followup.domain.state import Outcome
from followup.domain.themes import Theme

THEMES: Mapping[Theme, str] = {
    Theme.STRATEGY: "projet et stratégie",
    Theme.GOVERNANCE: "gouvernance et vie associative",
    Theme.ACTIVITIES: "activités et utilité sociale",
    Theme.ORGANISATION: "organisation interne",
    Theme.HUMAN_RESOURCES: "ressources humaines et emploi",
    Theme.BUSINESS_MODEL: "modèle économique",
    Theme.FINANCE: "gestion et finances",
    Theme.PARTNERSHIPS: "partenariats et territoire",
    Theme.DIGITAL: "numérique",
    Theme.ECOLOGY: "transition écologique",
}
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
