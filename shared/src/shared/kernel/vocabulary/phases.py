"""The registry of the DLA's phases and services: codes, French names, and where each service shows a case."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PHASE_LABELS = (
    "Accueil",
    "Diagnostic partagé",
    "Élaboration du parcours",
    "Coordination du parcours",
    "Suivi et consolidation",
)
"""The five phases of the scheme, in order. The third and the fourth are one service, `parcours`."""
PHASE_SERVICES = ("intake", "diagnostic", "parcours", "followup")
"""The services of the phases, in order: they keep cases, and audit records what they publish."""
SERVICES = (*PHASE_SERVICES, "audit")
"""Every service with an event log and an API."""
SERVICE_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "intake": "Accueil",
        "diagnostic": "Diagnostic partagé",
        "parcours": "Parcours",
        "followup": "Suivi et consolidation",
        "audit": "Audit",
    }
)
"""By code, in order."""
CASE_PATHS: Mapping[str, str] = MappingProxyType(
    {
        "intake": "/api/v1/requests",
        "diagnostic": "/api/v1/diagnoses",
        "parcours": "/api/v1/parcours",
        "followup": "/api/v1/follow-ups",
    }
)
"""By the code of a phase's service: the path under which its API shows a case by its id."""
