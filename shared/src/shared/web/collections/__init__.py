"""Many cases over HTTP: lists, caseloads, figures, statistics."""

from shared.web.collections.caseload import router_of
from shared.web.collections.figures import offer_figures
from shared.web.collections.list_at import then
from shared.web.collections.lists import NO_NUL, Page, asking, listed
from shared.web.collections.statistics import offer_aggregates

__all__ = [
    "NO_NUL",
    "Page",
    "asking",
    "listed",
    "offer_aggregates",
    "offer_figures",
    "router_of",
    "then",
]
