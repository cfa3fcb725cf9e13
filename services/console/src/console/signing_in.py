"""How does somebody come in, choose a right, and leave?"""

from __future__ import annotations

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from console.asking import rights_of
from console.forms import form_of, within
from console.pages import page
from console.provider import NotProven, Provider, ProviderTrouble, Tokens
from console.services import Trouble
from console.session import Session, begun
from console.visit import visit_of
from shared.web.identity import FORM

router = APIRouter()
LONGEST_TOKEN = 8 * 1024


@router.get("/connexion")
async def sign_in_page(request: Request, vers: str = "/", fin: bool = False) -> HTMLResponse:
    return page(request, "sign_in.html", then=within(vers), ended=fin, wrong=None)


@router.get("/connexion/fournisseur")
async def to_the_provider(request: Request, vers: str = "/") -> Response:
    provider: Provider = request.app.state.provider
    try:
        address, attempt = await provider.sign_in(within(vers))
    except ProviderTrouble:
        return page(request, "provider_silent.html", 503)
    visit_of(request).attempt = attempt
    return RedirectResponse(address, 303)


@router.get("/retour")
async def back_from_the_provider(request: Request) -> Response:
    """A page rather than a redirection: a strict cookie does not follow one that began on another site."""
    visit, provider = visit_of(request), request.app.state.provider
    attempt, visit.attempt = visit.attempt, None
    if attempt is None:
        return _not_signed_in(request, "La connexion a pris trop de temps, ou a été commencée dans une autre fenêtre.")
    try:
        tokens = await provider.signed_in(attempt, dict(request.query_params))
    except ProviderTrouble:
        return page(request, "provider_silent.html", 503)
    except NotProven:
        return _not_signed_in(request, "Le fournisseur d’identité n’a pas confirmé qui vous êtes.")
    visit.session = _opened(request, tokens)
    return page(request, "come_in.html", then=attempt.then)


def _not_signed_in(request: Request, wrong: str) -> HTMLResponse:
    return page(request, "sign_in.html", 403, then="/", ended=False, wrong=wrong)


def _opened(request: Request, tokens: Tokens) -> Session:
    fresh = begun(request.app.state.settings.hours)
    return msgspec.structs.replace(
        fresh, token=tokens.access, refresh=tokens.refresh, expires=tokens.expires, name=tokens.name
    )


@router.post("/connexion/jeton")
async def with_a_token(request: Request) -> Response:
    """Development only: a token made by hand."""
    form = await form_of(request)
    token = form.get("jeton", "")
    if not request.app.state.settings.development or not _is_token(token):
        return _not_signed_in(request, "Ce n’est pas un jeton\u00a0: «\u202fmake token\u202f» en affiche un.")
    visit_of(request).session = _opened(request, Tokens(token, None, expires=None, name=None))
    return RedirectResponse(within(form.get("vers", "/")), 303)


@router.get("/acces")
async def personal_link(request: Request) -> HTMLResponse:
    """The link’s secret is after the #, which no server sees: the page’s script sends it in a form."""
    return page(request, "personal_link.html", wrong=None)


@router.post("/acces")
async def with_a_personal_link(request: Request) -> Response:
    secret = (await form_of(request)).get("secret", "")
    if not FORM.fullmatch(secret):
        return _opens_nothing(
            request, "Ce lien n’est pas complet\u00a0: ouvrez-le depuis le message que vous avez reçu."
        )
    visit = visit_of(request)
    before, visit.session = visit.session, _opened(request, Tokens(secret, None, expires=None, name=None))
    try:
        await rights_of(request)
    except Trouble as trouble:
        if trouble.status not in (401, 403):
            raise
        visit.session = before
        return _opens_nothing(request, trouble.detail)
    return RedirectResponse("/", 303)


def _opens_nothing(request: Request, wrong: str) -> HTMLResponse:
    return page(request, "personal_link.html", 403, wrong=wrong)


def _is_token(told: str) -> bool:
    return 0 < len(told) <= LONGEST_TOKEN and told.isascii() and not any(char.isspace() for char in told)


@router.get("/titre")
async def which_right(request: Request, vers: str = "/") -> Response:
    if not visit_of(request).session.signed_in:
        return RedirectResponse("/connexion", 303)
    return page(request, "which_right.html", rights=await rights_of(request), then=within(vers))


@router.post("/titre")
async def under_a_right(request: Request) -> Response:
    form = await form_of(request)
    visit = visit_of(request)
    if visit.session.signed_in:
        held = await rights_of(request)
        chosen = next((right for right in held if right.id == form.get("droit")), None)
        visit.session = msgspec.structs.replace(visit.session, right=chosen, choice=len(held) > 1, motives={})
    return RedirectResponse(within(form.get("vers", "/")), 303)


@router.post("/deconnexion")
async def sign_out(request: Request) -> HTMLResponse:
    await form_of(request)
    visit = visit_of(request)
    visit.session = begun(request.app.state.settings.hours)
    return page(request, "signed_out.html", provider=await request.app.state.provider.sign_out())
