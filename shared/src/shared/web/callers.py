"""Who is calling? A bearer token, signed by the deployment's issuer, says the person, the role and the territory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from shared.decider import Actor, Role
from shared.web.problems import ProblemError
from shared.web.tokens import Proven, TokenVerifier, text_claim, unauthenticated


@dataclass(frozen=True, slots=True)
class Caller:
    """`case`: the one case a leader's or a provider's token opens."""

    actor: Actor
    case: UUID | None = None


def from_token(proven: Proven) -> Caller:
    """Development only: the token itself says the role, the unit and the one case."""
    if "role" not in proven.claims:
        raise ProblemError(
            403, "without-rights", "Aucun droit", "Vous êtes identifié·e, et aucun droit ne vous est donné ici."
        )
    try:
        case = text_claim(proven.claims, "case")
        actor = Actor(proven.identity, Role(proven.claims["role"]), text_claim(proven.claims, "unit"))
        return Caller(actor, UUID(case) if case else None)
    except (ValueError, KeyError, TypeError) as error:
        raise unauthenticated("Le jeton présenté ne dit pas à quel titre vous appelez.") from error


_bearer = HTTPBearer(auto_error=False, description="make token ROLE=adviser UNIT=dla-44")


def calling(request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> Caller:
    if given is None:
        raise unauthenticated("Présentez un jeton dans l’en-tête Authorization.")
    verifier: TokenVerifier = request.app.state.verifier
    return from_token(verifier.proven(given.credentials))


Calling = Annotated[Caller, Depends(calling)]


def allowed(caller: Caller, roles: frozenset[Role], case: UUID | None = None) -> None:
    """Raises ProblemError 403 unless the role may, and a token bound to one case is used on that case."""
    if caller.actor.role not in roles:
        raise ProblemError(403, "forbidden", "Action non permise", "Votre rôle ne permet pas cette action.")
    if caller.case is not None and case != caller.case:
        raise ProblemError(403, "forbidden", "Action non permise", "Votre jeton n’ouvre pas ce dossier.")
    if caller.actor.role in BOUND and caller.case is None:
        raise ProblemError(403, "forbidden", "Action non permise", "Votre jeton doit nommer un dossier.")


BOUND = frozenset({Role.LEADER, Role.PROVIDER})
"""Those who come in by a link to one case."""


def only(*roles: Role) -> Any:
    """A dependency for what concerns no single case."""

    def check(caller: Calling) -> None:
        allowed(caller, frozenset(roles))

    return Depends(check)
