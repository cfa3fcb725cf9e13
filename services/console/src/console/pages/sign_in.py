"""Signing in and out, and choosing a right."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request
from fastapi.exceptions import HTTPException
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from console.auth.oidc_provider import ProviderUnavailable, SignInRefused, WeakAuthentication
from console.auth.provider_tokens import Tokens
from console.auth.providers import Providers
from console.auth.request_session import get_session
from console.auth.session import ChosenRight, ReaderSession, new_session
from console.pages.forms import read_form, safe_path
from console.pages.rendering import page
from console.upstream.reader import fetch_rights, get_rights_reader
from console.upstream.services import Reader, UpstreamError, result_or_error
from shared.web.identity import LINK_PATTERN

router = APIRouter()
MAX_TOKEN_CHARACTERS = 8 * 1024
Status = Annotated[int, Query(ge=400, le=599)]
Wait = Annotated[int, Query(ge=1, le=86_400)]
UNREADABLE = "Ce qui a été envoyé n’a pas pu être lu. Rien n’a été fait\u00a0: recommencez."
UNAVAILABLE = "Un service ne répond pas. Rien n’est perdu\u00a0: réessayez dans un instant."
REFUSALS = {
    403: "Ce formulaire a trop attendu, ou ne vient pas d’ici. Rien n’a été fait\u00a0: recommencez.",
    413: "Ce qui a été envoyé est trop long. Rien n’a été fait\u00a0: recommencez.",
    429: "Trop de demandes sont venues d’ici en peu de temps.",
}
CODE_REFUSALS = {
    401: "Ce code n’est plus valable, ou ne l’a jamais été\u00a0: demandez-en un nouveau à la personne du DLA qui suit"
    " votre dossier.",
    422: "Ce code n’est pas complet\u00a0: copiez-le en entier depuis le message que vous avez reçu.",
}
TOKEN_REFUSALS = {401: "Ce n’est pas un jeton\u00a0: «\u202fmake token\u202f» en affiche un."}
"""By status; the forms that hold a secret are answered by a redirect (`SecretFormMiddleware`)."""


@router.get("/connexion")
async def sign_in_page(
    request: Request,
    vers: str = "/",
    fin: bool = False,
    refus: Status | None = None,
    attente: Wait | None = None,
) -> Response:
    """`refus`, `attente`: the status with which a token was refused, and the seconds to wait."""
    if refus is not None:
        shown = {"then": safe_path(vers), "ended": False, "offered": _offered(request)}
        return refused_page(request, "sign_in.html", refus, attente, TOKEN_REFUSALS, **shown)
    return page(request, "sign_in.html", then=safe_path(vers), ended=fin, wrong=None, offered=_offered(request))


def _offered(request: Request) -> list[tuple[str, str]]:
    providers: Providers = request.app.state.providers
    return list(providers.offered())


@router.get("/connexion/fournisseur")
async def start_provider_sign_in(request: Request, vers: str = "/", par: str = "") -> Response:
    """`par`: the issuer, where there are two."""
    providers: Providers = request.app.state.providers
    provider = providers.of(par)
    if provider is None:
        raise HTTPException(404)
    try:
        address, attempt = await provider.start_sign_in(safe_path(vers))
    except ProviderUnavailable:
        return _provider_silent(request)
    get_session(request).attempt = attempt
    return RedirectResponse(address, 303)


@router.get("/retour")
async def provider_callback(request: Request) -> Response:
    """A page rather than a redirect: strict cookies do not follow a redirect that began on another site."""
    request_session, providers = get_session(request), request.app.state.providers
    attempt, request_session.attempt = request_session.attempt, None
    provider = attempt and providers.of(attempt.issuer)
    if attempt is None or provider is None:
        return _sign_in_refused(
            request, "La connexion a pris trop de temps, ou a été commencée dans une autre fenêtre."
        )
    try:
        tokens = await provider.finish_sign_in(attempt, dict(request.query_params))
    except ProviderUnavailable:
        return _provider_silent(request)
    except WeakAuthentication:
        return _sign_in_refused(
            request,
            "Ce site demande une identification plus forte que celle que le fournisseur d’identité a confirmée\u00a0:"
            " recommencez avec un second facteur (un code, une clé, une carte).",
        )
    except SignInRefused:
        return _sign_in_refused(request, "Le fournisseur d’identité n’a pas confirmé qui vous êtes.")
    session = signed_in_session(request, tokens)
    await request_session.begin(msgspec.structs.replace(session, issuer=attempt.issuer, id_token=tokens.id_token))
    return page(request, "come_in.html", then=attempt.then)


def _provider_silent(request: Request) -> HTMLResponse:
    return page(request, "provider_silent.html", 503, others=len(_offered(request)) > 1)


def _sign_in_refused(request: Request, reason: str) -> HTMLResponse:
    return page(request, "sign_in.html", 403, then="/", ended=False, wrong=reason, offered=_offered(request))


def signed_in_session(request: Request, tokens: Tokens) -> ReaderSession:
    fresh = new_session(request.app.state.settings.hours)
    return msgspec.structs.replace(
        fresh, token=tokens.access, refresh=tokens.refresh, expires=tokens.expires, name=tokens.name
    )


@router.post("/connexion/jeton")
async def sign_in_with_token(request: Request) -> Response:
    """Development only: sign in with a pasted token."""
    form = await read_form(request)
    token = form.get("jeton", "")
    if not request.app.state.settings.development or not _is_token(token):
        raise HTTPException(401)
    await get_session(request).begin(signed_in_session(request, Tokens(token, None, expires=None, name=None)))
    return RedirectResponse(safe_path(form.get("vers", "/")), 303)


@router.get("/acces")
async def personal_link(request: Request, refus: Status | None = None, attente: Wait | None = None) -> Response:
    """The code of a personal link is typed or pasted: browsers record every address, its fragment too.

    `refus`, `attente`: the status with which a code was refused, and the seconds to wait."""
    if refus is not None:
        return refused_page(request, "personal_link.html", refus, attente, CODE_REFUSALS)
    return page(request, "personal_link.html", wrong=None)


def refused_page(
    request: Request, template: str, status: int, wait: int | None, texts: Mapping[int, str], **context: Any
) -> Response:
    """A form again, and why what was sent was refused; a secret is never sent back."""
    text = texts.get(status) or REFUSALS.get(status) or (UNREADABLE if status < 500 else UNAVAILABLE)
    again = f" Réessayez dans {wait}\u00a0secondes." if wait else ""
    answer = page(request, template, status, wrong=text + again, **context)
    if wait:
        answer.headers["Retry-After"] = str(wait)
    return answer


@router.post("/acces")
async def sign_in_with_personal_link(request: Request) -> Response:
    secret = _code_in((await read_form(request)).get("secret", ""))
    if not LINK_PATTERN.fullmatch(secret):
        raise HTTPException(422)
    try:
        await fetch_rights(request.app.state.services, Reader(secret))
    except UpstreamError as error:
        raise HTTPException(401 if error.status in (401, 403) else 503) from error
    await get_session(request).begin(signed_in_session(request, Tokens(secret, None, expires=None, name=None)))
    return RedirectResponse("/", 303)


def _code_in(typed: str) -> str:
    """Without the blanks and line breaks that come with what is copied; of a whole older link, what follows the #."""
    return "".join(typed.split()).rpartition("#")[2]


