"""What a deployment tells a service, by environment variables that begin with DLA_."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BeforeValidator, HttpUrl, SecretBytes, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

S = TypeVar("S", bound=BaseSettings)


class Misconfigured(Exception):
    """What a deployment must set before a program can start: `faults`, one line each."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def told(settings: type[S]) -> S:
    """Raises Misconfigured, which repeats no secret."""
    try:
        return settings()
    except ValidationError as error:
        prefix = settings.model_config["env_prefix"]
        names = [prefix + "_".join(map(str, fault["loc"])).upper() if fault["loc"] else "" for fault in error.errors()]
        lines = [f"{name}: {fault['msg']}" for name, fault in zip(names, error.errors(), strict=True)]
        raise Misconfigured([line.removeprefix(": ") for line in lines]) from None


def thirty_two_bytes(text: str) -> bytes:
    key = b64decode(text, validate=True)
    if len(key) != 32:
        raise ValueError("the base64 of exactly 32 bytes is needed")
    return key


def decoded(value: object) -> object:
    """For a field that holds a key, told in base64."""
    return thirty_two_bytes(value) if isinstance(value, str) else value


class Settings(BaseSettings):
    """`sealing_key` wraps the keys of personal data; `jwks` is a file or an URL; `feeds` gives each service's address;
    `dev_clock` names the development clock's file, and exists in development only."""

    model_config = SettingsConfigDict(env_prefix="DLA_", frozen=True, hide_input_in_errors=True)

    database_url: SecretStr
    nats_url: str
    nats_token: SecretStr | None = None
    region: str = "local"
    host: str = "127.0.0.1"
    port: int = 8000
    sealing_key: Annotated[SecretBytes, BeforeValidator(decoded)]
    jwks: str
    issuer: str
    audience: str = "dla"
    service_token: SecretStr
    feeds: dict[str, HttpUrl] = {}
    dev_clock: Path | None = None
