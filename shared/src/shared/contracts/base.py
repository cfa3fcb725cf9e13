"""What does one service tell the others?"""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class PublicEvent(BaseModel):
    """A fact that a service tells. Once published it only gains optional fields, or gets a new version beside it.

    Case, actor and times are in the wire header; here are the body's own fields, and persons by id only."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    publisher: ClassVar[str]
    name: ClassVar[str]
    version: ClassVar[int] = 1

    @classmethod
    def topic(cls) -> str:
        return f"{cls.name}:v{cls.version}"
