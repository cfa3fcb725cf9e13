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

from intake import files
from intake.domain.difficulty import Level
from intake.domain.places import communes
from intake.domain.reference import Reference
from intake.domain.territory import Competence
from shared.settings import Mode, is_unencrypted

PREFIX, MODE = "DLA_INTAKE_", "DLA_MODE"


class Deployment(BaseSettings):
    """Each file is read, and checked whole, when the service starts.

    `chase_days`: days given to acknowledge an orientation, by level of difficulty, where ours do not suit;
    `competence`: a TOML file that tells the unit of each department, and of each region;
    `prefill_url`: the public API "Recherche d'entreprises", or one that answers alike. Left out, nobody is asked;
    `criteria`: a TOML file with the versions of the eligibility criteria, in place of ours;
    `targets`: a TOML file with targets of orientation, added to ours;
    `link_days`: how long a personal link lasts at most; `console_url`: the console’s public address, where links lead;
    `communes`, `activities`: CSV files as INSEE publishes them, newer than those that are shipped, added to them;
    `backup_days`: how long a back-up of any service is kept, after which no copy of an erased key is left in one;
    `keep_not_admitted_months`, `keep_closed_months`, `keep_archived_months`: how long a dossier is kept after the last
    thing recorded of it, and one that is closed as an archive after that."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True)

    mode: Mode = Field(default=Mode.PRODUCTION, validation_alias=MODE)
    chase_days: dict[Level, NonNegativeInt] = {}
    competence: Annotated[Path, AfterValidator(files.checked_by(files.competence))] | None = None
    prefill_url: HttpUrl | None = None
    criteria: Annotated[Path, AfterValidator(files.checked_by(files.criteria))] | None = None
    targets: Annotated[Path, AfterValidator(files.checked_by(files.targets))] | None = None
    link_days: Annotated[int, Ge(1), Le(366)] = 30
    console_url: HttpUrl | None = None
    communes: Annotated[Path, AfterValidator(files.checked_by(files.communes))] | None = None
    activities: Annotated[Path, AfterValidator(files.checked_by(files.activities))] | None = None
    backup_days: NonNegativeInt = 35
    keep_not_admitted_months: Annotated[int, Ge(1), Le(1200)] = 24
    keep_closed_months: Annotated[int, Ge(1), Le(1200)] = 36
    keep_archived_months: Annotated[int, Ge(0), Le(1200)] = 84

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
