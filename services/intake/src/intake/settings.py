"""What a deployment tells intake alone, by environment variables that begin with DLA_INTAKE_."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import HttpUrl, NonNegativeInt
from pydantic_settings import BaseSettings, SettingsConfigDict

from intake.domain.difficulty import Level
from intake.domain.territory import Competence


class Deployment(BaseSettings):
    """`chase_days`: days given to acknowledge an orientation, by level of difficulty, where ours do not suit;
    `competence`: a TOML file that tells the unit of each department, and of each region;
    `prefill_url`: the public API "Recherche d'entreprises", or one that answers alike. Left out, nobody is asked."""

    model_config = SettingsConfigDict(env_prefix="DLA_INTAKE_", frozen=True)

    chase_days: dict[Level, NonNegativeInt] = {}
    competence: Path | None = None
    prefill_url: HttpUrl | None = None

    def competent(self) -> Competence:
        if self.competence is None:
            return Competence()
        table = tomllib.loads(self.competence.read_text())
        return Competence(table.get("departments", {}), table.get("regions", {}))
