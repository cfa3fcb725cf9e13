"""Settings of a service: environment variables that begin with `DLA_`."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

from pydantic import (
    BeforeValidator,
    Field,
    HttpUrl,
    PositiveFloat,
    SecretBytes,
    SecretStr,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from shared.settings import production_checks
from shared.settings.nats_access import NatsAccess
from shared.settings.server import Mode, ServerSettings
from shared.settings.types import DatabaseUrl, NkeySeed, role_of

S = TypeVar("S", bound=BaseSettings)


class RightsSource(StrEnum):
    REGISTER = "register"
    TOKEN = "token"  # noqa: S105


class Misconfigured(Exception):
    """What a deployment must set before a program can start: `faults`, one line each."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def load_settings(settings: type[S]) -> S:
    """Raises Misconfigured, which repeats no secret."""
    try:
        return settings()
    except ValidationError as error:
        prefix = settings.model_config["env_prefix"]
        names = [prefix + "_".join(map(str, fault["loc"])).upper() if fault["loc"] else "" for fault in error.errors()]
        faults = [f"{name}: {fault['msg']}" for name, fault in zip(names, error.errors(), strict=True)]
        raise Misconfigured([line for fault in faults for line in _lines(fault)]) from None


def _lines(fault: str) -> list[str]:
    return fault.removeprefix(": ").removeprefix("Value error, ").splitlines()


def collect_faults(*checks: Callable[[], Any]) -> None:
    """Raises Misconfigured with all that is missing, whoever misses it."""
    faults: list[str] = []
    for check in checks:
        try:
            check()
        except Misconfigured as missing:
            faults += missing.faults
    if faults:
        raise Misconfigured(list(dict.fromkeys(faults)))


def parse_key(text: str) -> bytes:
    key = b64decode(text, validate=True)
    if len(key) != 32:
        raise ValueError("the base64 of exactly 32 bytes is needed")
    return key


def decode_key(value: object) -> object:
    """For a field that holds a key in base64."""
    return parse_key(value) if isinstance(value, str) else value


EncryptionKey = Annotated[SecretBytes, BeforeValidator(decode_key)]


def split_keys(value: object) -> object:
    """For a field that holds several keys, apart by commas."""
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


KeyRing = Annotated[tuple[EncryptionKey, ...], NoDecode, BeforeValidator(split_keys)]


class Settings(ServerSettings):
    """Settings of every service that has an event log."""

    database_url: DatabaseUrl
    """PostgreSQL URL of this service’s own database, as the role that serves; in production with
    `sslmode=verify-full`."""
    nats_url: str
    """NATS server; in production `tls://`."""
    nats_seed: NkeySeed
    """NKey seed of this service’s own NATS user."""
    region: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$")] = "local"
    """First part of the NATS subjects, which keeps regions apart."""
    sealing_key: EncryptionKey
    """Wraps the data keys, which encrypt personal data: 32 bytes in base64, its own in each service."""
    former_sealing_key: EncryptionKey | None = None
    """The sealing key before, until `rewrap-keys` has run."""
    erasure_list: Path | None = None
    """File outside the database and its back-ups that lists destroyed keys; required in production by services that
    erase people."""
    identity_key: EncryptionKey
    """Makes people’s pseudonyms: 32 bytes in base64, the same in all services."""
    transit_keys: KeyRing = ()
    """Encrypt names and needs on their way between services: each 32 bytes in base64, apart by commas, the newest
    first; the same in the services of the phases, and nowhere else."""
    jwks: str
    """Keys of the identity provider: a file or a URL."""
    jwks_trusted_hours: PositiveFloat = 24
    """Hours during which known keys are trusted while the provider does not answer."""
    issuer: str
    """Identity provider: the `iss` of its tokens."""
    audience: str = "dla"
    """The `aud` of the tokens that are accepted."""
    rights_from: RightsSource = RightsSource.REGISTER
    """Where rights come from: the register, or in development the token’s own claims."""
    access_log_days: Annotated[int, Field(ge=31, le=1826)] = 365
    """Days for which the access log is kept."""
    service_token: Annotated[SecretStr, Field(min_length=1)]
    """Token of this service, for the feeds of the others."""
    feeds: dict[str, HttpUrl] = Field(default_factory=dict)
    """Address of each service, as JSON by name."""
    dev_clock: Path | None = None
    """File of the settable clock; development only."""

    @property
    def access(self) -> NatsAccess:
        return NatsAccess(self.nats_url, self.nats_seed.get_secret_value(), authorities=self.ca_file)

    @model_validator(mode="after")
    def _fit_for_production(self) -> Self:
        if self.mode is Mode.PRODUCTION and (found := list(production_checks.production_faults(self))):
            raise ValueError("\n".join(found))
        return self


