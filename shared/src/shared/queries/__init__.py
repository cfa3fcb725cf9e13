"""Lists and caseloads over projected rows, filtered by right in SQL."""

from shared.queries.caseload import Caseload, What, due, judged_by, waiting
from shared.queries.list_query import KEPT_NOW, NEWEST_FIRST, WrongCursor, count_of, page_of

__all__ = [
    "KEPT_NOW",
    "NEWEST_FIRST",
    "Caseload",
    "What",
    "WrongCursor",
    "count_of",
    "due",
    "judged_by",
    "page_of",
    "waiting",
]
