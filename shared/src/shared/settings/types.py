"""Pydantic types of settings: NKey seeds, certificates, URLs and rates, checked before use. Errors never repeat a
secret value."""

from __future__ import annotations

import ssl
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import nkeys
from limits import parse
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from pydantic import AfterValidator, FilePath, SecretStr


def check_user_seed(seed: SecretStr) -> SecretStr:
    try:
        if nkeys.from_seed(seed.get_secret_value().encode()).public_key.startswith(b"U"):
            return seed
    except nkeys.NkeysError:
        pass
    raise ValueError("the seed of an NKey of a NATS user is needed: SU and 56 more letters and digits")


def check_postgresql_url(url: SecretStr) -> SecretStr:
    try:
        conninfo_to_dict(url.get_secret_value())
    except ProgrammingError:
        raise ValueError("a PostgreSQL URL is needed: postgresql://user:password@host:5432/database") from None
    return url


def role_of(url: str) -> str | None:
    """The PostgreSQL role that a URL names."""
    return str(conninfo_to_dict(url).get("user") or "") or None


def check_certificate_authorities(file: Path) -> Path:
    try:
        ssl.create_default_context(cafile=file)
    except ssl.SSLError:
        raise ValueError(f"no certificate of an authority, in PEM, is in {file}") from None
    return file


def check_certificate_key_pair(certificate: Path, key: Path) -> None:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=_no_password)
    except (ssl.SSLError, ValueError):
        raise ValueError(
            f"{certificate} and {key} are no certificate and its private key, in PEM and without a password"
        ) from None


def _no_password() -> str:
    raise ValueError("a key with a password")


def check_rate(rate: str) -> str:
    try:
        parse(rate)
    except ValueError:
        raise ValueError("a rate is needed, such as 600/minute or 20 per second") from None
    return rate


def check_private_file(key: Path) -> Path:
    if key.stat().st_mode & 0o007:
        raise ValueError(f"the private key can be read by everybody on the machine: chmod o-rwx {key}")
    return key


class LogFormat(StrEnum):
    AUTO = "auto"
    JSON = "json"
    TEXT = "text"


LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
NkeySeed = Annotated[SecretStr, AfterValidator(check_user_seed)]
DatabaseUrl = Annotated[SecretStr, AfterValidator(check_postgresql_url)]
CertificateAuthorities = Annotated[FilePath, AfterValidator(check_certificate_authorities)]
PrivateKey = Annotated[FilePath, AfterValidator(check_private_file)]
RateLimit = Annotated[str, AfterValidator(check_rate)]
