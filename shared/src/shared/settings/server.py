"""Settings of every program that serves HTTP: a service, the console."""

from __future__ import annotations

import ssl
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, FilePath, IPvAnyNetwork, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.settings.types import CertificateAuthorities, PrivateKey, RateLimit, check_certificate_key_pair


class Mode(StrEnum):
    PRODUCTION = "production"
    DEVELOPMENT = "development"


class ServerSettings(BaseSettings):
    """Settings of every program that serves HTTP."""

    model_config = SettingsConfigDict(
        use_attribute_docstrings=True, env_prefix="DLA_", frozen=True, hide_input_in_errors=True
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
    """Authorities that signed the certificates of NATS and of the services, where the machine does not know them."""
    rate_person: RateLimit = "1200/minute"
    """Requests of one authenticated person, for one process."""
    rate_address: RateLimit = "600/minute"
    """Requests of one address without a token, for one process."""
    rate_failures: RateLimit = "120/minute"
    """Invalid tokens that one address may show, for one process; the next ones are looked at one at a time."""
    connections_per_address: Annotated[int, Field(ge=10, le=1000)] = 200
    """Open connections of one address, for one process. Those of `proxies` have no limit but the 1,000 of the process:
    there, all clients are one address, and the proxy counts them."""

    @property
    def over_tls(self) -> bool:
        """Whether this program is reached by HTTPS alone."""
        return self.tls_certificate is not None or bool(self.proxies)

    @property
    def trusted(self) -> ssl.SSLContext | bool:
        """TLS verification of the services that are called: the authorities of `ca_file`, else the machine's."""
        return ssl.create_default_context(cafile=self.ca_file) if self.ca_file else True

    @model_validator(mode="after")
    def _check_certificate(self) -> Self:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("DLA_TLS_CERTIFICATE and DLA_TLS_KEY go together: a certificate, and its own private key")
        if self.tls_certificate and self.tls_key:
            check_certificate_key_pair(self.tls_certificate, self.tls_key)
        return self
