"""Authentication, authorization and the recording of reads."""

from shared.web.auth.authentication import (
    RIGHT_HEADER,
    UNREADABLE_EVENT_ERRORS,
    Authenticator,
    Caller,
    CallerDep,
    FindProtectedCase,
    IdentityDep,
    LoadRights,
    get_caller,
    no_protected_case,
)
from shared.web.auth.authorization import (
    CASE_READERS,
    STAFF,
    authorize,
    authorize_headers,
    authorize_read,
    can_change,
    confidential_problem,
    only_roles,
)
from shared.web.auth.redaction import redact_confidential_cases, require_no_confidential_case

__all__ = [
    "CASE_READERS",
    "RIGHT_HEADER",
    "STAFF",
    "UNREADABLE_EVENT_ERRORS",
    "Authenticator",
    "Caller",
    "CallerDep",
    "FindProtectedCase",
    "IdentityDep",
    "LoadRights",
    "authorize",
    "authorize_headers",
    "authorize_read",
    "can_change",
    "confidential_problem",
    "get_caller",
    "no_protected_case",
    "only_roles",
    "redact_confidential_cases",
    "require_no_confidential_case",
]
