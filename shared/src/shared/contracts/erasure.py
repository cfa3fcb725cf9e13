"""The confirmation of an erasure, which each service that erases persons publishes."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.base import PublicEvent


class PersonErased(PublicEvent):
    """A person was erased from this service: their key is destroyed (crypto-shredding), unless `elsewhere`."""

    name: ClassVar[str] = "person-erased"

    person: UUID = Field(description="The person’s key")
    values: int = Field(description="How many encrypted values can no longer be decrypted")
    elsewhere: bool = Field(
        default=False,
        description="Nothing was erased: a case of this service outside the ordering DPO’s territory names the person",
    )
