"""Erasure of a person or a case (GDPR art. 17): the event that destroys keys."""

from shared.erasure.erasure import ForgetDossier, ForgetPerson, erasure_of, forgetting_of

__all__ = [
    "ForgetDossier",
    "ForgetPerson",
    "erasure_of",
    "forgetting_of",
]
