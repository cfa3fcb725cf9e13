"""What a deployment tells a service, by environment variables that begin with `DLA_`."""

from shared.settings.nats_access import NatsAccess
from shared.settings.production_checks import DEVELOPMENT_ISSUER, is_here, is_in_clear
from shared.settings.settings import (
    DeployStep,
    Forgetting,
    Misconfigured,
    Mode,
    RightsFrom,
    Settings,
    decoded,
    thirty_two_bytes,
    together,
    told,
)
from shared.settings.types import Authorities, PrivateKey, Rate, served_with

__all__ = [
    "DEVELOPMENT_ISSUER",
    "Authorities",
    "DeployStep",
    "Forgetting",
    "Misconfigured",
    "Mode",
    "NatsAccess",
    "PrivateKey",
    "Rate",
    "RightsFrom",
    "Settings",
    "decoded",
    "is_here",
    "is_in_clear",
    "served_with",
    "thirty_two_bytes",
    "together",
    "told",
]
