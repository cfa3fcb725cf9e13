"""Rendering of pages: Jinja environment, filters, redirects that htmx follows."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache, partial
from hashlib import sha256
from importlib.resources import files
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import ChainableUndefined, Environment, PackageLoader

from console.auth.request_session import get_session
from console.auth.session import ChosenRight, ReaderSession
from console.presentation import labels
from console.presentation.theme import COLOR_SCHEMES, chosen_theme
from shared.kernel import SERVICE_LABELS, capitalize_first, format_euros, format_number, paris_date
from shared.kernel.french import format_count

HTMX_HEADER = "HX-Request"
HOMES_OF_A_CASE = {
    "leader": "/dossiers/{case}/mon-accompagnement",
    "provider": "/dossiers/{case}/ma-mission",
    "committee": "/comite/{case}",
    "resource_centre": "/conseils/{case}",
}
"""Of those who do not work on a case as its unit does."""
FIRST_PAGES = {
    **dict.fromkeys(("adviser", "manager", "regional"), "/aujourdhui"),
    "committee": "/comite",
    "resource_centre": "/conseils",
    "ops": "/exploitation",
    "pilot": "/chiffres",
}
EMERGENCY_ROLES = ("adviser", "regional")
"""Whom a confidential case is closed to that is of their own unit."""
FILTERS = (
    labels.field_label,
    labels.format_value,
    labels.format_moment,
    labels.format_exact,
    labels.role_label,
    labels.shorten,
    labels.format_hour,
    labels.format_day,
    labels.format_age,
    labels.format_duration,
    labels.period_label,
)


@cache
def environment() -> Environment:
    env = Environment(
        loader=PackageLoader("console"),
        autoescape=True,
        undefined=ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.filters |= {each.__name__: each for each in FILTERS}
    env.filters |= {
        "euros": format_euros,
        "number": format_number,
        "count": format_count,
        "capitalize": capitalize_first,
    }
    env.globals |= {"static": static_address, "SERVICE_LABELS": SERVICE_LABELS}
    return env


@cache
def static_address(name: str) -> str:
    """The address of a static file; it changes with its content."""
    content = files("console").joinpath("static", name).read_bytes()
    return f"/statique/{name}?v={sha256(content).hexdigest()[:12]}"


def render(request: Request, template: str, **context: Any) -> str:
    request_session = get_session(request)
    settings = request.app.state.settings
    theme = chosen_theme(request.cookies, secure=settings.secure)
    shared = {
        "theme": theme,
        "color_scheme": COLOR_SCHEMES.get(theme, "light dark"),
        "session": request_session.session,
        "here": request.url.path,
        "development": settings.development,
        "draft_owner": draft_owner(request_session.session),
        "compliance": request.app.state.public.compliance(paris_date(datetime.now(UTC))).label,
        "opens_in_emergency": request_session.session.right is not None
        and request_session.session.right.role in EMERGENCY_ROLES,
        "prepared_at": datetime.now(UTC).isoformat(),
        "case_home": partial(case_home, request_session.session.right),
    }
    return environment().get_template(template).render(shared | context)


def case_home(right: ChosenRight | None, case: object | None) -> str:
    """The page of a case where somebody works: each role has its own. Without a case, their first page."""
    if case is None:
        return first_page(right)
    return HOMES_OF_A_CASE.get(right.role if right else "", "/dossiers/{case}/travail").format(case=case)


def first_page(right: ChosenRight | None) -> str:
    """Of a role that has one of its own; else the search."""
    return FIRST_PAGES.get(right.role, "/") if right else "/"


def draft_owner(session: ReaderSession) -> str:
    """Whose drafts a browser shows: nobody else's on a shared computer."""
    right = session.right
    who = f"{session.name}|{right.id}|{right.role}|{right.unit}|{right.case}" if right else str(session.name)
    return sha256(who.encode()).hexdigest()[:16]


def page(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    return HTMLResponse(render(request, template, **context), status)


def redirect(request: Request, path: str) -> Response:
    """Redirects to a whole page, also when htmx requested a fragment."""
    if HTMX_HEADER in request.headers:
        return Response(headers={"HX-Redirect": path})
    return RedirectResponse(path, 303)


def requested_page(request: Request) -> str:
    """The address of the requested page, to come back to; the first page when a form was sent."""
    if request.method != "GET":
        return "/"
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
