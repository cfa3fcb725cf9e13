"""Case access: who is in charge of a case, and whether it is confidential or an archive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shared.kernel.decider import CaseTable

CASE_ACCESS_TABLE = CaseTable(
    "case_access",
    {"adviser": "text", "confidential": "boolean", "archived": "boolean"},
    nullable=frozenset({"adviser"}),
)
"""Read by the access policy. Cases that were never given access by name have no row."""


@dataclass(frozen=True, slots=True)
class CaseAccess:
    """Who may see a case from now on.

    `adviser`: who is in charge of it, by pseudonym; `confidential`: only they and the unit's manager see it;
    `archived`: it is closed to those who worked on it."""

    adviser: str | None
    confidential: bool
    archived: bool = False

    def row(self) -> dict[str, Any]:
        """Its columns in the table."""
        return {"adviser": self.adviser, "confidential": self.confidential, "archived": self.archived}
