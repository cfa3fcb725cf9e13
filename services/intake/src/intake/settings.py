"""What a deployment tells intake alone, by environment variables that begin with DLA_INTAKE_."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Self

from annotated_types import Ge, Le
from pydantic import AfterValidator, Field, HttpUrl, NonNegativeInt, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from intake.domain.reference.communes import communes
from intake.domain.reference.reference import Reference
from intake.domain.reference.territory import Competence
from intake.domain.request.state import DifficultyLevel
from intake.reference import files
from shared.settings import Mode, is_unencrypted

PREFIX, MODE = "DLA_INTAKE_", "DLA_MODE"


class Deployment(BaseSettings):
    """Settings of intake. Each file is read, and checked whole, when the service starts."""

    model_config = SettingsConfigDict(use_attribute_docstrings=True, env_prefix=PREFIX, frozen=True)

    mode: Mode = Field(default=Mode.PRODUCTION, validation_alias=MODE)
    """In `production`, the program refuses to start on anything that is for development or unencrypted."""
    chase_days: dict[DifficultyLevel, NonNegativeInt] = {}
    """Days given to acknowledge an orientation, as JSON by level of difficulty, where ours do not suit."""
    competence: Annotated[Path, AfterValidator(files.checked_by(files.competence))] | None = None
    """TOML file with the unit of each department and region."""
    prefill_url: HttpUrl | None = None
    """Public API “Recherche d’entreprises”, or one that answers alike; not asked unless set."""
    criteria: Annotated[Path, AfterValidator(files.checked_by(files.criteria))] | None = None
    """TOML file with the versions of the eligibility criteria, in place of ours."""
    targets: Annotated[Path, AfterValidator(files.checked_by(files.targets))] | None = None
    """TOML file with targets of orientation, added to ours."""
    link_days: Annotated[int, Ge(1), Le(366)] = 30
    """Days that a personal link lasts at most."""
    console_url: HttpUrl | None = None
    """Public address of the console, where personal links lead."""
    communes: Annotated[Path, AfterValidator(files.checked_by(files.communes))] | None = None
    """CSV file of communes as INSEE publishes it, newer than what is shipped."""
    activities: Annotated[Path, AfterValidator(files.checked_by(files.activities))] | None = None
    """CSV file of activities as INSEE publishes it, newer than what is shipped."""
    backup_days: NonNegativeInt = 35
    """Days that a back-up of any service is kept; after that no copy of an erased key is left in one."""
    keep_not_admitted_months: Annotated[int, Ge(1), Le(1200)] = 24
    """Months that a case is kept which was not admitted, after the last event."""
    keep_closed_months: Annotated[int, Ge(1), Le(1200)] = 36
    """Months that a closed case is kept before it becomes an archive."""
    keep_archived_months: Annotated[int, Ge(0), Le(1200)] = 84
    """Months that an archive is kept."""

    @model_validator(mode="after")
    def _fit_for_production(self) -> Self:
        if self.mode is Mode.PRODUCTION and (found := list(self._in_clear())):
            raise ValueError("\n".join(found))
        return self

    def _in_clear(self) -> Iterator[str]:
        if self.console_url and is_unencrypted(str(self.console_url)):
            yield f"{PREFIX}CONSOLE_URL leads personal links to a page that travels in clear: use https://"
        if self.prefill_url and is_unencrypted(str(self.prefill_url)):
            yield f"{PREFIX}PREFILL_URL is read without TLS: whoever is on the way alters what is recorded; use https://"

    def competent(self) -> Competence:
        return files.competence(self.competence) if self.competence else Competence()

    def reference(self) -> Reference:
        return _reference(self.criteria, self.targets, self.communes, self.activities)


def deployment() -> Deployment:
    """Read again only when the environment says something else."""
    return _told(tuple(sorted(item for item in os.environ.items() if item[0].upper().startswith((PREFIX, MODE)))))


@lru_cache(1)
def _told(_environment: tuple[tuple[str, str], ...]) -> Deployment:
    return Deployment()


@lru_cache(1)
def _reference(
    criteria: Path | None, targets: Path | None, own_communes: Path | None, activities: Path | None
) -> Reference:
    ours = Reference()
    added = files.targets(targets) if targets else ()
    codes = {target.code for target in added}
    return Reference(
        files.criteria(criteria) if criteria else ours.criteria,
        (*(target for target in ours.targets if target.code not in codes), *added),
        communes=communes(files.communes(files.COMMUNES), files.communes(own_communes) if own_communes else {}),
        activities=files.activities(files.ACTIVITIES) | (files.activities(activities) if activities else {}),
    )
