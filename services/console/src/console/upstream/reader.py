"""The reader of a page: the signed-in person, the right in use and the reason, sent with every call to a service."""

from __future__ import annotations

import time
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from fastapi import Request

from console.auth.oidc_provider import ProviderUnavailable, SignInRefused
from console.auth.providers import Providers
from console.auth.request_session import RequestSession, get_session
from console.auth.session import ChosenRight
from console.upstream.services import Reader, Services, UpstreamError
from shared.kernel import uuid7

RENEW_BEFORE_SECONDS = 60.0


class SignInNeeded(Exception):
    """Nobody is signed in. `ended`: there was a session, and it is over."""

    def __init__(self, *, ended: bool) -> None:
        super().__init__("nobody is signed in")
        self.ended = ended


class ChoiceNeeded(Exception):
    """The person has several rights and has chosen none."""


class ReasonNeeded(Exception):
    """The reason for reading this case is missing."""

    def __init__(self, case: UUID) -> None:
        super().__init__(str(case))
        self.case = case


def require_signed_in(request: Request) -> None:
    """Raises SignInNeeded."""
    request_session = get_session(request)
    if not request_session.session.signed_in:
        raise SignInNeeded(ended=request_session.ended)


async def get_reader(request: Request, case: UUID | None = None) -> Reader:
    """Raises SignInNeeded, ChoiceNeeded, ReasonNeeded, or UpstreamError when the rights cannot be read."""
    request_session = get_session(request)
    await _renew_token(request.app.state.providers, request_session)
    require_signed_in(request)
    if request_session.session.right is None:
        rights = await fetch_rights(request.app.state.services, get_rights_reader(request))
        if len(rights) > 1:
            raise ChoiceNeeded
        right = rights[0] if rights else None
        request_session.session = msgspec.structs.replace(request_session.session, right=right, choice=False)
    session = request_session.session
    reason = session.reasons.get(str(case)) if case else None
    if case and reason is None and session.needs_reason:
        raise ReasonNeeded(case)
    return Reader(
        session.token,
        session.right.id if session.right else None,
        reason=reason,
        correlation=str(uuid7()),
        is_over=partial(request_session.is_over, session),
    )


def get_rights_reader(request: Request) -> Reader:
    """Who asks for their rights: the signed-in person, under none of them."""
    request_session = get_session(request)
    session = request_session.session
    return Reader(session.token, is_over=partial(request_session.is_over, session))


async def fetch_rights(services: Services, reader: Reader) -> list[ChosenRight]:
    """A person's rights: from audit, else from intake. Raises UpstreamError."""
    unavailable: UpstreamError | None = None
    for service in ("audit", "intake"):
        try:
            body = await services.json(reader, service, "/api/v1/me")
        except UpstreamError as error:
            if not error.is_down:
                raise
            unavailable = unavailable or error
        else:
            return [_parse_right(each) for each in body["rights"]]
    assert unavailable is not None
    raise unavailable


def _parse_right(fields: dict[str, Any]) -> ChosenRight:
    return msgspec.convert({name: fields.get(name) for name in ChosenRight.__struct_fields__}, ChosenRight)


async def _renew_token(providers: Providers, request_session: RequestSession) -> None:
    """Renews an access token that ends soon, if there is a refresh token; else it is used to its end."""
    session = request_session.session
    if session.token is None or session.expires is None or session.expires - time.time() > RENEW_BEFORE_SECONDS:
        return
    if session.refresh is None:
        if session.expires <= time.time():
            raise SignInNeeded(ended=True)
        return
    provider = providers.of(session.issuer)
    if provider is None:
        raise SignInNeeded(ended=True)
    try:
        tokens = await provider.refresh(session.refresh)
    except SignInRefused as error:
        raise SignInNeeded(ended=True) from error
    except ProviderUnavailable:
        if session.expires <= time.time():
            raise SignInNeeded(ended=True) from None
        return
    request_session.session = msgspec.structs.replace(
        session, token=tokens.access, refresh=tokens.refresh, expires=tokens.expires
    )
