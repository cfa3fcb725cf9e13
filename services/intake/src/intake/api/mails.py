"""Mails of a case, and the links in them: /api/v1/requests/{case}/mails, /api/v1/mailed-links, /api/v1/lost-links."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from annotated_types import Len
from fastapi import Response
from pydantic import BaseModel, ConfigDict

from intake.bootstrap import Deployment
from intake.domain.mail import MailKind, MailQueued, MailStatus, is_mail_address, mail_decider
from intake.domain.request import request
from intake.operations.mailed_links import LostLinks, MailedLinkEnded, UnknownMailedLink, open_mailed_link
from shared.kernel import Refusal, Role
from shared.web.auth import STAFF, Caller, authorize, requires
from shared.web.collections import load_case_for_response
from shared.web.http import JsonBody, ProblemError, problem_responses
from shared.web.requests import AppDep, PointInTimeDep, ResourceRouter, case_router

NO_STORE = {"Cache-Control": "no-store"}
MAIL_OFF = Refusal("mail-off", "Ce déploiement n’envoie pas de courriel", depends_on_body=True)
NO_MAIL_HERE = (
    "Aucun serveur de courriel n’est réglé ici\u00a0: laissez l’adresse vide, et transmettez vous-même la lettre ou le"
    " lien."
)


class MailRow(BaseModel):
    """`kind_label`, `status_label`: in French. `link`: the personal link that it carries, whose address it goes to.
    `code`: the last reply of the mail server; null before one came. `opened_at`: when its link was used."""

    id: UUID
    kind: MailKind
    kind_label: str
    status: MailStatus
    status_label: str
    link: UUID
    queued_at: datetime
    attempts: int
    code: int | None
    opened_at: datetime | None


class MailToken(BaseModel):
    """What the address in a mail ends with."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"example": {"token": "AZk_Llw…"}})

    token: Annotated[str, Len(1, 200)]


class OpenedAccessLink(BaseModel):
    """`secret`: the bearer token of the personal link, given in this response only. `until`: its last day."""

    secret: str
    role: Role
    until: date


class LostAccessLink(BaseModel):
    """`email`: the address that the link was mailed to."""

    model_config = ConfigDict(
        extra="forbid", strict=True, json_schema_extra={"example": {"email": "accueil@exemple.fr"}}
    )

    email: Annotated[str, Len(3, 200)]


class LostAccessLinkReceived(BaseModel):
    """The same for each address, whether a link was ever mailed to it or not."""

    message: str


LOST_LINK_MESSAGE = (
    "Si un lien a été envoyé à cette adresse, il vient d’y être envoyé de nouveau. Regardez votre courrier dans"
    " quelques minutes, et le dossier des indésirables aussi."
)


def require_mail(deployment: Deployment) -> None:
    """Raises MAIL_OFF."""
    if not deployment.sends_mail:
        raise MAIL_OFF(NO_MAIL_HERE)


def build_routers(deployment: Deployment) -> tuple[ResourceRouter, ...]:
    return _case_mails(), _mailed_links(deployment), _lost_links(deployment)


def _case_mails() -> ResourceRouter:
    router = case_router("/requests/{case}/mails", "mails")

    @router.get("", name="list_mails", summary="List the mails of a case")
    def list_mails(
        case: UUID,
        app: AppDep,
        caller: Annotated[Caller, requires(*STAFF, Role.AUDITOR, Role.DPO)],
        at: PointInTimeDep,
        response: Response,
    ) -> list[MailRow]:
        """Those that carry a personal link, the first one first, and what became of them; `version` is that of the
        request."""
        authorize(caller, case, request.decider.name)
        then = load_case_for_response(app, request.decider, case, at, response)
        mails = ((id_, then.load(mail_decider, id_).state) for id_ in then.streams_opened_by(MailQueued))
        return [_row(id_, state) for id_, state in mails]

    return router


def _row(id_: UUID, state: Any) -> MailRow:
    return MailRow(
        id=id_,
        kind=state.kind,
        kind_label=state.kind.label,
        status=state.status,
        status_label=state.status.label,
        link=state.link,
        queued_at=state.queued_at,
        attempts=state.attempts,
        code=state.code,
        opened_at=state.opened_at,
    )


def _mailed_links(deployment: Deployment) -> ResourceRouter:
    router = case_router("/mailed-links", "mails")

    @router.post(
        "",
        name="open_mailed_link",
        summary="Open the link of a mail",
        responses=problem_responses(404, 409, 410),
    )
    def open_link(app: AppDep, body: Annotated[MailToken, JsonBody()], response: Response) -> OpenedAccessLink:
        """Exchanges the token in a mail for the secret of the personal link: once, and for some days. No other token is
        needed. A page asks for it after a click, never when it is opened: programs open the addresses of mails too."""
        require_mail(deployment)
        response.headers.update(NO_STORE)
        try:
            opened = open_mailed_link(app, deployment, body.token)
        except UnknownMailedLink:
            raise ProblemError(
                404, "unknown-mailed-link", "Lien inconnu", "Ce lien n’est celui d’aucun courriel de ce déploiement."
            ) from None
        except MailedLinkEnded:
            raise ProblemError(
                410, "mailed-link-ended", "Accès terminé", "L’accès que ce lien ouvrait a pris fin."
            ) from None
        return OpenedAccessLink(secret=opened.secret, role=opened.role, until=opened.until)

    return router


def _lost_links(deployment: Deployment) -> ResourceRouter:
    router = case_router("/lost-links", "mails")
    lost = LostLinks()

    @router.post(
        "",
        name="ask_for_lost_link",
        summary="Ask for a lost link",
        status_code=202,
        responses=problem_responses(409),
    )
    def ask(app: AppDep, body: Annotated[LostAccessLink, JsonBody()]) -> LostAccessLinkReceived:
        """The personal links that were mailed to an address are mailed there again, at most once an hour each. No token
        is needed, and the answer is the same for every address: it tells nobody who has a link."""
        require_mail(deployment)
        address = body.email.strip()
        if not is_mail_address(address):
            raise ProblemError(
                422, "address-to-correct", "Adresse à corriger", "Donnez une seule adresse, comme nom@exemple.fr."
            )
        lost.add(app, address)
        return LostAccessLinkReceived(message=LOST_LINK_MESSAGE)

    return router
