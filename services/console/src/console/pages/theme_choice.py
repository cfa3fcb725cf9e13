"""« Affichage »: the theme of the pages, chosen by anybody, signed in or not."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from fastapi import APIRouter, Request
from fastapi.exceptions import HTTPException
from fastapi.responses import Response
from starlette.routing import Match

from console.auth.request_session import get_session, is_cross_site
from console.pages.forms import origin_of, read_form, safe_path
from console.pages.rendering import page, redirect
from console.presentation.theme import THEME_LABELS, PageTheme, theme_cookie

router = APIRouter()
ADDRESS = "/affichage"


@router.get(ADDRESS)
async def theme_page(request: Request) -> Response:
    if is_cross_site(request):  # its form needs the session that the browser held back
        get_session(request).set_aside()
        return page(request, "come_in.html", then=ADDRESS)
    return page(request, "theme.html", themes=THEME_LABELS, then=previous_page(request))


@router.post(ADDRESS)
async def choose_theme(request: Request) -> Response:
    form = await read_form(request)
    try:
        theme = PageTheme(form.get("theme", ""))
    except ValueError as error:
        raise HTTPException(400) from error
    response = redirect(request, safe_path(form.get("vers", "/")))
    response.headers.append("Set-Cookie", theme_cookie(theme, secure=request.app.state.settings.secure))
    return response


def previous_page(request: Request) -> str:
    """The page of the console whose foot led here; the first page for any other.

    From the Referer, which browsers send within the site (`Referrer-Policy`): in a link, the secret that some
    addresses hold would be copied into another address."""
    own = origin_of(request.app.state.settings.address) + "/"
    referer = request.headers.get("referer", "")
    path = safe_path(referer.removeprefix(own[:-1])) if referer.startswith(own) else "/"
    return path if path.partition("?")[0] != ADDRESS and _answers_get(request, path) else "/"


def _answers_get(request: Request, path: str) -> bool:
    """Whether a page can be asked for: some only answer a form."""
    scope = {"type": "http", "method": "GET", "path": unquote(urlsplit(path).path), "root_path": "", "headers": []}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.router.routes)
