"""One aggregate over HTTP: commands, states, history, versions, documents, attachments."""

from shared.web.resources.affordances import Link, Operation
from shared.web.resources.attachments import attachments_router
from shared.web.resources.commands import Done, Endpoints
from shared.web.resources.documents import DRAWN, Documents, Form, answered
from shared.web.resources.states import shown
from shared.web.resources.uploads import AT_ONCE
from shared.web.resources.versions import Made, Versions, Word

__all__ = [
    "AT_ONCE",
    "DRAWN",
    "Documents",
    "Done",
    "Endpoints",
    "Form",
    "Link",
    "Made",
    "Operation",
    "Versions",
    "Word",
    "answered",
    "attachments_router",
    "shown",
]
