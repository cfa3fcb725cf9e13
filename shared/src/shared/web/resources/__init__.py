"""One aggregate over HTTP: commands, states, history, versions, documents, attachments."""

from shared.web.resources.attachments import Contribution, attachments_router, content_response
from shared.web.resources.command_result import CommandResult
from shared.web.resources.commands import AggregateEndpoints, Check
from shared.web.resources.documents import DOCUMENT_RESPONSES, DocumentFormat, document_response, load_source
from shared.web.resources.recorded_events import document_events
from shared.web.resources.resource import AggregateResource, CaseParts
from shared.web.resources.state import plain_state
from shared.web.resources.versions import VersionEndpoints, VersionHistory

__all__ = [
    "DOCUMENT_RESPONSES",
    "AggregateEndpoints",
    "AggregateResource",
    "CaseParts",
    "Check",
    "CommandResult",
    "Contribution",
    "DocumentFormat",
    "VersionEndpoints",
    "VersionHistory",
    "attachments_router",
    "content_response",
    "document_events",
    "document_response",
    "load_source",
    "plain_state",
]
