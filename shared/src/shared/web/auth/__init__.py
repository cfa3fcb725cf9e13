"""Authentication, authorization and the recording of reads."""

from shared.web.auth.authentication import (
    RIGHT,
    UNREADABLE,
    Caller,
    Callers,
    Calling,
    DossierOf,
    Identifying,
    RightsOf,
    calling,
    no_dossier,
)
from shared.web.auth.authorization import (
    EVERYONE_AT_WORK,
    WHO_READS_A_CASE,
    allowed,
    confidential_refused,
    may_change,
    only,
    read,
    whole_or_headers,
)
from shared.web.auth.redaction import check_names_none, unnamed

__all__ = [
    "EVERYONE_AT_WORK",
    "RIGHT",
    "UNREADABLE",
    "WHO_READS_A_CASE",
    "Caller",
    "Callers",
    "Calling",
    "DossierOf",
    "Identifying",
    "RightsOf",
    "allowed",
    "calling",
    "check_names_none",
    "confidential_refused",
    "may_change",
    "no_dossier",
    "only",
    "read",
    "unnamed",
    "whole_or_headers",
]
