"""The seal of a day of the access log, which each service publishes."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from pydantic import Field

from shared.contracts.base import PublicEvent


class AccessLogSealed(PublicEvent):
    """The reads that a service recorded on a day are counted and hashed: entries that are deleted or altered later no
    longer match."""

    name: ClassVar[str] = "access-log-sealed"

    day: date = Field(description="The day, of Paris")
    entries: int = Field(description="How many reads the service recorded")
    digest: str = Field(description="SHA-256 of the entries, in hexadecimal, as `verify-access-log` computes it again")
