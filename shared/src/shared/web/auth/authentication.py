"""Authentication: a bearer token or a personal link becomes a caller, acting under one right.

The token proves the person. The register of rights, replicated in each service, says what they may do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from shared.access import (
    AccessAction,
    ProtectedCase,
    evaluate,
    find_case_access,
    find_emergency_access,
)
from shared.eventlog import ServiceApplication, UnknownCase, UnreadableEvent
from shared.kernel import Actor, Right, Role, format_date, paris_date
from shared.settings import RightsSource, Settings
from shared.web.auth.access_recording import AccessRecorder
from shared.web.auth.caller import ASSIGNED_ROLES, Caller, FindProtectedCase
from shared.web.http import REASON_HEADER, ProblemError
from shared.web.identity import TokenVerifier, VerifiedToken, personal_links, text_claim, unauthenticated
from shared.web.limits import PROGRAM, payer_of
from shared.web.requests import AppDep

LoadRights = Callable[[ServiceApplication, UUID], Sequence[Right]]
"""What a service knows an identity to hold, today or on another day."""
RIGHT_HEADER = "DLA-Right"
"""The header by which somebody who holds several rights says which one they act under."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A person that a token proves, with the rights that are valid today."""

    pseudonym: str
    rights: tuple[Right, ...]

    @property
    def payer(self) -> str:
        """Whose requests are counted: the person's, or those of no one for a program."""
        return PROGRAM if any(right.role is Role.SERVICE for right in self.rights) else self.pseudonym

    def as_caller(self, right_id: str | None) -> Caller:
        """Raises ProblemError 403 without any right, or when nobody can tell which of several is meant."""
        if not self.rights:
            raise ProblemError(
                403,
                "without-rights",
                "Aucun droit",
                "Vous êtes identifié·e, et aucun droit ne vous est donné ici aujourd’hui.",
            )
        chosen = [right for right in self.rights if right_id is None or str(right.id) == right_id]
        if len(chosen) != 1:
            raise ProblemError(
                403,
                "choose-a-right",
                "À quel titre\u202f?",
                f"Vous avez {len(self.rights)} droits\u00a0: nommez dans l’en-tête {RIGHT_HEADER} celui dont vous usez"
                " (GET /api/v1/me les donne).",
            )
        (right,) = chosen
        return Caller(
            Actor(self.pseudonym, right.role, unit=right.unit, units=right.units), right.case, right_id=right.id
        )


