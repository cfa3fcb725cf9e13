"""Problems that several resources of audit answer with."""

from __future__ import annotations

from shared.web.http import ProblemError


def altered_event() -> ProblemError:
    return ProblemError(
        409,
        "altered-event",
        "Événement altéré",
        "Ce qu’audit conserve n’est plus ce à quoi le registre s’est engagé\u00a0: alertez l’exploitation.",
    )


def not_signed_yet() -> ProblemError:
    return ProblemError(
        503,
        "not-signed-yet",
        "Pas encore signé",
        "Le registre n’est pas encore signé jusque-là\u00a0: réessayez dans un instant.",
        {"Retry-After": "2"},
    )
