"""What does the public directory of companies say of a SIREN? Asked where a deployment wants it, never relied upon."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

import httpx
import stamina
from pydantic import BaseModel, ConfigDict, ValidationError

from intake.domain.structure import Prefill

log = logging.getLogger(__name__)
REMEMBERED = 1000
FOR_A_DAY = 24 * 3600.0


class _Flags(BaseModel):
    est_ess: bool | None = None
    est_association: bool | None = None
    est_siae: bool | None = None


class _Seat(BaseModel):
    commune: str | None = None


class _Company(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    siren: str
    nature_juridique: str | None = None
    activite_principale: str | None = None
    tranche_effectif_salarie: str | None = None
    siege: _Seat = _Seat()
    complements: _Flags = _Flags()


class _Page(BaseModel):
    results: list[_Company]


class Directory:
    """The API "Recherche d'entreprises" at `url`: no key, a few requests a second, 429 with Retry-After beyond.

    `patience`: seconds for all attempts together. Answers are remembered for a day, absences too, failures never."""

    def __init__(self, url: str, patience: float = 5.0, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._url, self._patience, self._monotonic = url.rstrip("/"), patience, monotonic
        self._remembered: dict[str, tuple[float, Prefill | None]] = {}

    def about(self, siren: str, now: datetime) -> Prefill | None:
        """None for a company that is not there, and when the directory does not answer well in time."""
        said_at, known = self._remembered.get(siren, (float("-inf"), None))
        if self._monotonic() - said_at < FOR_A_DAY:
            return known
        try:
            page = _Page.model_validate_json(self._asked(siren))
        except (httpx.HTTPError, ValidationError) as error:
            log.warning("the directory of companies is of no help: %s", type(error).__name__)
            return None
        company = next((each for each in page.results if each.siren == siren), None)
        found = _prefill(company, self._url, now) if company else None
        while len(self._remembered) >= REMEMBERED:
            self._remembered.pop(next(iter(self._remembered)))
        self._remembered[siren] = (self._monotonic(), found)
        return found

    def _asked(self, siren: str) -> bytes:
        parameters: dict[str, Any] = {"q": siren, "page": 1, "per_page": 1}
        for attempt in stamina.retry_context(
            on=self._worth_another, attempts=3, timeout=self._patience, wait_initial=0.1, wait_max=1.0
        ):
            with attempt:
                answer = httpx.get(f"{self._url}/search", params=parameters, timeout=self._patience / 2)
                answer.raise_for_status()
        return answer.content

    def _worth_another(self, error: Exception) -> bool | float:
        """Whether to ask again, or after how many seconds. Rather no answer than one that keeps people waiting."""
        if not isinstance(error, httpx.HTTPStatusError):
            return isinstance(error, httpx.TransportError)
        if error.response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            asked_to_wait = error.response.headers.get("Retry-After", "1")
            seconds = float(asked_to_wait) if asked_to_wait.isdecimal() else self._patience
            return seconds if seconds < self._patience else False
        return error.response.is_server_error


def _prefill(company: _Company, source: str, now: datetime) -> Prefill:
    """Codes and flags only: the name of a sole trader would be a person's."""
    flags = company.complements
    return Prefill(
        source,
        now,
        legal_category=company.nature_juridique,
        naf=company.activite_principale,
        commune_code=company.siege.commune,
        headcount_band=company.tranche_effectif_salarie,
        is_ess=flags.est_ess,
        is_association=flags.est_association,
        is_siae=flags.est_siae,
    )


@lru_cache
def directory_at(url: str) -> Directory:
    """One for the whole process, so that it remembers."""
    return Directory(url)
