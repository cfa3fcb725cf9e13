"""Settings of the console: environment variables, those of the services where they mean the same."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    AnyHttpUrl,
    BeforeValidator,
    Field,
    HttpUrl,
    PositiveFloat,
    SecretBytes,
    SecretStr,
    model_validator,
)
from pydantic_settings import SettingsConfigDict

from shared.kernel import SERVICES
from shared.settings import (
    DEVELOPMENT_ISSUER,
    Mode,
    RateLimit,
    ServerSettings,
    decode_key,
    is_unencrypted,
    parse_key,
    server_faults,
)

Address = Annotated[str, BeforeValidator(lambda value: str(AnyHttpUrl(str(value))).rstrip("/"))]
Key = Annotated[SecretBytes, BeforeValidator(decode_key)]


class ConsoleSettings(ServerSettings):
    """Settings of the console; those of the services mean the same here."""

    model_config = SettingsConfigDict(populate_by_name=True)

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
    client_id: str = Field("console", validation_alias="DLA_CONSOLE_CLIENT_ID")
    """OpenID Connect client."""
    client_secret: SecretStr | None = Field(None, validation_alias="DLA_CONSOLE_CLIENT_SECRET")
    """Secret of the client, where the provider wants one."""
    scope: str = Field("openid", validation_alias="DLA_CONSOLE_SCOPE")
    """Scopes that are asked for."""
    resource: str | None = Field(None, validation_alias="DLA_CONSOLE_RESOURCE")
    """API for which access tokens are asked (RFC 8707), where the provider wants it named."""
    hours: PositiveFloat = Field(12, validation_alias="DLA_CONSOLE_HOURS")
    """Hours after which one signs in again."""
    rate_failures: RateLimit = "20/minute"
    """Failed attempts to come in from one address. Lower than in the services, which take all who come by the
    console for one address."""
    poll_seconds: PositiveFloat = Field(5, validation_alias="DLA_CONSOLE_POLL_SECONDS")
    """Seconds between two looks at the ledger, for a timeline that somebody watches."""

    @model_validator(mode="after")
    def _check_consistency(self) -> Self:
        if missing := [name for name in SERVICES if name not in self.feeds]:
            raise ValueError(f"DLA_FEEDS lacks the address of {', '.join(missing)}")
        if (self.key is None) == (self.key_file is None):
            raise ValueError("DLA_CONSOLE_KEY_FILE, or DLA_CONSOLE_KEY, is needed: the base64 of 32 random bytes")
        if self.key_file is not None:
            if not self.key_file.is_file():
                raise ValueError("DLA_CONSOLE_KEY_FILE names no file")
            if self.key_file.stat().st_mode & 0o077:
                raise ValueError("DLA_CONSOLE_KEY_FILE can be read by others than its owner: chmod 600")
        self.sealing_key()
        if self.mode is Mode.PRODUCTION:
            if self.issuer == DEVELOPMENT_ISSUER:
                raise ValueError("DLA_ISSUER is the development issuer, where anybody signs in as anybody")
            if not self.address.startswith("https://"):
                raise ValueError("DLA_CONSOLE_ADDRESS is not https://: sessions would travel in clear")
            if not self.discovery_document.startswith("https://"):
                raise ValueError("the identity provider is read without TLS: DLA_ISSUER or DLA_CONSOLE_DISCOVERY")
            if faults := list(server_faults(self)):
                raise ValueError("\n".join(faults))
            if plain := [name for name, address in self.feeds.items() if is_unencrypted(str(address))]:
                raise ValueError(f"DLA_FEEDS shows {', '.join(plain)} the tokens of people without TLS: use https://")
        return self

    def sealing_key(self) -> bytes:
        if self.key is not None:
            return self.key.get_secret_value()
        assert self.key_file is not None
        return parse_key(self.key_file.read_text().strip())

    @property
    def discovery_document(self) -> str:
        return self.discovery or self.issuer.rstrip("/") + "/.well-known/openid-configuration"

    @property
    def secure(self) -> bool:
        """Whether browsers reach the console over TLS: cookies are then for TLS only."""
        return self.address.startswith("https://")

    @property
    def development(self) -> bool:
        return self.mode is Mode.DEVELOPMENT
