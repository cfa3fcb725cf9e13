"""What every endpoint takes and how its failures are answered."""

from shared.web.requests.dependencies import Asked, IdempotencyKey, IfMatch, case_router, version_seen
from shared.web.requests.time_params import AS_OF, ON, Asking, AskingRecorded, AsOf, Bound, Instant, On, When, bounded

__all__ = [
    "AS_OF",
    "ON",
    "AsOf",
    "Asked",
    "Asking",
    "AskingRecorded",
    "Bound",
    "IdempotencyKey",
    "IfMatch",
    "Instant",
    "On",
    "When",
    "bounded",
    "case_router",
    "version_seen",
]
