"""What every endpoint takes and how its failures are answered."""

from shared.web.requests.dependencies import AppDep, IdempotencyKeyHeader, IfMatchHeader, case_router, expected_version
from shared.web.requests.time_params import (
    AS_OF_DESCRIPTION,
    ON_DESCRIPTION,
    AsOfOrOnDep,
    AsOfParam,
    BoundParam,
    Instant,
    OnParam,
    PointInTimeDep,
    RecordedPointDep,
    parse_bound,
)

__all__ = [
    "AS_OF_DESCRIPTION",
    "ON_DESCRIPTION",
    "AppDep",
    "AsOfOrOnDep",
    "AsOfParam",
    "BoundParam",
    "IdempotencyKeyHeader",
    "IfMatchHeader",
    "Instant",
    "OnParam",
    "PointInTimeDep",
    "RecordedPointDep",
    "case_router",
    "expected_version",
    "parse_bound",
]
