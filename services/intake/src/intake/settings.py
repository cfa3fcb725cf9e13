"""Settings of intake alone: environment variables that begin with `DLA_INTAKE_`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar

from annotated_types import Ge, Le
from pydantic import AfterValidator, Field, HttpUrl, NonNegativeInt
from pydantic_settings import SettingsConfigDict

from intake.reference import files
from shared.kernel import DifficultyLevel
from shared.settings import CheckedSettings, Checks, Mode, https_only

PREFIX, MODE = "DLA_INTAKE_", "DLA_MODE"


class IntakeSettings(CheckedSettings):
    """Settings of intake. Each file is read and checked whole when the service starts."""

    model_config = SettingsConfigDict(env_prefix=PREFIX)
    in_production: ClassVar[Checks] = CheckedSettings.in_production | {
        "console_url": https_only(f"{PREFIX}CONSOLE_URL", "leads personal links to an unencrypted page"),
        "prefill_url": https_only(f"{PREFIX}PREFILL_URL", "is read without TLS, and could be altered on the way"),
    }

    mode: Mode = Field(default=Mode.PRODUCTION, validation_alias=MODE)
    """In `production`, the program refuses to start on anything that is for development, unencrypted or known to be
    unsafe."""
    chase_days: dict[DifficultyLevel, NonNegativeInt] = Field(default_factory=dict)
    """Days given to acknowledge an orientation, as JSON by level of difficulty, where ours do not suit."""
    transfer_days: Annotated[int, Ge(1), Le(366)] = 7
    """Days given to take over a transferred request; after them it is a task of the unit that transferred it too."""
    competence: Annotated[Path, AfterValidator(files.validate_with(files.read_competence))] | None = None
    """TOML file with the unit of each department and region."""
    prefill_url: HttpUrl | None = None
    """Public API “Recherche d’entreprises”, or one that answers alike; not asked unless set."""
    criteria: Annotated[Path, AfterValidator(files.validate_with(files.read_criteria))] | None = None
    """TOML file with the versions of the eligibility criteria, in place of ours."""
    targets: Annotated[Path, AfterValidator(files.validate_with(files.read_targets))] | None = None
    """TOML file with targets of orientation, added to ours."""
    link_days: Annotated[int, Ge(1), Le(366)] = 30
    """Days that a personal link lasts at most."""
    console_url: HttpUrl | None = None
    """Public address of the console, where the codes of personal links are typed."""
    communes: Annotated[Path, AfterValidator(files.validate_with(files.read_communes))] | None = None
    """CSV file of communes as INSEE publishes it, newer than what is shipped."""
    activities: Annotated[Path, AfterValidator(files.validate_with(files.read_activities))] | None = None
    """CSV file of activities as INSEE publishes it, newer than what is shipped."""
    backup_days: NonNegativeInt = 35
    """Days that a back-up of any service is kept; after that no copy of an erased key is left in one."""
    keep_not_admitted_months: Annotated[int, Ge(1), Le(1200)] = 24
    """Months that a case is kept which was not admitted, after the last event."""
    keep_closed_months: Annotated[int, Ge(1), Le(1200)] = 36
    """Months that a closed case is kept before it becomes an archive."""
    keep_archived_months: Annotated[int, Ge(0), Le(1200)] = 84
    """Months that an archive is kept."""
