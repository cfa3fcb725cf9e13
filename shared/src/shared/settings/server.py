"""Settings of every program that serves HTTP: a service, the console."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, ClassVar

import httpx
from pydantic import Field, FilePath, HttpUrl, IPvAnyNetwork

from shared.settings.checked import CheckedSettings, Checks
from shared.settings.network_checks import check_proxies
from shared.settings.production_checks import check_exposure, rate_within
from shared.settings.types import (
    CertificateAuthorities,
    LogFormat,
    LogLevel,
    PrivateKey,
    RateLimit,
    check_certificate_key_pair,
)


@cache
def _usual_authorities() -> ssl.SSLContext:
    """Those that httpx trusts. Read once a process: each time it costs 30 ms of a processor."""
    return httpx.create_ssl_context(trust_env=False)


def check_certificate(key: Path | None, earlier: Mapping[str, Any]) -> Iterator[str]:
    if "tls_certificate" not in earlier:
        return
    certificate = earlier["tls_certificate"]
    if (certificate is None) != (key is None):
        yield "DLA_TLS_CERTIFICATE and DLA_TLS_KEY go together: a certificate, and its own private key"
    elif certificate and key:
        try:
            check_certificate_key_pair(certificate, key)
        except ValueError as error:
            yield f"DLA_TLS_CERTIFICATE, DLA_TLS_KEY: {error}"


class ServerSettings(CheckedSettings):
    """Settings of every program that serves HTTP."""

    always: ClassVar[Checks] = {"tls_key": check_certificate}
    in_production: ClassVar[Checks] = CheckedSettings.in_production | {
        "proxies": lambda value, earlier: chain(check_exposure(value, earlier), check_proxies(value, earlier)),
        "rate_person": rate_within("DLA_RATE_PERSON", 60_000),
        "rate_address": rate_within("DLA_RATE_ADDRESS", 60_000),
        "rate_failures": rate_within("DLA_RATE_FAILURES", 6_000),
    }

    host: str = "127.0.0.1"
    """Address to listen on."""
    port: int = 8000
    """Port to listen on."""
    drain_seconds: Annotated[float, Field(ge=0, le=60)] = 0
    """After SIGTERM, how long this program goes on answering while `/readyz` says 503: at least as long as a load
    balancer needs to notice. The images set it."""
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
    log_format: LogFormat = LogFormat.AUTO
    """Form of the logs: `json`, `text`, or `auto`: words at a terminal, else JSON."""
    log_level: LogLevel = "INFO"
    """Least level that is logged; each request is one line of `INFO`."""
    otlp_endpoint: HttpUrl | None = None
    """OpenTelemetry collector that traces are sent to (OTLP over HTTP); without it nothing is traced."""
    traces_ratio: Annotated[float, Field(ge=0, le=1)] = 1.0
    """Share of the requests that are traced, of those that nobody traces already."""
    metrics_host: str = "127.0.0.1"
    """Address of `/metrics`, and of `/status` of a service; let nobody but Prometheus reach it."""
    metrics_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """Port of `/metrics`, without which it is not served. With `--workers`, that of the first process;
    each of the others has the next one."""
    connections_per_address: Annotated[int, Field(ge=10, le=1000)] = 200
    """Open connections of one address, for one process. Those of `proxies` have no limit but the 1,000 of the process:
    there, all clients are one address, and the proxy counts them."""

    @property
    def over_tls(self) -> bool:
        """Whether this program is reached by HTTPS alone."""
        return self.tls_certificate is not None or bool(self.proxies)

    @property
    def trusted(self) -> ssl.SSLContext:
        """TLS verification of the services that are called: the authorities of `ca_file`, else the usual ones."""
        return ssl.create_default_context(cafile=self.ca_file) if self.ca_file else _usual_authorities()
