"""In whose name does a page ask the services? Of somebody signed in, under one right, who said why."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

import msgspec
from fastapi import Request

from console.provider import NotProven, Provider, ProviderTrouble
from console.services import Reader, Services, Trouble
from console.session import Right
from console.visit import Visit, visit_of
from shared.kernel import uuid7

RENEWED_BEFORE = 60.0


class SignInNeeded(Exception):
    """`ended`: there was a session, and its time is over."""

    def __init__(self, *, ended: bool) -> None:
        super().__init__("nobody is signed in")
        self.ended = ended


class ChoiceNeeded(Exception):
    """Several rights are held, and none was chosen."""


class MotiveNeeded(Exception):
    """Why this dossier is read was not said yet."""

    def __init__(self, case: UUID) -> None:
        super().__init__(str(case))
        self.case = case


async def reader_of(request: Request, case: UUID | None = None) -> Reader:
    """Raises SignInNeeded, ChoiceNeeded, MotiveNeeded, or the Trouble of not knowing the rights."""
    visit = visit_of(request)
    await _renewed(request.app.state.provider, visit)
    if not visit.session.signed_in:
        raise SignInNeeded(ended=visit.ended)
    if visit.session.right is None:
        rights = await rights_of(request)
        if len(rights) > 1:
            raise ChoiceNeeded
        right = rights[0] if rights else None
        visit.session = msgspec.structs.replace(visit.session, right=right, choice=False)
    session = visit.session
    motive = session.motives.get(str(case)) if case else None
    if case and motive is None and session.must_say_why:
        raise MotiveNeeded(case)
    return Reader(session.token, session.right.id if session.right else None, motive=motive, correlation=str(uuid7()))


async def rights_of(request: Request) -> list[Right]:
    """As audit knows them, or else the first service that answers. Raises Trouble."""
    services: Services = request.app.state.services
    reader = Reader(visit_of(request).session.token)
    silent: Trouble | None = None
    for service in ("audit", "intake"):
        try:
            told = await services.json(reader, service, "/api/v1/me")
        except Trouble as trouble:
            if not trouble.down:
                raise
            silent = silent or trouble
        else:
            return [_right(each) for each in told["rights"]]
    assert silent is not None
    raise silent


def _right(told: dict[str, Any]) -> Right:
    return msgspec.convert({name: told.get(name) for name in Right.__struct_fields__}, Right)


async def _renewed(provider: Provider, visit: Visit) -> None:
    """A token that ends soon is renewed where the provider lets us; else it is used to its end."""
    session = visit.session
    if session.token is None or session.expires is None or session.expires - time.time() > RENEWED_BEFORE:
        return
    if session.refresh is None:
        if session.expires <= time.time():
            raise SignInNeeded(ended=True)
        return
    try:
        tokens = await provider.refreshed(session.refresh)
    except NotProven as error:
        raise SignInNeeded(ended=True) from error
    except ProviderTrouble:
        if session.expires <= time.time():
            raise SignInNeeded(ended=True) from None
        return
    visit.session = msgspec.structs.replace(
        session, token=tokens.access, refresh=tokens.refresh, expires=tokens.expires
    )
