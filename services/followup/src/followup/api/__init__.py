"""The HTTP endpoints of followup, a module per resource."""

from followup.api import follow_ups, sheets
from shared.web.standard import people_router

routers = (
    follow_ups.router,
    follow_ups.attachments,
    sheets.router,
    follow_ups.caseload_endpoints,
    people_router(),
)

__all__ = ["routers"]
