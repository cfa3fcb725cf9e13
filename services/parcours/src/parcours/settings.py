"""Settings of parcours alone: environment variables that begin with `DLA_PARCOURS_`."""

from __future__ import annotations

from functools import cache

from pydantic import NonNegativeInt
from pydantic_settings import BaseSettings, SettingsConfigDict


class ParcoursSettings(BaseSettings):
    """Settings of parcours."""

    model_config = SettingsConfigDict(use_attribute_docstrings=True, env_prefix="DLA_PARCOURS_", frozen=True)

    signature_days: NonNegativeInt = 30
    """Days from the commitment of funds until the agreement must be signed, or the funds released."""


@cache
def load_settings() -> ParcoursSettings:
    """Read at their first use: a service that only describes itself reads none."""
    return ParcoursSettings()