class Authenticator:
    """How tokens become callers, in one service."""

    def __init__(
        self, settings: Settings, app: ServiceApplication, rights_of: LoadRights, find_case: FindProtectedCase
    ) -> None:
        self._from, self._app, self._rights_of, self._find_case = settings.rights_from, app, rights_of, find_case
        self._verifier = TokenVerifier(settings)
        self._identity_key = settings.identity_key.get_secret_value()

    def identify(self, token: str) -> Identity:
        """Raises ProblemError 401 for a token that cannot be trusted."""
        if token.startswith(personal_links.LINK_PREFIX):
            return self._identify_link_bearer(token)
        verified = self._verifier.verify(token)
        if self._from is RightsSource.TOKEN:
            return Identity(verified.pseudonym, _rights_in_token(verified))
        return Identity(verified.pseudonym, self._current_rights(UUID(verified.pseudonym)))

    def prove_token(self, token: str) -> str | None:
        """Who pays for the requests of a token; null where it is not valid."""
        try:
            return self.identify(token).payer
        except ProblemError:
            return None

    def registered_rights(self, app: ServiceApplication, identity: UUID) -> tuple[Right, ...] | None:
        """What the register gives an identity today; null where rights come from tokens."""
        if self._from is RightsSource.TOKEN:
            return None
        today = paris_date(app.clock.now())
        try:
            rights = self._rights_of(app, identity)
        except UnknownCase:  # something else stands under this id
            return ()
        return tuple(right for right in rights if right.holds(today))

    def link_identity(self, secret: str) -> UUID | None:
        """Under which the register knows a personal link."""
        return personal_links.identity_of(self._identity_key, secret)

    def _identify_link_bearer(self, secret: str) -> Identity:
        """Whom a personal link was given to, as long as it holds. The register alone knows, whatever tokens may say."""
        identity = self.link_identity(secret)
        found = self._rights_of(self._app, identity) if identity else ()
        rights = [right for right in found if right.is_of_a_link]
        if len(rights) != 1:
            raise unauthenticated(
                "Ce lien personnel n’est pas reconnu, ou a été retiré ou remplacé : demandez-en un nouveau à la"
                " personne du DLA qui suit votre dossier. S’il vient de vous être donné, réessayez dans un instant."
            )
        (right,) = rights
        if not right.holds(paris_date(self._app.clock.now())):
            assert right.until is not None
            raise ProblemError(
                403,
                "link-expired",
                "Lien personnel expiré",
                f"Votre lien était valable jusqu’au {format_date(right.until)} inclus : demandez-en un nouveau à la"
                " personne du DLA qui suit votre dossier.",
            )
        return Identity(str(right.person), (right,))

    def find_case(self, app: ServiceApplication, id: UUID, kind: str | None = None) -> ProtectedCase | None:  # noqa: A002
        """What the policy must know of an id. `app`: the request's, which loads each aggregate once.

        A case that this service only heard of is known by who may see it, and unknown as long as nobody said so. Who
        may see it is asked of every id, so that an unknown one takes as many statements as any other."""
        try:
            known = self._find_case(app, id, kind)
        except UnreadableEvent:
            known = ProtectedCase(id, self._units_that_acted(id))
        access = find_case_access(app, id)
        if known is None or (access is None and not known.opened):
            return None
        if access is None:
            return known
        return replace(known, confidential=access.confidential, adviser=access.adviser, archived=access.archived)

    def find_case_of(
        self,
        app: ServiceApplication,
        actor: Actor,
        id: UUID,  # noqa: A002
        kind: str | None = None,
    ) -> ProtectedCase | None:
        """The same for one reader, who may have opened it in an emergency. That is asked of every id that is not for
        them, so that a confidential case takes as many statements as an unknown one."""
        found = self.find_case(app, id, kind)
        if actor.role not in ASSIGNED_ROLES or (found and evaluate(actor, None, AccessAction.READ, found).allowed):
            return found
        ends = find_emergency_access(app, id)
        if found is None or not found.confidential:
            return found
        until = {**found.emergency_ends, **ends}.get(actor.id)
        return replace(found, emergency=until is not None and until > app.clock.now())

    def _units_that_acted(self, case: UUID) -> frozenset[str]:
        """The units of the events that can still be read: an altered case stays visible to those who could see it."""
        units = set()
        for entry in self._app.recorder.entries_of_case(case):
            with suppress(UnreadableEvent):
                units.add(self._app.mapper.to_domain_event(entry).meta.unit)
        return frozenset(unit for unit in units if unit)

    def _current_rights(self, identity: UUID) -> tuple[Right, ...]:
        """Those that hold today. The right of a personal link is nobody's who comes with a token."""
        today = paris_date(self._app.clock.now())
        return tuple(
            right for right in self._rights_of(self._app, identity) if right.holds(today) and not right.is_of_a_link
        )


def _rights_in_token(token: VerifiedToken) -> tuple[Right, ...]:
    """Development only: the token itself says the role, the unit and the one case."""
    claims = token.claims
    if "role" not in claims:
        return ()
    try:
        case, units = text_claim(claims, "case"), claims.get("units", [])
        if not (isinstance(units, list) and all(isinstance(unit, str) for unit in units)):
            raise ValueError("the claim units is not a list of texts")
        scope = UUID(case) if case else None
        return (
            Right(UUID(int=0), Role(claims["role"]), unit=text_claim(claims, "unit"), units=tuple(units), case=scope),
        )
    except (ValueError, TypeError) as error:
        raise unauthenticated("Le jeton présenté ne dit pas à quel titre vous appelez.") from error


_bearer = HTTPBearer(
    auto_error=False,
    description="A token of the deployment's identity provider; to try the system: make token ROLE=adviser UNIT=dla-44."
    f" A leader or a provider without an account: the secret of a personal link, {personal_links.LINK_PREFIX}…"
    f" Who holds several rights names one in the header {RIGHT_HEADER}. Auditors and the DPO say in {REASON_HEADER}"
    " why they read a dossier.",
)


def get_identity(request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> Identity:
    if given is None:
        raise unauthenticated("Présentez un jeton dans l’en-tête Authorization.")
    authenticator: Authenticator = request.app.state.authenticator
    identity = authenticator.identify(given.credentials)
    payer_of(request).prove(given.credentials, identity.payer)
    return identity


IdentityDep = Annotated[Identity, Depends(get_identity)]


async def get_caller(request: Request, identity: IdentityDep, app: AppDep) -> Caller:
    authenticator: Authenticator = request.app.state.authenticator
    caller = identity.as_caller(request.headers.get(RIGHT_HEADER))
    action = AccessAction.READ if request.method in ("GET", "HEAD") else AccessAction.WRITE
    assert caller.right_id is not None
    access = AccessRecorder(request, caller.actor, caller.right_id)
    return replace(
        caller,
        action=action,
        access=access,
        find_case=cache(partial(authenticator.find_case_of, app, caller.actor)),
        rights_of=partial(authenticator.registered_rights, app),
    )


CallerDep = Annotated[Caller, Depends(get_caller)]
