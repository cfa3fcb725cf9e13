"""What a deployment tells a service, by environment variables that begin with DLA_."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, HttpUrl, SecretBytes, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def _thirty_two_bytes(value: object) -> object:
    if not isinstance(value, str):
        return value
    key = b64decode(value, validate=True)
    if len(key) != 32:
        raise ValueError("the base64 of exactly 32 bytes is needed")
    return key


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
    sealing_key: Annotated[SecretBytes, BeforeValidator(_thirty_two_bytes)]
    jwks: str
    issuer: str
    audience: str = "dla"
    service_token: SecretStr
    feeds: dict[str, HttpUrl] = {}
    dev_clock: Path | None = None
