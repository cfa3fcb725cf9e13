"""French names of the publishers that audit receives from."""

from __future__ import annotations

from shared.kernel import SERVICE_LABELS
from shared.messaging import find_origin


def label_of(publisher: str) -> str:
    """Of a service; at a hub, with its region."""
    at = find_origin(publisher, "")
    label = SERVICE_LABELS[at.service]
    return f"{label}, {at.region}" if at.region else label
