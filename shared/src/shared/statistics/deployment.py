"""What a deployment says of its published statistics: the theme of each axis, and the territories above its units."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.kernel import UNIT_CODE, Axis, LabelledEnum
from shared.statistics.territories import WHOLE, divide


class Theme(LabelledEnum):
    """The four themes by which the accompaniments of the DLA are published."""

    STRATEGY = "strategy", "Projet et stratégie"
    ORGANISATION = "organisation", "Organisation interne"
    RESTRUCTURING = "restructuring", "Restructuration économique et financière"
    OTHERS = "others", "Autres"


THEME_LABELS = {theme.value: theme.label for theme in Theme}
DEFAULT_THEMES = {
    Axis.STRATEGY: Theme.STRATEGY,
    Axis.GOVERNANCE: Theme.ORGANISATION,
    Axis.ORGANISATION: Theme.ORGANISATION,
    Axis.HUMAN_RESOURCES: Theme.ORGANISATION,
    Axis.BUSINESS_MODEL: Theme.RESTRUCTURING,
    Axis.FINANCE: Theme.RESTRUCTURING,
}
"""Our reading of the published themes; axes that are not here are `others`."""
Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]


class DeclaredTerritory(BaseModel, extra="forbid"):
    """A department or a region: units that are counted together."""

    label: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    units: Annotated[list[Annotated[str, StringConstraints(pattern=rf"^{UNIT_CODE.pattern}$")]], Field(min_length=1)]


class StatisticsDeployment(BaseModel, extra="forbid"):
    """The file: `public`, `[themes]` axis → theme, `[territories.<code>]` with a label and units. `public`: whether
    everybody reads the tables of the whole deployment, without a token."""

    public: bool = False
    themes: dict[Axis, Theme] = DEFAULT_THEMES
    territories: dict[Code, DeclaredTerritory] = {}

    def declared(self) -> dict[str, tuple[str, list[str]]]:
        return {code: (each.label, each.units) for code, each in self.territories.items()}

    def territory_of(self, unit: str) -> str:
        """The largest declared territory with this unit; the unit itself where none has it."""
        around = [(len(each.units), code) for code, each in self.territories.items() if unit in each.units]
        return max(around)[1] if around else unit

    def territory_label(self, code: str) -> str:
        return self.territories[code].label if code in self.territories else code

    def theme_of(self, axis: str) -> str:
        return str(self.themes.get(Axis(axis), Theme.OTHERS)) if axis in set(Axis) else str(Theme.OTHERS)


def read_deployment(path: Path | None) -> StatisticsDeployment:
    """Raises ValueError, with the file and the fault."""
    if path is None:
        return StatisticsDeployment()
    try:
        found = StatisticsDeployment.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
        if WHOLE in found.territories:
            raise ValueError(f"territories.{WHOLE}: this code is that of the whole deployment")
        divide(found.declared(), [unit for each in found.territories.values() for unit in each.units])
    except ValidationError as error:
        fault = error.errors()[0]
        raise ValueError(f"{path}: {'.'.join(map(str, fault['loc']))}: {fault['msg']}") from None
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from None
    return found


def _readable(path: Path) -> Path:
    read_deployment(path)
    return path


class StatisticsSettings(BaseSettings):
    """Settings of the figures and of the statistics for pilots."""

    model_config = SettingsConfigDict(use_attribute_docstrings=True, env_prefix="DLA_", frozen=True)

    statistics: Annotated[Path, AfterValidator(_readable)] | None = None
    """TOML file with the published theme of each axis of change, in place of ours, the departments and regions whose
    units are published together, and whether everybody reads the tables of the whole (`public = true`)."""


@cache
def load_deployment() -> StatisticsDeployment:
    """Read at its first use: a service checks the file when it starts, and to describe itself it reads none."""
    return read_deployment(StatisticsSettings().statistics)
