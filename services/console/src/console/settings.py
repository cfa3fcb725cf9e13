"""Settings of the console: environment variables, those of the services where they mean the same."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Annotated, Self

from pydantic import (
    AnyHttpUrl,
    BeforeValidator,
    Field,
    FilePath,
    HttpUrl,
    IPvAnyNetwork,
    PositiveFloat,
    SecretBytes,
    SecretStr,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.kernel import SERVICES
from shared.settings import (
    DEVELOPMENT_ISSUER,
    CertificateAuthorities,
    Mode,
    PrivateKey,
    RateLimit,
    check_certificate_key_pair,
    decode_key,
    is_loopback,
    is_unencrypted,
    parse_key,
)

Address = Annotated[str, BeforeValidator(lambda value: str(AnyHttpUrl(str(value))).rstrip("/"))]
Key = Annotated[SecretBytes, BeforeValidator(decode_key)]


class ConsoleSettings(BaseSettings):
    """Settings of the console; those of the services mean the same here."""

    model_config = SettingsConfigDict(
        use_attribute_docstrings=True, env_prefix="DLA_", frozen=True, hide_input_in_errors=True, populate_by_name=True
    )

    mode: Mode = Mode.PRODUCTION
    """In `production`, the program refuses to start on anything that is for development or unencrypted."""
    host: str = "127.0.0.1"
    """Address to listen on."""
    port: int = 8000
    """Port to listen on."""
    tls_certificate: FilePath | None = None
    """Certificate (PEM) for HTTPS served by this program itself."""
    tls_key: PrivateKey | None = None
    """Private key of the certificate."""
    proxies: tuple[IPvAnyNetwork, ...] = ()
    """Addresses of the proxies that end TLS before this program, and tell it who calls."""
    ca_file: CertificateAuthorities | None = None
    """Authorities that signed the certificates of the services, where the machine does not know them."""
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
    rate_person: RateLimit = "1200/minute"
    """Requests of one authenticated person, for one process."""
    rate_address: RateLimit = "600/minute"
    """Requests of one address without a token, for one process."""
    rate_failures: RateLimit = "20/minute"
    """Failed attempts to come in from one address. Lower than in the services, which take all who come by the
    console for one address."""
    polled: PositiveFloat = Field(5, validation_alias="DLA_CONSOLE_POLLED")
    """Seconds between two looks at the ledger, for a timeline that somebody watches."""

    @model_validator(mode="after")
    def _check_consistency(self) -> Self:
        if missing := [name for name in SERVICES if name not in self.feeds]:
            raise ValueError(f"DLA_FEEDS lacks the address of {', '.join(missing)} is")
        if (self.key is None) == (self.key_file is None):
            raise ValueError("DLA_CONSOLE_KEY_FILE, or DLA_CONSOLE_KEY, is needed: the base64 of 32 random bytes")
        if self.key_file is not None:
            if not self.key_file.is_file():
                raise ValueError("DLA_CONSOLE_KEY_FILE names no file")
            if self.key_file.stat().st_mode & 0o077:
                raise ValueError("DLA_CONSOLE_KEY_FILE can be read by others than its owner: chmod 600")
        self.sealing_key()
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("DLA_TLS_CERTIFICATE and DLA_TLS_KEY go together: a certificate, and its own private key")
        if self.tls_certificate and self.tls_key:
            check_certificate_key_pair(self.tls_certificate, self.tls_key)
        if self.mode is Mode.PRODUCTION:
            if self.issuer == DEVELOPMENT_ISSUER:
                raise ValueError("DLA_ISSUER is the development issuer, where anybody signs in as anybody")
            if not self.address.startswith("https://"):
                raise ValueError("DLA_CONSOLE_ADDRESS is not https://: sessions would travel in clear")
            if not self.discovery_document.startswith("https://"):
                raise ValueError("the identity provider is read without TLS: DLA_ISSUER or DLA_CONSOLE_DISCOVERY")
            if not (is_loopback(self.host) or self.tls_certificate or self.proxies):
                raise ValueError(
                    f"DLA_HOST={self.host} answers other machines without TLS: set DLA_TLS_CERTIFICATE and DLA_TLS_KEY,"
                    " or DLA_PROXIES to the addresses of what ends TLS before it"
                )
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
    def trusted(self) -> ssl.SSLContext | bool:
        """TLS verification of the services: the deployment's own certificate authority, else the machine's."""
        return ssl.create_default_context(cafile=self.ca_file) if self.ca_file else True

    @property
    def secure(self) -> bool:
        """Whether browsers reach the console over TLS: cookies are then for TLS only."""
        return self.address.startswith("https://")

    @property
    def development(self) -> bool:
        return self.mode is Mode.DEVELOPMENT
