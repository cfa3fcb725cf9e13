"""« Mes courriels »: the rhythm of one's digest, and the end of all mails by the link in one of them.

A mailbox program unsubscribes by a POST without a session (RFC 8058): the signed token is all that it needs. A GET
shows a button, for programs open the addresses of mails too."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from console.auth.request_session import get_session
from console.pages.forms import read_form
from console.pages.reading.cases import STAFF_ROLES, get_services
from console.pages.rendering import page
from console.upstream.reader import get_reader
from console.upstream.services import Reader, UpstreamError

router = APIRouter()
PREFERENCES = "/api/v1/mail-preferences"
RHYTHMS = {
    "daily": "Chaque jour ouvré où une échéance est dépassée ou du jour",
    "weekly": "Une fois par semaine, le premier jour ouvré",
    "never": "Jamais",
}
ANYBODY = Reader(None)


@router.get("/mes-courriels")
async def preferences_page(request: Request, enregistre: bool = False) -> Response:
    reader = await get_reader(request)
    if not _is_staff(request):
        return RedirectResponse("/", 303)
    chosen = await get_services(request).json(reader, "intake", PREFERENCES)
    return page(request, "account/mail_preferences.html", chosen=chosen, rhythms=RHYTHMS, saved=enregistre, wrong=None)


@router.post("/mes-courriels")
async def choose(request: Request) -> Response:
    reader = await get_reader(request)
    if not _is_staff(request):
        return RedirectResponse("/", 303)
    fields = await read_form(request)
    chosen = {
        "email": fields.get("adresse", "").strip(),
        "digest": fields.get("rythme", ""),
        "at_once": fields.get("urgence") == "oui",
    }
    try:
        await get_services(request).post(reader, "intake", PREFERENCES, {}, json=chosen)
    except UpstreamError as error:
        if error.status not in (409, 422):
            raise
        wrong = "Cette adresse n’en est pas une\u00a0: relisez-la, elle ressemble à prenom.nom@exemple.fr."
        shown = chosen | {"hour": None, "sends_mail": error.status != 409}
        return page(
            request,
            "account/mail_preferences.html",
            error.status,
            chosen=shown,
            rhythms=RHYTHMS,
            saved=False,
            wrong=wrong if error.status == 422 else error.detail,
        )
    return RedirectResponse("/mes-courriels?enregistre=1", 303)


def _is_staff(request: Request) -> bool:
    right = get_session(request).session.right
    return right is not None and right.role in STAFF_ROLES


@router.get("/desabonnement/{token}")
async def unsubscribe_page(request: Request, token: str) -> Response:
    """It changes nothing."""
    return page(request, "account/unsubscribe.html", token=token, done=False, wrong=None)


@router.post("/desabonnement/{token}")
async def unsubscribe(request: Request, token: str) -> Response:
    """By the button of the page, or by a mailbox program. The token proves more than a session would."""
    try:
        await get_services(request).post(ANYBODY, "intake", "/api/v1/unsubscriptions", {}, json={"token": token})
    except UpstreamError as error:
        known = error.status in (404, 422)
        wrong = (
            "Cette adresse n’est pas complète\u00a0: reprenez-la en entier dans le courriel."
            if known
            else "Un service ne répond pas\u00a0: rien n’est changé encore. Réessayez dans un instant."
        )
        status = 404 if known else 503
        return page(request, "account/unsubscribe.html", status, token=token, done=False, wrong=wrong)
    return page(request, "account/unsubscribe.html", token=token, done=True, wrong=None)
