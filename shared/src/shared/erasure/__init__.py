"""Erasure of a person or a case (GDPR art. 17): the event that destroys keys."""

from shared.erasure.erasure import EraseCase, ErasePerson, case_erasure_id, person_erasure_id

__all__ = [
    "EraseCase",
    "ErasePerson",
    "case_erasure_id",
    "person_erasure_id",
]
