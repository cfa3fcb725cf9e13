"""Settings of the console: environment variables, those of the services where they mean the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import (
    AnyHttpUrl,
    BeforeValidator,
    Field,
    HttpUrl,
    PositiveFloat,
    SecretBytes,
    SecretStr,
)
from pydantic_settings import SettingsConfigDict

from shared.kernel import SERVICES
from shared.settings import (
    DEVELOPMENT_ISSUER,
    Checks,
    Mode,
    RateLimit,
    ServerSettings,
    at_most,
    check_second_issuer,
    decode_key,
    is_unencrypted,
    key_faults,
    parse_key,
    random_key,
)

Address = Annotated[str, BeforeValidator(lambda value: str(AnyHttpUrl(str(value))).rstrip("/"))]
Key = Annotated[SecretBytes, BeforeValidator(decode_key)]


def check_every_service(feeds: Mapping[str, HttpUrl], _: Mapping[str, Any]) -> Iterator[str]:
    if missing := [name for name in SERVICES if name not in feeds]:
        yield f"DLA_FEEDS lacks the address of {', '.join(missing)}"


def check_feeds(feeds: Mapping[str, HttpUrl], _: Mapping[str, Any]) -> Iterator[str]:
    if plain := [name for name, address in feeds.items() if is_unencrypted(str(address))]:
        yield f"DLA_FEEDS shows {', '.join(plain)} the tokens of people without TLS: use https://"


def check_key_file(file: Path | None, earlier: Mapping[str, Any]) -> Iterator[str]:
    if "key" not in earlier:
        return
    if (earlier["key"] is None) == (file is None):
        yield "DLA_CONSOLE_KEY_FILE, or DLA_CONSOLE_KEY, is needed: the base64 of 32 random bytes"
    elif file is not None and not file.is_file():
        yield "DLA_CONSOLE_KEY_FILE names no file"
    elif file is not None and file.stat().st_mode & 0o077:
        yield "DLA_CONSOLE_KEY_FILE can be read by others than its owner: chmod 600"
    elif file is not None and _key_in(file) is None:
        yield "DLA_CONSOLE_KEY_FILE does not hold a key: the base64 of exactly 32 bytes is needed"


def check_key_in_file(file: Path | None, _: Mapping[str, Any]) -> Iterator[str]:
    if file is not None and file.is_file() and (key := _key_in(file)):
        yield from key_faults("DLA_CONSOLE_KEY_FILE", key)


def check_sessions_folder(folder: Path, _: Mapping[str, Any]) -> Iterator[str]:
    if not folder.is_dir():
        yield "DLA_CONSOLE_SESSIONS names no folder"


def _key_in(file: Path) -> bytes | None:
    try:
        return parse_key(file.read_text().strip())
    except ValueError:
        return None


def check_issuer(issuer: str, _: Mapping[str, Any]) -> Iterator[str]:
    if issuer.rstrip("/") == DEVELOPMENT_ISSUER:
        yield "DLA_ISSUER is the development issuer, where anybody signs in as anybody: set your identity provider’s"
    elif not issuer.startswith("https://"):
        yield "the identity provider is read without TLS: set DLA_ISSUER to its https:// address"


def check_discovery(discovery: str | None, _: Mapping[str, Any]) -> Iterator[str]:
    if discovery and not discovery.startswith("https://"):
        yield "the identity provider is read without TLS: set DLA_CONSOLE_DISCOVERY to its https:// address"


def check_address(address: str, _: Mapping[str, Any]) -> Iterator[str]:
    if not address.startswith("https://"):
        yield "DLA_CONSOLE_ADDRESS is not https://: sessions would travel in clear"


def check_second_discovery(discovery: str | None, _: Mapping[str, Any]) -> Iterator[str]:
    if discovery and not discovery.startswith("https://"):
        yield "the second provider is read without TLS: set DLA_CONSOLE_SECOND_DISCOVERY to its https:// address"


def check_other_issuer(second: str | None, earlier: Mapping[str, Any]) -> Iterator[str]:
    if second is not None and second == earlier.get("issuer"):
        yield "DLA_SECOND_ISSUER is DLA_ISSUER: two providers have two names"


def split_values(value: object) -> object:
    """For a field with several values, apart by blanks."""
    return tuple(value.split()) if isinstance(value, str) else value


AcrValues = Annotated[tuple[str, ...], BeforeValidator(split_values)]


class Userinfo(StrEnum):
    """Where the name of a person who signs in comes from besides the id token."""

    NONE = "none"
    SIGNED = "signed"


class ConsoleSettings(ServerSettings):
    """Settings of the console; those of the services mean the same here."""

    model_config = SettingsConfigDict(populate_by_name=True)
    always: ClassVar[Checks] = ServerSettings.always | {
        "feeds": check_every_service,
        "key_file": check_key_file,
        "sessions": check_sessions_folder,
        "second_issuer": check_other_issuer,
    }
    in_production: ClassVar[Checks] = ServerSettings.in_production | {
        "feeds": check_feeds,
        "issuer": check_issuer,
        "discovery": check_discovery,
        "second_issuer": check_second_issuer,
        "second_discovery": check_second_discovery,
        "address": check_address,
        "key": random_key("DLA_CONSOLE_KEY"),
        "key_file": check_key_in_file,
        "hours": at_most("DLA_CONSOLE_HOURS", 168, "hours", "for which a session on a shared computer stays open"),
    }

    feeds: dict[str, HttpUrl]
    """Address of each service, as JSON by name."""
    issuer: str
    """Identity provider: the `iss` of its tokens."""
    discovery: Address | None = Field(None, validation_alias="DLA_CONSOLE_DISCOVERY")
    """The provider’s discovery document, where it is not at the usual place below the issuer."""
    address: Address = Field(validation_alias="DLA_CONSOLE_ADDRESS")
    """Where people reach the console, as their browser names it."""
    key: Key | None = Field(None, validation_alias="DLA_CONSOLE_KEY")
    """Encrypts what the browser keeps: 32 bytes in base64, the same for all replicas."""
    key_file: Path | None = Field(None, validation_alias="DLA_CONSOLE_KEY_FILE")
    """File of that key, readable by its owner alone."""
    sessions: Path = Field(validation_alias="DLA_CONSOLE_SESSIONS")
    """Folder of the sessions that have ended, the same for all replicas."""
    client_id: str = Field("console", validation_alias="DLA_CONSOLE_CLIENT_ID")
    """OpenID Connect client."""
    client_secret: SecretStr | None = Field(None, validation_alias="DLA_CONSOLE_CLIENT_SECRET")
    """Secret of the client, where the provider wants one."""
    scope: str = Field("openid", validation_alias="DLA_CONSOLE_SCOPE")
    """Scopes that are asked for."""
    resource: str | None = Field(None, validation_alias="DLA_CONSOLE_RESOURCE")
    """API for which access tokens are asked (RFC 8707), where the provider wants it named."""
    acr_values: AcrValues = Field((), validation_alias="DLA_CONSOLE_ACR_VALUES")
    """Levels of authentication, apart by blanks: the provider must prove one of them in the id token (`acr`), or the
    sign-in is refused. Empty: any level."""
    userinfo: Userinfo = Field(Userinfo.NONE, validation_alias="DLA_CONSOLE_USERINFO")
    """`signed`: the name comes from the provider’s userinfo endpoint, which must answer a signed JWT."""
    provider_label: str | None = Field(None, validation_alias="DLA_CONSOLE_PROVIDER_LABEL")
    """Name of the provider on the sign-in page, where there are two."""
    second_issuer: str | None = None
    """A second identity provider, for the day when the first is down: the `iss` of its tokens."""
    second_discovery: Address | None = Field(None, validation_alias="DLA_CONSOLE_SECOND_DISCOVERY")
    """As DLA_CONSOLE_DISCOVERY, of the second provider."""
    second_client_id: str = Field("console", validation_alias="DLA_CONSOLE_SECOND_CLIENT_ID")
    """As DLA_CONSOLE_CLIENT_ID, of the second provider."""
    second_client_secret: SecretStr | None = Field(None, validation_alias="DLA_CONSOLE_SECOND_CLIENT_SECRET")
    """As DLA_CONSOLE_CLIENT_SECRET, of the second provider."""
    second_scope: str = Field("openid", validation_alias="DLA_CONSOLE_SECOND_SCOPE")
    """As DLA_CONSOLE_SCOPE, of the second provider."""
    second_resource: str | None = Field(None, validation_alias="DLA_CONSOLE_SECOND_RESOURCE")
    """As DLA_CONSOLE_RESOURCE, of the second provider."""
    second_acr_values: AcrValues = Field((), validation_alias="DLA_CONSOLE_SECOND_ACR_VALUES")
    """As DLA_CONSOLE_ACR_VALUES, of the second provider."""
    second_userinfo: Userinfo = Field(Userinfo.NONE, validation_alias="DLA_CONSOLE_SECOND_USERINFO")
    """As DLA_CONSOLE_USERINFO, of the second provider."""
    second_label: str | None = Field(None, validation_alias="DLA_CONSOLE_SECOND_LABEL")
    """As DLA_CONSOLE_PROVIDER_LABEL, of the second provider."""
    hours: PositiveFloat = Field(12, validation_alias="DLA_CONSOLE_HOURS")
    """Hours after which one signs in again."""
    rate_failures: RateLimit = "20/minute"
    """Failed attempts to come in from one address. Lower than in the services, which take all who come by the
    console for one address."""
    poll_seconds: PositiveFloat = Field(5, validation_alias="DLA_CONSOLE_POLL_SECONDS")
    """Seconds between two looks at the ledger, for a timeline that somebody watches."""

    def sealing_key(self) -> bytes:
        if self.key is not None:
            return self.key.get_secret_value()
        assert self.key_file is not None
        return parse_key(self.key_file.read_text().strip())

    @property
    def secure(self) -> bool:
        """Whether browsers reach the console over TLS: cookies are then for TLS only."""
        return self.address.startswith("https://")

    @property
    def development(self) -> bool:
        return self.mode is Mode.DEVELOPMENT