class OwnerSettings(BaseSettings):
    """Settings of the commands that own the tables: `migrate`, `declare-restored`."""

    model_config = SettingsConfigDict(
        use_attribute_docstrings=True, env_prefix="DLA_", frozen=True, hide_input_in_errors=True
    )

    mode: Mode = Mode.PRODUCTION
    """In `production`, the program refuses to start on anything that is for development or unencrypted."""
    database_owner_url: DatabaseUrl | None = None
    """PostgreSQL URL of the role that owns the tables of this service; another than that of `DLA_DATABASE_URL`, which
    serves. Required in production, and no program that serves is given it."""

    def serving_role(self, settings: Settings) -> str | None:
        """The role that serves; null when it owns the tables too, in development. Raises Misconfigured."""
        if self.database_owner_url is None:
            return None
        serves, owns = (role_of(url.get_secret_value()) for url in (settings.database_url, self.database_owner_url))
        if serves is None:
            raise Misconfigured(["DLA_DATABASE_URL does not name its role, which `migrate` gives its privileges"])
        if serves == owns:
            raise Misconfigured(
                [f"DLA_DATABASE_OWNER_URL and DLA_DATABASE_URL both name {serves}: serve as a role that owns nothing"]
            )
        return serves

    @model_validator(mode="after")
    def _fit_for_production(self) -> Self:
        if self.mode is Mode.PRODUCTION and (found := list(production_checks.owner_faults(self))):
            raise ValueError("\n".join(found))
        return self


class DeploySettings(OwnerSettings):
    """Settings of `migrate` alone."""

    nats_deployer_seed: NkeySeed
    """NKey seed of the one NATS user who may make streams and consumers."""


class TransitSettings(BaseSettings):
    """Settings of services that send or receive names."""

    model_config = SettingsConfigDict(
        use_attribute_docstrings=True, env_prefix="DLA_", frozen=True, hide_input_in_errors=True
    )

    mode: Mode = Mode.PRODUCTION
    """In `production`, the program refuses to start on anything that is for development or unencrypted."""
    transit_keys: KeyRing = ()
    """Encrypt names and needs on their way between services: each 32 bytes in base64, apart by commas, the newest
    first."""

    @model_validator(mode="after")
    def _are_there(self) -> Self:
        if self.mode is Mode.PRODUCTION and not self.transit_keys:
            raise ValueError(
                "DLA_TRANSIT_KEYS is not set: no service would learn what structures and people are called; make one"
                " key of 32 random bytes in base64, and give it to the services of the four phases"
            )
        return self


class ErasureSettings(BaseSettings):
    """Settings of services that erase people."""

    model_config = SettingsConfigDict(
        use_attribute_docstrings=True, env_prefix="DLA_", frozen=True, hide_input_in_errors=True
    )

    mode: Mode = Mode.PRODUCTION
    """In `production`, the program refuses to start on anything that is for development or unencrypted."""
    erasure_list: Path | None = None
    """File outside the database that lists destroyed keys, so that a restore cannot bring erased people back."""

    @model_validator(mode="after")
    def _outlives_the_database(self) -> Self:
        if self.mode is Mode.PRODUCTION and self.erasure_list is None:
            raise ValueError(
                "DLA_ERASURE_LIST is not set: a restored back-up would bring erased people back; name a file on a disk"
                " that is not restored with the database"
            )
        return self
