"""Settings of audit at a national hub."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, StringConstraints, ValidationError
from pydantic_settings import NoDecode, SettingsConfigDict

from shared.settings import CheckedSettings, Checks


def split_names(value: object) -> object:
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


def check_regions(regions: tuple[str, ...], _: Mapping[str, Any]) -> Iterator[str]:
    if doubled := [name for name, times in Counter(regions).items() if times > 1]:
        yield f"DLA_AUDIT_REGIONS names {', '.join(doubled)} twice"


class HubSettings(CheckedSettings):
    """At a national hub, the regions under it."""

    model_config = SettingsConfigDict(env_prefix="DLA_AUDIT_")
    always: ClassVar[Checks] = {"regions": check_regions}

    regions: Annotated[
        tuple[Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)], ...],
        NoDecode,
        BeforeValidator(split_names),
    ] = ()
    """At a national hub: the regions under it, by their `DLA_REGION`, with commas or spaces between them. Empty in a
    region."""


def read_regions() -> tuple[str, ...]:
    """The regions under this deployment. None when the setting is wrong: then no command starts, and each says why."""
    try:
        return HubSettings().regions
    except ValidationError:
        return ()
