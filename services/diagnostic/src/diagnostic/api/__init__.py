"""The HTTP endpoints of diagnostic, a module per resource."""

from diagnostic.api import advice, committee, diagnoses, inbox, versions
from shared.web.standard import people_router

routers = (
    diagnoses.router,
    diagnoses.attachments,
    diagnoses.caseload_endpoints,
    inbox.shares,
    inbox.advice,
    people_router(),
)
"""`versions`, `committee` and `advice` add their endpoints to the router of the diagnoses."""

__all__ = ["advice", "committee", "diagnoses", "inbox", "routers", "versions"]
