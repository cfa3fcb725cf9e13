"""What each service that forgets somebody tells: that it is done."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from shared.contracts.base import PublicEvent


class PersonErased(PublicEvent):
    """The person's key is destroyed here. `values`: how many sealed values nobody opens any more."""

    name: ClassVar[str] = "person-erased"

    person: UUID
    values: int
