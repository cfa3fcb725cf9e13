"""Settings of follow-up alone: environment variables that begin with `DLA_FOLLOWUP_`."""

from __future__ import annotations

from functools import cache
from typing import Annotated

from annotated_types import Ge, Le, Len
from pydantic import Field, StringConstraints
from pydantic_settings import SettingsConfigDict

from followup.domain.reviews.review import REVIEWS
from shared.settings import CheckedSettings, Mode

Code = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{0,9}$")]
Months = Annotated[int, Ge(0), Le(60)]


class FollowUpSettings(CheckedSettings):
    """Settings of follow-up."""

    model_config = SettingsConfigDict(env_prefix="DLA_FOLLOWUP_")

    mode: Mode = Field(default=Mode.PRODUCTION, validation_alias="DLA_MODE")
    """In `production`, the program refuses to start on anything that is for development, unencrypted or known to be
    unsafe."""
    reviews: Annotated[dict[Code, Months], Len(1, 10)] = REVIEWS
    """Months after the end of a parcours at which each review is due, as JSON by code; a code is letters and digits."""


@cache
def load_settings() -> FollowUpSettings:
    """Read at their first use: a service that only describes itself reads none."""
    return FollowUpSettings()