def _is_token(text: str) -> bool:
    return 0 < len(text) <= MAX_TOKEN_CHARACTERS and text.isascii() and not any(char.isspace() for char in text)


@router.get("/titre")
async def choose_right_page(request: Request, vers: str = "/") -> Response:
    if not get_session(request).session.signed_in:
        return RedirectResponse("/connexion", 303)
    services, reader = request.app.state.services, get_rights_reader(request)
    rights, me = await asyncio.gather(
        fetch_rights(services, reader), result_or_error(services.json(reader, "intake", "/api/v1/me"))
    )
    return page(
        request,
        "which_right.html",
        rights=rights,
        then=safe_path(vers),
        identity=None if isinstance(me, UpstreamError) else me["id"],
        of_a_link=any(right.case for right in rights),
    )


async def _own_rights(request: Request) -> list[ChosenRight]:
    return await fetch_rights(request.app.state.services, get_rights_reader(request))


@router.post("/titre")
async def choose_right(request: Request) -> Response:
    form = await read_form(request)
    request_session = get_session(request)
    if request_session.session.signed_in:
        rights = await _own_rights(request)
        chosen = next((right for right in rights if right.id == form.get("droit")), None)
        request_session.session = msgspec.structs.replace(
            request_session.session, right=chosen, choice=len(rights) > 1, reasons={}
        )
    return RedirectResponse(safe_path(form.get("vers", "/")), 303)


@router.post("/deconnexion")
async def sign_out(request: Request) -> HTMLResponse:
    await read_form(request)
    request_session, providers = get_session(request), request.app.state.providers
    signed_in = request_session.session
    await request_session.end()
    provider = providers.of(signed_in.issuer)
    address = await provider.sign_out_address(signed_in.id_token) if provider else None
    return page(request, "signed_out.html", provider=address)
