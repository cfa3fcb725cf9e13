"""Client of the public directory of companies (« Recherche d’entreprises »). Its answers are hints: nothing depends on
them."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import httpx
import stamina
from pydantic import BaseModel, ConfigDict, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from intake.domain.reference.codes import COMMUNE
from intake.domain.structure import Prefill

log = logging.getLogger(__name__)
MAX_CACHED = 1000
CACHE_SECONDS = 24 * 3600.0
MAX_NAME = 200
SOLE_TRADER = "1"
"""How the legal categories of natural persons begin (INSEE, niveau I)."""
CLOSED_STATES = {"C", "F"}
"""Administrative states: a company that has ceased, an establishment that is closed."""


def _none_if_invalid(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
    try:
        return validate(value)
    except ValidationError:
        return None


def _hint(shape: re.Pattern[str]) -> WrapValidator:
    """A hint in its proper shape. What has another one, such as «[NON-DIFFUSIBLE]», is no hint."""

    def validate(value: Any, validate_text: ValidatorFunctionWrapHandler) -> str | None:
        text = _none_if_invalid(value, validate_text)
        return text if text and shape.fullmatch(text) else None

    return WrapValidator(validate)


OR_NONE = WrapValidator(_none_if_invalid)


class _Flags(BaseModel):
    est_ess: Annotated[bool | None, OR_NONE] = None
    est_association: Annotated[bool | None, OR_NONE] = None
    est_siae: Annotated[bool | None, OR_NONE] = None


class _Seat(BaseModel):
    commune: Annotated[str | None, _hint(COMMUNE)] = None
    etat_administratif: Annotated[str | None, OR_NONE] = None


class _Company(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    siren: str
    nom_raison_sociale: Annotated[str | None, OR_NONE] = None
    nature_juridique: Annotated[str | None, _hint(re.compile(r"[0-9]{4}"))] = None
    activite_principale: Annotated[str | None, _hint(re.compile(r"[0-9]{2}\.[0-9]{2}[A-Z]"))] = None
    tranche_effectif_salarie: Annotated[str | None, _hint(re.compile(r"NN|[0-9]{2}"))] = None
    etat_administratif: Annotated[str | None, OR_NONE] = None
    siege: Annotated[_Seat | None, OR_NONE] = None
    complements: Annotated[_Flags | None, OR_NONE] = None


class _Page(BaseModel):
    results: list[_Company]


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """What the directory says of a company. `name`: of a legal person alone, for a sole trader's is their own; it is
    shown and never stored."""

    siren: str
    name: str | None
    hints: Prefill


class Directory:
    """The API "Recherche d'entreprises" at `url`: no key, a few requests a second, 429 with Retry-After beyond.

    `timeout_seconds`: for all attempts together. Answers are cached for a day, absences too, failures never."""

    def __init__(self, url: str, timeout_seconds: float = 5.0, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._url, self._timeout_seconds, self._monotonic = url.rstrip("/"), timeout_seconds, monotonic
        self._cache: dict[str, tuple[float, DirectoryEntry | None]] = {}

    def find(self, siren: str, now: datetime) -> DirectoryEntry | None:
        """None when the company is unknown, and when the directory fails or is too slow."""
        cached_at, cached = self._cache.get(siren, (float("-inf"), None))
        if self._monotonic() - cached_at < CACHE_SECONDS:
            return cached
        try:
            page = _Page.model_validate_json(self._fetch(siren))
        except (httpx.HTTPError, ValidationError) as error:
            log.warning("the directory of companies gave no usable answer: %s", type(error).__name__)
            return None
        company = next((each for each in page.results if each.siren == siren), None)
        entry = _build_entry(company, self._url, now) if company else None
        while len(self._cache) >= MAX_CACHED:
            self._cache.pop(next(iter(self._cache)))
        self._cache[siren] = (self._monotonic(), entry)
        return entry

    def _fetch(self, siren: str) -> bytes:
        parameters: dict[str, Any] = {"q": siren, "page": 1, "per_page": 1}
        for attempt in stamina.retry_context(
            on=self._retry_delay, attempts=3, timeout=self._timeout_seconds, wait_initial=0.1, wait_max=1.0
        ):
            with attempt:
                response = httpx.get(f"{self._url}/search", params=parameters, timeout=self._timeout_seconds / 2)
                response.raise_for_status()
        return response.content

    def _retry_delay(self, error: Exception) -> bool | float:
        """Whether to retry, or after how many seconds. No answer is better than one that keeps people waiting."""
        if not isinstance(error, httpx.HTTPStatusError):
            return isinstance(error, httpx.TransportError)
        if error.response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            retry_after = error.response.headers.get("Retry-After", "1")
            seconds = float(retry_after) if retry_after.isdecimal() else self._timeout_seconds
            return seconds if seconds < self._timeout_seconds else False
        return error.response.is_server_error


def _build_entry(company: _Company, source: str, now: datetime) -> DirectoryEntry:
    sole_trader = (company.nature_juridique or SOLE_TRADER).startswith(SOLE_TRADER)
    name = None if sole_trader or not company.nom_raison_sociale else company.nom_raison_sociale[:MAX_NAME]
    return DirectoryEntry(company.siren, name, hints=_build_prefill(company, source, now))


def _build_prefill(company: _Company, source: str, now: datetime) -> Prefill:
    """Codes and flags only."""
    flags, seat = company.complements or _Flags(), company.siege or _Seat()
    states = {company.etat_administratif, seat.etat_administratif}
    return Prefill(
        source,
        now,
        legal_category=company.nature_juridique,
        naf=company.activite_principale,
        commune_code=seat.commune,
        headcount_band=company.tranche_effectif_salarie,
        is_ess=flags.est_ess,
        is_association=flags.est_association,
        is_siae=flags.est_siae,
        is_closed=bool(states & CLOSED_STATES) if states != {None} else None,
    )
