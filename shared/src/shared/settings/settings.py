"""Settings of a service: environment variables that begin with `DLA_`."""

from __future__ import annotations

import os
from base64 import b64decode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import (
    BeforeValidator,
    Field,
    HttpUrl,
    PositiveFloat,
    SecretBytes,
    SecretStr,
    StringConstraints,
    ValidationError,
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode

from shared.settings import production_checks as checks
from shared.settings.checked import UNSAFE, CheckedSettings, Checks, Mode
from shared.settings.environment_checks import environment_faults
from shared.settings.key_checks import random_key
from shared.settings.nats_access import NatsAccess
from shared.settings.network_checks import check_nats_url
from shared.settings.server import ServerSettings
from shared.settings.token_checks import check_token_source, check_token_url
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
    """Reads the environment. Raises Misconfigured with every fault of it; no secret is repeated."""
    faults: list[str] = []
    mode: str | None = os.environ.get("DLA_MODE")
    try:
        loaded = settings()
        mode = getattr(loaded, "mode", mode)
    except ValidationError as error:
        prefix = settings.model_config["env_prefix"]
        faults = [line for fault in error.errors() for line in _describe(fault, prefix)]
    if mode != Mode.DEVELOPMENT:
        faults += environment_faults()
    if faults:
        raise Misconfigured(faults)
    return loaded


def _describe(fault: ErrorDetails, prefix: str) -> list[str]:
    """One line for each fault, which begins with the variable or names it."""
    message = fault["msg"].removeprefix("Value error, ")
    path = "_".join(map(str, fault["loc"])).upper()
    if fault["type"] == UNSAFE or not path:
        return message.splitlines()
    return [f"{path if path.startswith('DLA_') else prefix + path}: {message}"]


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


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """An identity provider whose tokens are accepted. `jwks`: a file or a URL."""

    issuer: str
    jwks: str
    audience: str


class Settings(ServerSettings):
    """Settings of every service that has an event log."""

    always: ClassVar[Checks] = ServerSettings.always | {
        "service_client_secret": check_token_source,
        "second_jwks": checks.check_second_provider,
    }
    in_production: ClassVar[Checks] = ServerSettings.in_production | {
        "database_url": checks.database_url("DLA_DATABASE_URL"),
        "nats_url": check_nats_url,
        "sealing_key": random_key("DLA_SEALING_KEY"),
        "former_sealing_key": random_key("DLA_FORMER_SEALING_KEY"),
        "identity_key": random_key("DLA_IDENTITY_KEY"),
        "transit_keys": random_key("DLA_TRANSIT_KEYS"),
        "jwks": checks.check_jwks,
        "jwks_trusted_hours": checks.at_most(
            "DLA_JWKS_TRUSTED_HOURS", 168, "hours", "for which a withdrawn key would be trusted"
        ),
        "issuer": checks.check_issuer,
        "audience": checks.check_audience,
        "second_issuer": checks.check_second_issuer,
        "second_jwks": checks.check_second_jwks,
        "rights_from": checks.check_rights_source,
        "service_token": checks.check_service_token,
        "service_token_url": check_token_url,
        "feeds": checks.check_feeds,
        "dev_clock": checks.check_clock,
    }

    database_url: DatabaseUrl
    """PostgreSQL URL of this service’s own database, as the role that serves; in production with
    `sslmode=verify-full`."""
    database_pool: Annotated[int, Field(ge=3, le=100)] = 8
    """Connections to PostgreSQL that one process keeps at most. A relay keeps three, and one more for its lease; with
    `--workers`, each process has its own. All of them together, replicas included, must not be more than PostgreSQL
    gives the role: a program says at its start when they are."""
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
    second_issuer: str | None = None
    """A second identity provider, for the day when the first is down: the `iss` of its tokens. A person has another
    identity there, and rights of that identity."""
    second_audience: str | None = None
    """The `aud` of the second provider’s tokens, where it is another than DLA_AUDIENCE."""
    second_jwks: str | None = None
    """Keys of the second provider: a file or a URL."""
    rights_from: RightsSource = RightsSource.REGISTER
    """Where rights come from: the register, or in development the token’s own claims."""
    access_log_days: Annotated[int, Field(ge=31, le=1826)] = 365
    """Days for which the access log is kept."""
    service_token: SecretStr = SecretStr("")
    """Token of this service, for the feeds of the others; or one of the two following ways to renew it."""
    service_token_file: Path | None = None
    """File that holds this service’s token, and in which somebody renews it: it is read again when it changes."""
    service_token_url: HttpUrl | None = None
    """Token endpoint of the identity provider, which gives this service’s token for client credentials."""
    service_client_id: str = ""
    """Client id of this service at DLA_SERVICE_TOKEN_URL."""
    service_client_secret: SecretStr | None = None
    """Client secret of this service at DLA_SERVICE_TOKEN_URL."""
    feeds: dict[str, HttpUrl] = Field(default_factory=dict)
    """Address of each service, as JSON by name."""
    dev_clock: Path | None = None
    """File of the settable clock; development only."""

    @property
    def trusted_issuers(self) -> tuple[TrustedIssuer, ...]:
        """The identity provider, and the second one if there is one."""
        first = TrustedIssuer(self.issuer, self.jwks, audience=self.audience)
        if self.second_issuer is None or self.second_jwks is None:
            return (first,)
        audience = self.second_audience or self.audience
        return first, TrustedIssuer(self.second_issuer, self.second_jwks, audience=audience)

    @property
    def access(self) -> NatsAccess:
        return NatsAccess(self.nats_url, self.nats_seed.get_secret_value(), authorities=self.ca_file)


class OwnerSettings(CheckedSettings):
    """Settings of the commands that own the tables: `migrate`, `declare-restored`."""

    in_production: ClassVar[Checks] = CheckedSettings.in_production | {"database_owner_url": checks.check_owner_url}

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


class DeploySettings(OwnerSettings):
    """Settings of `migrate` alone."""

    nats_deployer_seed: NkeySeed
    """NKey seed of the one NATS user who may make streams and consumers."""
    nats_replicas: Annotated[int, Field(ge=1, le=5)] = 1
    """Copies of each stream: the number of NATS servers, 1, 3 or 5. Consumers have as many."""


class TransitSettings(CheckedSettings):
    """Settings of services that send or receive names."""

    in_production: ClassVar[Checks] = CheckedSettings.in_production | {"transit_keys": checks.check_transit_keys}

    transit_keys: KeyRing = ()
    """Encrypt names and needs on their way between services: each 32 bytes in base64, apart by commas, the newest
    first."""


class ErasureSettings(CheckedSettings):
    """Settings of services that erase people."""

    in_production: ClassVar[Checks] = CheckedSettings.in_production | {"erasure_list": checks.check_erasure_list}

    erasure_list: Path | None = None
    """File outside the database that lists destroyed keys, so that a restore cannot bring erased people back."""
