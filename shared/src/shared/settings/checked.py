"""Settings whose fields are checked one by one, so that one start reports the faults of all of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

UNSAFE = "unsafe_setting"
"""Type of an error whose message is whole sentences that name their settings, one a line."""


class Mode(StrEnum):
    PRODUCTION = "production"
    DEVELOPMENT = "development"


Check = Callable[[Any, Mapping[str, Any]], Iterable[str]]
"""Faults of one field, one sentence each: the setting, the reason, and what to set. It receives the field's value, and
the fields before it by name, without those that are wrong themselves. No sentence repeats a secret."""
Checks = dict[str, Check]
"""By the field's name."""


class CheckedSettings(BaseSettings):
    """Settings of one program. In production, what is known to be unsafe is a fault.

    A subclass adds to `always` and `in_production` the checks of its own fields. They run on each field, defaults
    included: a check of the whole model would not run once one field is wrong."""

    model_config = SettingsConfigDict(
        use_attribute_docstrings=True,
        env_prefix="DLA_",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=True,
        enable_decoding=False,
        populate_by_name=True,
    )
    always: ClassVar[Checks] = {}
    in_production: ClassVar[Checks] = {}

    mode: Mode = Mode.PRODUCTION
    """In `production`, the program refuses to start on anything that is for development, unencrypted or known to be
    unsafe."""

    @field_validator("*", mode="before")
    @classmethod
    def _decode(cls, value: Any) -> Any:
        """Here and not where the environment is read, which would end at the first JSON that is none."""
        if not isinstance(value, str) or not value.startswith(("{", "[")):
            return value
        try:
            return json.loads(value)
        except ValueError as error:
            raise ValueError(f"this is no JSON ({error.args[0]})") from None

    @field_validator("*")
    @classmethod
    def _check(cls, value: Any, info: ValidationInfo) -> Any:
        name = info.field_name or ""
        mode = value if name == "mode" else info.data.get("mode")
        checks = [cls.always] if mode is Mode.DEVELOPMENT else [cls.always, cls.in_production]
        faults = [fault for each in checks if name in each for fault in each[name](value, info.data)]
        if faults:
            raise PydanticCustomError(UNSAFE, "{faults}", {"faults": "\n".join(faults)})
        return value
