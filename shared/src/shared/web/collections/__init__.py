"""Many cases over HTTP: lists, caseloads, figures, statistics."""

from shared.web.collections.caseload import CASELOAD_READERS, CONSULTED_ROLES, CaseloadParams, Task, caseload_router
from shared.web.collections.figures import add_figures
from shared.web.collections.list_at import load_case_for_response
from shared.web.collections.lists import (
    MYSELF,
    NO_NUL_PATTERN,
    invalid_cursor,
    list_params,
    list_rows,
    page_of,
    sort_labels,
)
from shared.web.collections.named import (
    NAMES_DESCRIPTION,
    NamedPerson,
    inline_names,
    name_entries,
    name_part,
    name_person,
    name_rows,
    name_state,
    named_row_members,
    named_state_members,
)
from shared.web.collections.past_turn import PAST_TURN
from shared.web.collections.statistics import add_statistics

__all__ = [
    "CASELOAD_READERS",
    "CONSULTED_ROLES",
    "MYSELF",
    "NAMES_DESCRIPTION",
    "NO_NUL_PATTERN",
    "PAST_TURN",
    "CaseloadParams",
    "NamedPerson",
    "Task",
    "add_figures",
    "add_statistics",
    "caseload_router",
    "inline_names",
    "invalid_cursor",
    "list_params",
    "list_rows",
    "load_case_for_response",
    "name_entries",
    "name_part",
    "name_person",
    "name_rows",
    "name_state",
    "named_row_members",
    "named_state_members",
    "page_of",
    "sort_labels",
]
