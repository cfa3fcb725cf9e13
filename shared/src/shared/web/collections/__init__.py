"""Many cases over HTTP: lists, caseloads, figures, statistics."""

from shared.web.collections.caseload import caseload_router
from shared.web.collections.figures import add_figures
from shared.web.collections.list_at import load_case_for_response
from shared.web.collections.lists import NO_NUL_PATTERN, list_params, list_rows, page_of
from shared.web.collections.statistics import add_statistics

__all__ = [
    "NO_NUL_PATTERN",
    "add_figures",
    "add_statistics",
    "caseload_router",
    "list_params",
    "list_rows",
    "load_case_for_response",
    "page_of",
]
