"""Settings of a service: environment variables that begin with `DLA_`."""

from shared.settings.checked import Check, CheckedSettings, Checks, Mode
from shared.settings.key_checks import key_faults, random_key
from shared.settings.nats_access import NatsAccess
from shared.settings.network_checks import is_loopback, is_unencrypted
from shared.settings.production_checks import (
    DEVELOPMENT_ISSUER,
    at_most,
    check_second_issuer,
    https_only,
    of_development,
)
from shared.settings.server import ServerSettings
from shared.settings.settings import (
    DeploySettings,
    ErasureSettings,
    Misconfigured,
    OwnerSettings,
    RightsSource,
    Settings,
    TransitSettings,
    TrustedIssuer,
    collect_faults,
    decode_key,
    load_settings,
    parse_key,
)
from shared.settings.types import (
    CertificateAuthorities,
    LogFormat,
    LogLevel,
    PrivateKey,
    RateLimit,
    check_certificate_key_pair,
)

__all__ = [
    "DEVELOPMENT_ISSUER",
    "CertificateAuthorities",
    "Check",
    "CheckedSettings",
    "Checks",
    "DeploySettings",
    "ErasureSettings",
    "LogFormat",
    "LogLevel",
    "Misconfigured",
    "Mode",
    "NatsAccess",
    "OwnerSettings",
    "PrivateKey",
    "RateLimit",
    "RightsSource",
    "ServerSettings",
    "Settings",
    "TransitSettings",
    "TrustedIssuer",
    "at_most",
    "check_certificate_key_pair",
    "check_second_issuer",
    "collect_faults",
    "decode_key",
    "https_only",
    "is_loopback",
    "is_unencrypted",
    "key_faults",
    "load_settings",
    "of_development",
    "parse_key",
    "random_key",
]
