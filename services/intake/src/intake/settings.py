"""What a deployment tells intake alone, by environment variables that begin with DLA_INTAKE_."""

from __future__ import annotations

from pydantic import NonNegativeInt
from pydantic_settings import BaseSettings, SettingsConfigDict

from intake.domain.difficulty import Level


class Deployment(BaseSettings):
    """`chase_days`: days given to acknowledge an orientation, by level of difficulty, where ours do not suit."""

    model_config = SettingsConfigDict(env_prefix="DLA_INTAKE_", frozen=True)

    chase_days: dict[Level, NonNegativeInt] = {}
