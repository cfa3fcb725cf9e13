"""/api/v1/mail-preferences: one's own digest; /api/v1/unsubscriptions: the end of mails, by the link in one of them."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from annotated_types import Len
from fastapi import Body
from pydantic import BaseModel, ConfigDict

from intake.api.mails import require_mail
from intake.bootstrap import Deployment
from intake.domain.mail_preferences import (
    DigestRhythm,
    MailPreferences,
    SetMailPreferences,
    UnsubscribeFromMail,
    mail_preferences_decider,
    mail_preferences_id,
)
from intake.mail.mailer import MAILER
from intake.mail.tokens import TokenUse, read_token
from shared.eventlog import ServiceApplication
from shared.web.auth import STAFF, Caller, authorize, requires
from shared.web.http import JsonBody, ProblemError, problem_responses
from shared.web.requests import AppDep, CommandEndpoint, ResourceRouter, case_router


class ChosenMailPreferences(BaseModel):
    """`email`: null before anything was chosen. `digest`: how often one is sent; `digest_label`: the same, in French.
    `at_once`: whether what cannot wait for it is mailed at once. `hour`: of the digest, in Paris. `sends_mail`: whether
    this deployment has a mail server."""

    email: str | None
    digest: DigestRhythm
    digest_label: str
    at_once: bool
    hour: int
    sends_mail: bool


class UnsubscribeToken(BaseModel):
    """`token`: what the address that ends the mails ends with."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra={"example": {"token": "AZk_Llw…"}})

    token: Annotated[str, Len(1, 200)]


class Unsubscribed(BaseModel):
    """The same when it was done before."""

    message: str


UNSUBSCRIBED = "Vous ne recevrez plus de courriel du DLA à cette adresse. Vous pouvez changer d’avis dans la console."


def build_routers(deployment: Deployment) -> tuple[ResourceRouter, ...]:
    return _own_preferences(deployment), _unsubscriptions()


def _own_preferences(deployment: Deployment) -> ResourceRouter:
    router = case_router("/mail-preferences", "mails")

    @router.get("", name="get_mail_preferences", summary="Get your mail preferences")
    def get_preferences(app: AppDep, caller: Annotated[Caller, requires(*STAFF)]) -> ChosenMailPreferences:
        """Where the digest of what waits for you goes, and how often; and whether what cannot wait is mailed at
        once."""
        authorize(caller)
        return shown(app.load(mail_preferences_decider, _stream_of(app, caller)).state, app)

    @router.post("", name="set_mail_preferences", summary="Set mail preferences", responses=problem_responses(409))
    def set_preferences(
        app: AppDep,
        caller: Annotated[Caller, requires(*STAFF)],
        body: Annotated[SetMailPreferences, JsonBody(), Body()],
    ) -> ChosenMailPreferences:
        """For yourself alone. The address is encrypted, and shown to you only."""
        authorize(caller)
        require_mail(deployment)
        context = app.context(UUID(caller.actor.id), caller.actor)
        return shown(app.handle(mail_preferences_decider, _stream_of(app, caller), body, context).state, app)

    def shown(state: MailPreferences, app: ServiceApplication) -> ChosenMailPreferences:
        return ChosenMailPreferences(
            email=app.key_store.display_text(state.email) if state.email else None,
            digest=state.digest,
            digest_label=state.digest.label,
            at_once=state.at_once,
            hour=deployment.settings.digest_hour,
            sends_mail=deployment.sends_mail,
        )

    router.commands.append(CommandEndpoint(SetMailPreferences, "/api/v1/mail-preferences", roles=STAFF))
    return router


def _stream_of(app: ServiceApplication, caller: Any) -> UUID:
    return mail_preferences_id(app.key_store.pseudonym, UUID(caller.actor.id))


def _unsubscriptions() -> ResourceRouter:
    router = case_router("/unsubscriptions", "mails")

    @router.post("", name="unsubscribe_from_mails", summary="Unsubscribe from mails", responses=problem_responses(404))
    def unsubscribe(app: AppDep, body: Annotated[UnsubscribeToken, JsonBody()]) -> Unsubscribed:
        """Ends the mails that a signed link was sent in. No other token is needed; it may be repeated. A mail server
        that is switched off since does not keep anybody from it."""
        stream = read_token(app.key_store, TokenUse.UNSUBSCRIBE, body.token)
        preferences = app.load(mail_preferences_decider, stream) if stream else None
        if stream is None or preferences is None or preferences.state.identity is None:
            raise ProblemError(
                404,
                "unknown-unsubscribe-link",
                "Lien inconnu",
                "Ce lien n’est celui d’aucun courriel de ce déploiement.",
            )
        context = app.context(preferences.state.identity, MAILER)
        app.handle(mail_preferences_decider, stream, UnsubscribeFromMail(), context)
        return Unsubscribed(message=UNSUBSCRIBED)

    return router
