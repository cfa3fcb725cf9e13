"""How does an answer become a page?"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import ChainableUndefined, Environment, PackageLoader

from console import words
from console.visit import visit_of
from shared.kernel import SERVICE_LABELS, capitalize_first, format_euros, format_number
from shared.kernel.french import format_count

HTMX = "HX-Request"
FILTERS = ("label", "said", "moment", "exact", "role", "short", "hour", "day_of", "ago")


@cache
def environment() -> Environment:
    env = Environment(
        loader=PackageLoader("console"),
        autoescape=True,
        undefined=ChainableUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {name: getattr(words, name) for name in FILTERS}
    env.filters |= {
        "euros": format_euros,
        "number": format_number,
        "counted": format_count,
        "sentence": capitalize_first,
    }
    env.globals |= {"static": static, "SERVICE_NAMES": SERVICE_LABELS}
    return env


@cache
def static(name: str) -> str:
    """The address of a file of ours, another one when it changes."""
    content = files("console").joinpath("static", name).read_bytes()
    return f"/statique/{name}?v={sha256(content).hexdigest()[:12]}"


def rendered(request: Request, template: str, **told: Any) -> str:
    visit = visit_of(request)
    shared = {
        "session": visit.session,
        "here": request.url.path,
        "development": request.app.state.settings.development,
    }
    return environment().get_template(template).render(shared | told)


def page(request: Request, template: str, status: int = 200, **told: Any) -> HTMLResponse:
    return HTMLResponse(rendered(request, template, **told), status)


def go_to(request: Request, path: str) -> Response:
    """To another page, whole, also where only a part of one was asked for."""
    if HTMX in request.headers:
        return Response(headers={"HX-Redirect": path})
    return RedirectResponse(path, 303)


def asked_for(request: Request) -> str:
    """The page somebody wanted, to come back to it; a form that was sent has none."""
    if request.method != "GET":
        return "/"
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
