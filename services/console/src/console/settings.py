"""What does a deployment tell the console? Environment variables, those of the services where they mean the same."""

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

SERVICES = ("intake", "diagnostic", "parcours", "followup", "audit")
Address = Annotated[str, BeforeValidator(lambda told: str(AnyHttpUrl(str(told))).rstrip("/"))]
Key = Annotated[SecretBytes, BeforeValidator(decode_key)]


class ConsoleSettings(BaseSettings):
    """`feeds`: each service's address. `issuer`: the identity provider; `discovery`: its document, where it is not at
    the usual place below the issuer. `address`: where people reach the console, as their browser names it.
    `key`, or `key_file`: 32 bytes in base64, which seal what a browser keeps for us. `resource`: for which API access
    tokens are asked, for a provider that wants it told (RFC 8707). `tls_certificate`, `tls_key`, `proxies` and
    `ca_file` are those of the services; so are the rates, but for attempts to come in that fail: services take all who
    come by the console for one address, and may not be led to refuse it. `polled`: seconds between two looks at the
    ledger for a timeline that somebody watches; `hours`: after so many one signs in again."""

    model_config = SettingsConfigDict(env_prefix="DLA_", frozen=True, hide_input_in_errors=True, populate_by_name=True)

    mode: Mode = Mode.PRODUCTION
    host: str = "127.0.0.1"
    port: int = 8000
    tls_certificate: FilePath | None = None
    tls_key: PrivateKey | None = None
    proxies: tuple[IPvAnyNetwork, ...] = ()
    ca_file: CertificateAuthorities | None = None
    feeds: dict[str, HttpUrl]
    issuer: str
    discovery: Address | None = Field(None, validation_alias="DLA_CONSOLE_DISCOVERY")
    address: Address = Field(validation_alias="DLA_CONSOLE_ADDRESS")
    key: Key | None = Field(None, validation_alias="DLA_CONSOLE_KEY")
    key_file: Path | None = Field(None, validation_alias="DLA_CONSOLE_KEY_FILE")
    client_id: str = Field("console", validation_alias="DLA_CONSOLE_CLIENT_ID")
    client_secret: SecretStr | None = Field(None, validation_alias="DLA_CONSOLE_CLIENT_SECRET")
    scope: str = Field("openid", validation_alias="DLA_CONSOLE_SCOPE")
    resource: str | None = Field(None, validation_alias="DLA_CONSOLE_RESOURCE")
    hours: PositiveFloat = Field(12, validation_alias="DLA_CONSOLE_HOURS")
    rate_person: RateLimit = "1200/minute"
    rate_address: RateLimit = "600/minute"
    rate_failures: RateLimit = "20/minute"
    polled: PositiveFloat = Field(5, validation_alias="DLA_CONSOLE_POLLED")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if missing := [name for name in SERVICES if name not in self.feeds]:
            raise ValueError(f"DLA_FEEDS does not tell where {', '.join(missing)} is")
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
        """Whom to believe that it is the service asked for: the deployment's own authority, else the machine's."""
        return ssl.create_default_context(cafile=self.ca_file) if self.ca_file else True

    @property
    def secure(self) -> bool:
        """Whether browsers reach the console over TLS: cookies are then for TLS only."""
        return self.address.startswith("https://")

    @property
    def development(self) -> bool:
        return self.mode is Mode.DEVELOPMENT
