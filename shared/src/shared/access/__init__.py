"""Rights, the access policy (Cedar), and the access log."""

from shared.access.access_log import AccessLog, AccessLogQuery, AccessRecord, access_log_table
from shared.access.access_log_seal import (
    AccessLogSealed,
    SealsAltered,
    VerifiedDay,
    read_seals,
    seal_access_log,
    seal_decider,
    verify_access_log,
)
from shared.access.case_access import (
    CaseAccessReplicated,
    find_case_access,
    find_each_case_access,
    find_emergency_access,
    follow_case_access,
    follow_emergency_access,
    may_know_case,
    read_case_access,
)
from shared.access.ownership import OwnedKind, Ownership
from shared.access.policy import ARCHIVED_RULE, CONFIDENTIAL_RULE, AccessAction, ProtectedCase, evaluate
from shared.access.replicated_rights import follow_register, load_replicated_rights, protected_identities, right_of
from shared.access.row_policy import ADVISER, ROWS, SHOWN, RowScope, hidden_cases, scope_condition

__all__ = [
    "ADVISER",
    "ARCHIVED_RULE",
    "CONFIDENTIAL_RULE",
    "ROWS",
    "SHOWN",
    "AccessAction",
    "AccessLog",
    "AccessLogQuery",
    "AccessLogSealed",
    "AccessRecord",
    "CaseAccessReplicated",
    "OwnedKind",
    "Ownership",
    "ProtectedCase",
    "RowScope",
    "SealsAltered",
    "VerifiedDay",
    "access_log_table",
    "evaluate",
    "find_case_access",
    "find_each_case_access",
    "find_emergency_access",
    "follow_case_access",
    "follow_emergency_access",
    "follow_register",
    "hidden_cases",
    "load_replicated_rights",
    "may_know_case",
    "protected_identities",
    "read_case_access",
    "read_seals",
    "right_of",
    "scope_condition",
    "seal_access_log",
    "seal_decider",
    "verify_access_log",
]
