"""Coming in by the link of a mail, and asking for a lost link anew.

The address of a mail opens nothing by itself: programs open addresses too, and browsers keep them. A button exchanges
it, once, for the personal link."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.exceptions import HTTPException
from fastapi.responses import RedirectResponse, Response

from console.auth.provider_tokens import Tokens
from console.auth.request_session import get_session
from console.pages.forms import read_form
from console.pages.reading.cases import get_services
from console.pages.rendering import page
from console.pages.sign_in import Status, Wait, refused_page, signed_in_session
from console.upstream.services import Reader, UpstreamError

router = APIRouter()
MAX_TOKEN_CHARACTERS = 200
LINK_REFUSALS = {
    401: "Ce lien n’est pas complet, ou ne vient pas d’un courriel du DLA\u00a0: reprenez-le en entier dans le"
    " message.",
    409: "Cette installation n’envoie pas de courriel\u00a0: demandez un code à la personne du DLA.",
    410: "Ce lien a déjà servi, ou il est trop ancien. Demandez-en un autre avec votre adresse\u00a0: il arrive dans"
    " quelques minutes.",
}
ANYBODY = Reader(None)


@router.get("/lien")
async def refused_link_page(request: Request, refus: Status = 410, attente: Wait | None = None) -> Response:
    """Why a link was refused: the form that held it is answered by a redirect (`SecretFormMiddleware`)."""
    return refused_page(request, "recipient/mailed_link.html", refus, attente, LINK_REFUSALS, token=None)


@router.get("/lien/{token}")
async def mailed_link_page(request: Request, token: str) -> Response:
    """It asks no service: nobody learns here whether the link is good."""
    return page(request, "recipient/mailed_link.html", token=token[:MAX_TOKEN_CHARACTERS], wrong=None)


@router.post("/lien")
async def open_mailed_link(request: Request) -> Response:
    token = (await read_form(request)).get("jeton", "")
    if not 0 < len(token) <= MAX_TOKEN_CHARACTERS:
        raise HTTPException(401)
    try:
        opened = await get_services(request).post(ANYBODY, "intake", "/api/v1/mailed-links", {}, json={"token": token})
    except UpstreamError as error:
        raise HTTPException(_status_of(error)) from error
    tokens = Tokens(opened["secret"], None, expires=None, name=None)
    await get_session(request).begin(signed_in_session(request, tokens))
    return RedirectResponse("/", 303)


def _status_of(error: UpstreamError) -> int:
    """An unknown token counts as a failed attempt to come in."""
    if error.status == 404:
        return 401
    return error.status if error.status in (409, 410, 429) else 503


@router.get("/lien-perdu")
async def lost_link_page(
    request: Request, envoye: Annotated[bool, Query(description="An address was received")] = False
) -> Response:
    return page(request, "recipient/lost_link.html", sent=envoye, address="", wrong=None)


@router.post("/lien-perdu")
async def ask_for_lost_link(request: Request) -> Response:
    """The same answer for every address."""
    address = (await read_form(request)).get("adresse", "").strip()
    try:
        await get_services(request).post(ANYBODY, "intake", "/api/v1/lost-links", {}, json={"email": address})
    except UpstreamError as error:
        wrong = error.detail if error.status in (409, 422) else "Un service ne répond pas. Réessayez dans un instant."
        if error.status == 422:
            wrong = "Ce n’est pas une adresse de courriel\u00a0: relisez-la, elle ressemble à nom@exemple.fr."
        status = error.status if error.status in (409, 422, 429) else 503
        return page(request, "recipient/lost_link.html", status, sent=False, address=address, wrong=wrong)
    return RedirectResponse("/lien-perdu?envoye=1", 303)
