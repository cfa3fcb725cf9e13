"""Recording of reads: a case is recorded in the access log, with its reason, before it is shown.

A read that cannot be recorded is not answered."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from typing import cast
from urllib.parse import quote, unquote
from uuid import UUID

from fastapi import Request
from fastapi.routing import APIRoute

from shared.access import AccessLog, AccessRecord
from shared.crypto import KeyErased
from shared.eventlog import EventLogError
from shared.kernel import OVERRIDE, Actor, Role, describe_error, squeeze_blanks, uuid7
from shared.telemetry import ACCESS_LOG_REFUSED
from shared.web.http import REASON_HEADER, ProblemError, operation_id

log = logging.getLogger(__name__)
CORRELATION_HEADER = "DLA-Correlation"
"""A UUID that a program sends with all reads that it makes for one purpose."""
REASON_ROLES = frozenset({Role.AUDITOR, Role.DPO})
MIN_CHARACTERS, MAX_CHARACTERS = 3, 500
TIME_PARAMETERS = ("version", "as_of", "on", "since", "until")
TIME_VALUE = re.compile(r"[0-9TZ:.+ -]{1,40}")


class AccessRecorder:
    """Records what one request reads, each case once."""

    def __init__(self, request: Request, actor: Actor, right_id: UUID) -> None:
        self._access_log: AccessLog = request.app.state.access_log
        self._request, self._actor, self._right_id = request, actor, right_id
        self._recorded: set[UUID] = set()

    def record_case(self, case: UUID, units: Iterable[str], *, archived: bool = False) -> None:
        """Raises ProblemError: 428 without a reason where one is needed, 503 when this cannot be recorded."""
        if case in self._recorded:
            return
        reason = parse_reason(self._request.headers.get(REASON_HEADER, ""))
        if reason is None and (self._actor.role in REASON_ROLES or (archived and self._actor.role is not Role.SERVICE)):
            raise ProblemError(
                428,
                "reason-needed",
                "Pourquoi consultez-vous ce dossier\u202f?",
                "Un dossier du DLA est confidentiel\u00a0: avant de le lire, dites pourquoi en quelques mots, dans"
                f" l’en-tête {REASON_HEADER}. Votre motif est gardé, scellé, avec la trace de cette lecture.",
            )
        self._record(case=case, units=sorted(units), reason=reason)
        self._recorded.add(case)

    def record_rows(self, number: int, units: Iterable[str]) -> None:
        """Records that rows of a list are shown: neither the search words nor the cases."""
        self._record(rows=number, units=sorted(units))

    def forwarded_headers(self) -> dict[str, str]:
        """The headers by which another service records the read with the same reason and correlation."""
        reason = parse_reason(self._request.headers.get(REASON_HEADER, ""))
        return {CORRELATION_HEADER: str(self._correlation)} | (
            {REASON_HEADER: quote(reason, safe="")} if reason else {}
        )

    @property
    def _correlation(self) -> UUID:
        """As the caller says, or one new id for the request."""
        state = self._request.state
        if not hasattr(state, "correlation"):
            try:
                state.correlation = UUID(self._request.headers.get(CORRELATION_HEADER, ""))
            except ValueError:
                state.correlation = uuid7()
        return cast(UUID, state.correlation)

    def _record(
        self, case: UUID | None = None, rows: int | None = None, units: Iterable[str] = (), reason: str | None = None
    ) -> None:
        read = AccessRecord(
            self._actor,
            self._right_id,
            operation=operation_id(cast(APIRoute, self._request.scope["route"])),
            address=self._address(),
            correlation=self._correlation,
            case=case,
            units=list(units),
            rows=rows,
            reason=reason,
        )
        try:
            self._access_log.record(read)
        except (EventLogError, KeyErased) as error:
            ACCESS_LOG_REFUSED.inc()
            log.warning(
                "this read could not be recorded in the access log, so nothing was shown: %s", describe_error(error)
            )
            raise ProblemError(
                503,
                "access-not-recorded",
                "Lecture momentanément impossible",
                "Chaque lecture d’un dossier est consignée avant d’être montrée, et ce registre ne répond pas\u00a0:"
                " réessayez dans un instant.",
                {"Retry-After": "5"},
            ) from error

    def _address(self) -> str:
        """The path with the point in time, and no other parameter: it could name a person."""
        query = self._request.query_params
        times = [name for name in TIME_PARAMETERS if TIME_VALUE.fullmatch(query.get(name, ""))]
        query_string = "&".join(f"{name}={query[name]}" for name in times)
        return self._request.url.path + (f"?{query_string}" if query_string else "")


def parse_reason(header: str) -> str | None:
    """Raises ProblemError 400 for what is not a few readable words."""
    if not header:
        return None
    try:
        if not header.isascii():
            raise ValueError("characters beyond ASCII are percent-encoded")
        reason = squeeze_blanks(unquote(header, errors="strict"))
        if not MIN_CHARACTERS <= len(reason) <= MAX_CHARACTERS or OVERRIDE.search(reason):
            raise ValueError("a few words are expected")
    except ValueError as error:
        raise ProblemError(
            400,
            "unreadable-reason",
            "Motif illisible",
            f"L’en-tête {REASON_HEADER} attend de {MIN_CHARACTERS} à {MAX_CHARACTERS} caractères, en UTF-8,"
            " encodés comme dans une adresse\u00a0: Contr%C3%B4le%20annuel.",
        ) from error
    return reason
