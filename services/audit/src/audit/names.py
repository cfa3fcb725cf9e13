"""Names for timelines and feeds, from intake: audit itself knows people by id alone, and keeps no name."""

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
    """What intake shows the reader of these ids, and of the structure; null when it does not answer, or does not show
    them the case.

    `ids`: those that matter most first, for no more than MAX_IDS are asked. `reader`: the reader's own headers."""
    return _ask(services, f"{CASE_PATHS['intake']}/{case}/names", {"person": _first(ids)}, reader)


def fetch_names_of_cases(
    services: PhaseServices, cases: Iterable[UUID], ids: Iterable[str], reader: Mapping[str, str]
) -> dict[str, str] | None:
    """The same for several cases at once."""
    params = {"person": _first(ids), "case": _first(str(case) for case in cases)}
    return _ask(services, "/api/v1/names", params, reader)


def _first(ids: Iterable[str]) -> list[str]:
    return [*dict.fromkeys(ids)][:MAX_IDS]


def _ask(
    services: PhaseServices, path: str, params: Mapping[str, list[str]], reader: Mapping[str, str]
) -> dict[str, str] | None:
    try:
        response = services.get("intake", path, reader, params, timeout_seconds=TIMEOUT_SECONDS)
        if response.status_code in (httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND):
            return None
        answer = response.raise_for_status().json()
        names: dict[str, str] = answer["names"]
        if (structure := answer.get("structure")) and structure["id"] in params["person"]:
            names = names | {structure["id"]: structure["name"]}
    except (httpx.HTTPError, ValueError, LookupError, TypeError) as error:
        log.warning("intake gave no names for %s: %r", path, error)
        return None
    return names
