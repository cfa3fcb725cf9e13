"""The base class of integration events."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class PublicEvent(BaseModel):
    """The body of an integration event: a fact that a service publishes to the others.

    Once published a contract only gains optional fields, or gets a new version next to the old one; a receiver ignores
    the fields it does not know. Case, actor and times are in the header of the message; a body names persons by id
    only, and has a name or a typed text only as ciphertext. The French label of the private event travels in the
    message as well."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    publisher: ClassVar[str]
    name: ClassVar[str]
    version: ClassVar[int] = 1
    other_cases: ClassVar[tuple[str, ...]] = ()
    """The fields that name another case than the event's own: who may not read that case is not shown the body."""
    encrypted: ClassVar[tuple[str, ...]] = ()
    """The fields that are ciphertext under the transit key. They are null once the text is erased; audit drops them."""

    @classmethod
    def topic(cls) -> str:
        """Name and version, like `request-admitted:v1`."""
        return f"{cls.name}:v{cls.version}"
