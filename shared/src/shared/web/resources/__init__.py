"""One aggregate over HTTP: commands, states, history, versions, documents, attachments."""

from shared.web.resources.affordances import Link, Operation
from shared.web.resources.attachments import attachments_router
from shared.web.resources.commands import AggregateEndpoints, CommandResult
from shared.web.resources.documents import DOCUMENT_RESPONSES, DocumentEndpoints, DocumentFormat, document_response
from shared.web.resources.states import plain_state
from shared.web.resources.uploads import MAX_CONCURRENT_UPLOADS
from shared.web.resources.versions import LeaderDecision, VersionEndpoints, VersionMade

__all__ = [
    "DOCUMENT_RESPONSES",
    "MAX_CONCURRENT_UPLOADS",
    "AggregateEndpoints",
    "CommandResult",
    "DocumentEndpoints",
    "DocumentFormat",
    "LeaderDecision",
    "Link",
    "Operation",
    "VersionEndpoints",
    "VersionMade",
    "attachments_router",
    "document_response",
    "plain_state",
]
