"""What a deployment tells a service, by environment variables that begin with DLA_."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self, TypeVar

import nkeys
from pydantic import (
    BeforeValidator,
    HttpUrl,
    PositiveFloat,
    SecretBytes,
    SecretStr,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.transport.access import Access

S = TypeVar("S", bound=BaseSettings)
DEVELOPMENT_ISSUER = "https://dev-issuer.dla.invalid"


class Mode(StrEnum):
    PRODUCTION = "production"
    DEVELOPMENT = "development"


class RightsFrom(StrEnum):
    REGISTER = "register"
    TOKEN = "token"  # noqa: S105


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


Key = Annotated[SecretBytes, BeforeValidator(decoded)]


def of_a_user(seed: str) -> str:
    try:
        if nkeys.from_seed(seed.encode()).public_key.startswith(b"U"):
            return seed
    except nkeys.NkeysError:
        pass
    raise ValueError("the seed of an NKey of a NATS user is needed: SU and 56 more letters and digits")


Seed = Annotated[SecretStr, BeforeValidator(lambda seed: of_a_user(seed) if isinstance(seed, str) else seed)]


class Settings(BaseSettings):
    """`mode`: production unless said otherwise. `nats_seed` is this service's own, and opens to it what is its business
    alone. `sealing_key` wraps the keys of personal data, its own in each service; `former_sealing_key` opens what is
    not wrapped anew yet, until `rewrap` has run. `erased_list`: a file outside the database and its back-ups, that
    remembers the keys that were destroyed. `identity_key` makes people's pseudonyms, and is the same for all services.
    `jwks` is a file or an URL, whose keys outlive an outage of the provider by `jwks_trusted_hours`. `rights_from`: the
    register, or in development the token's own claims. `feeds` gives each service's address; `dev_clock` names the
    development clock's file, and exists in development only."""

    model_config = SettingsConfigDict(env_prefix="DLA_", frozen=True, hide_input_in_errors=True)

    mode: Mode = Mode.PRODUCTION
    database_url: SecretStr
    nats_url: str
    nats_seed: Seed
    region: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$")] = "local"
    host: str = "127.0.0.1"
    port: int = 8000
    sealing_key: Key
    former_sealing_key: Key | None = None
    erased_list: Path | None = None
    identity_key: Key
    jwks: str
    jwks_trusted_hours: PositiveFloat = 24
    issuer: str
    audience: str = "dla"
    rights_from: RightsFrom = RightsFrom.REGISTER
    service_token: SecretStr
    feeds: dict[str, HttpUrl] = {}
    dev_clock: Path | None = None

    @property
    def access(self) -> Access:
        return Access(self.nats_url, self.nats_seed.get_secret_value())

    @model_validator(mode="after")
    def _fit_for_production(self) -> Self:
        if self.mode is Mode.PRODUCTION:
            if self.issuer == DEVELOPMENT_ISSUER:
                raise ValueError(
                    "DLA_ISSUER is the development issuer, which signs any token for whoever asks: set DLA_ISSUER and"
                    " DLA_JWKS to those of your identity provider, or, to try the system, DLA_MODE=development"
                )
            if self.jwks.startswith("http://"):
                raise ValueError("DLA_JWKS is read without TLS: whoever is on the way could sign tokens; use https://")
            if self.rights_from is RightsFrom.TOKEN:
                raise ValueError(
                    "DLA_RIGHTS_FROM=token takes the role from the token, which no identity provider knows: it is for"
                    " DLA_MODE=development only; `dla-intake register` gives the first right of the register"
                )
            if self.dev_clock:
                raise ValueError("DLA_DEV_CLOCK moves time: it is for DLA_MODE=development only")
        return self


class DeployStep(BaseSettings):
    """What `migrate` alone is told: the seed of whoever may make streams and consumers."""

    model_config = SettingsConfigDict(env_prefix="DLA_", frozen=True, hide_input_in_errors=True)

    nats_deployer_seed: Seed
