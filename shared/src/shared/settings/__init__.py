"""Settings of a service: environment variables that begin with `DLA_`."""

from shared.settings.nats_access import NatsAccess
from shared.settings.production_checks import DEVELOPMENT_ISSUER, is_loopback, is_unencrypted, server_faults
from shared.settings.server import Mode, ServerSettings
from shared.settings.settings import (
    DeploySettings,
    ErasureSettings,
    Misconfigured,
    OwnerSettings,
    RightsSource,
    Settings,
    TransitSettings,
    collect_faults,
    decode_key,
    load_settings,
    parse_key,
)
from shared.settings.types import CertificateAuthorities, PrivateKey, RateLimit, check_certificate_key_pair

__all__ = [
    "DEVELOPMENT_ISSUER",
    "CertificateAuthorities",
    "DeploySettings",
    "ErasureSettings",
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
    "check_certificate_key_pair",
    "collect_faults",
    "decode_key",
    "is_loopback",
    "is_unencrypted",
    "load_settings",
    "parse_key",
    "server_faults",
]
