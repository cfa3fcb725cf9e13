"""Authentication, authorization and the recording of reads."""

from shared.web.auth.authentication import (
    RIGHT_HEADER,
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
    CaseReaderDep,
    RequiredRoles,
    StaffDep,
    authorize,
    authorize_data_protection,
    authorize_headers,
    authorize_person,
    authorize_read,
    can_change,
    confidential_problem,
    forwarded_headers,
    requires,
)
from shared.web.auth.named_identities import IDENTITY_WITHOUT_RIGHT, require_right
from shared.web.auth.redaction import redact_confidential_cases, require_no_confidential_case
from shared.web.auth.role_documentation import document_roles

__all__ = [
    "CASE_READERS",
    "IDENTITY_WITHOUT_RIGHT",
    "RIGHT_HEADER",
    "STAFF",
    "Authenticator",
    "Caller",
    "CallerDep",
    "CaseReaderDep",
    "FindProtectedCase",
    "IdentityDep",
    "LoadRights",
    "RequiredRoles",
    "StaffDep",
    "authorize",
    "authorize_data_protection",
    "authorize_headers",
    "authorize_person",
    "authorize_read",
    "can_change",
    "confidential_problem",
    "document_roles",
    "forwarded_headers",
    "get_caller",
    "no_protected_case",
    "redact_confidential_cases",
    "require_no_confidential_case",
    "require_right",
    "requires",
]
