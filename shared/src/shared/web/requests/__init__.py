"""What the endpoints share: dependencies, points in time, the commands they offer, and the answers to failures."""

from shared.web.requests.command_documentation import document_commands
from shared.web.requests.command_endpoints import (
    CommandEndpoint,
    Link,
    LinkFields,
    ResourceRouter,
    case_router,
    command_endpoints,
    split_words,
)
from shared.web.requests.dependencies import (
    AppDep,
    IdempotencyKeyHeader,
    IfMatchHeader,
    PrefersMinimalDep,
    expected_version,
)
from shared.web.requests.read_after_write import (
    MAX_WAITING_READS,
    POSITION_HEADER,
    WAIT_HEADER,
    names_positions,
    position_in_log,
    wait_for_positions,
)
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
    "MAX_WAITING_READS",
    "ON_DESCRIPTION",
    "POSITION_HEADER",
    "WAIT_HEADER",
    "AppDep",
    "AsOfOrOnDep",
    "AsOfParam",
    "BoundParam",
    "CommandEndpoint",
    "IdempotencyKeyHeader",
    "IfMatchHeader",
    "Instant",
    "Link",
    "LinkFields",
    "OnParam",
    "PointInTimeDep",
    "PrefersMinimalDep",
    "RecordedPointDep",
    "ResourceRouter",
    "case_router",
    "command_endpoints",
    "document_commands",
    "expected_version",
    "names_positions",
    "parse_bound",
    "position_in_log",
    "split_words",
    "wait_for_positions",
]
