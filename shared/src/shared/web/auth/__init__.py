"""Authentication, authorization and the recording of reads."""

from shared.web.auth.authentication import (
    RIGHT_HEADER,
    Authenticator,
    CallerDep,
    IdentityDep,
    LoadRights,
    get_caller,
)
from shared.web.auth.authorization import (
    CASE_READERS,
    EXISTENCE,
    STAFF,
    CaseReaderDep,
    RequiredRoles,
    StaffDep,
    authorize,
    authorize_data_protection,
    authorize_drafts,
    authorize_headers,
    authorize_headers_alone,
    authorize_person,
    authorize_read,
    can_change,
    confidential_problem,
    forwarded_headers,
    requires,
)
from shared.web.auth.caller import Caller, FindProtectedCase, no_protected_case
from shared.web.auth.every_right import OwnRight, under_every_right
from shared.web.auth.named_identities import IDENTITY_WITHOUT_RIGHT, require_right
from shared.web.auth.redaction import (
    find_hidden_cases,
    leave_out_linked_cases,
    leave_out_of_state,
    redact_hidden_cases,
    require_no_hidden_case,
)
from shared.web.auth.role_documentation import document_roles

__all__ = [
    "CASE_READERS",
    "EXISTENCE",
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
    "OwnRight",
    "RequiredRoles",
    "StaffDep",
    "authorize",
    "authorize_data_protection",
    "authorize_drafts",
    "authorize_headers",
    "authorize_headers_alone",
    "authorize_person",
    "authorize_read",
    "can_change",
    "confidential_problem",
    "document_roles",
    "find_hidden_cases",
    "forwarded_headers",
    "get_caller",
    "leave_out_linked_cases",
    "leave_out_of_state",
    "no_protected_case",
    "redact_hidden_cases",
    "require_no_hidden_case",
    "require_right",
    "requires",
    "under_every_right",
]
