"""Names for a timeline, from intake: audit itself knows people by id alone, and keeps no name."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from uuid import UUID

import httpx

from audit.phase_services import PhaseServices
from shared.kernel import CASE_PATHS

TIMEOUT_SECONDS = 3.0
MAX_IDS = 200
"""As many as intake takes at once; a case is worked on by fewer people."""
log = logging.getLogger(__name__)


def fetch_names(
    services: PhaseServices, case: UUID, ids: Iterable[str], reader: Mapping[str, str]
) -> dict[str, str] | None:
    """What intake shows the reader of these ids; null when it does not answer, or does not show them the case.

    `ids`: those that matter most first, for no more than MAX_IDS are asked. `reader`: the reader's own headers."""
    path, people = f"{CASE_PATHS['intake']}/{case}/names", [*dict.fromkeys(ids)][:MAX_IDS]
    try:
        response = services.get("intake", path, reader, {"person": people}, timeout_seconds=TIMEOUT_SECONDS)
        if response.status_code in (httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND):
            return None
        names: dict[str, str] = response.raise_for_status().json()["names"]
    except (httpx.HTTPError, ValueError, LookupError, TypeError) as error:
        log.warning("intake gave no names for the timeline of %s: %r", case, error)
        return None
    return names
