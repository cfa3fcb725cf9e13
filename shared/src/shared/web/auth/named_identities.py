"""Identities that a command names: the register of rights knows them, or the command is refused."""

from collections.abc import Callable
from uuid import UUID

from shared.kernel import Refusal, Right
from shared.web.auth.caller import Caller

IDENTITY_WITHOUT_RIGHT = Refusal("identity-without-right", "Cette personne n’a pas ce droit", status=422)


def require_right(caller: Caller, identity: UUID, permits: Callable[[Right], bool], detail: str) -> None:
    """Refuses an identity that holds no right today which `permits`. `detail`: in French, what was expected of it.

    Where rights come from tokens, in development, no identity can be looked up, and any is accepted."""
    rights = caller.rights_of(identity)
    if rights is not None and not any(permits(right) for right in rights):
        raise IDENTITY_WITHOUT_RIGHT(
            f"{detail} Si ce droit vient d’être donné, réessayez dans un instant.", identity=str(identity)
        )
