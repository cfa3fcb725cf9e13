"""The statistics that services publish to everybody, fetched without a token and cached for a few minutes."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from console.upstream.services import Reader, Services, UpstreamError
from shared.kernel import CASE_PATHS

NOT_PUBLISHED_STATUS = 404
TTL_SECONDS = 300.0
MAX_ANSWERS = 64
"""Answers in memory; the oldest goes."""
Answer = dict[str, Any] | UpstreamError | None


class PublishedStatistics:
    """However many visitors there are, a service is asked once in TTL_SECONDS for each period."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._answers: dict[tuple[str, str | None], tuple[float, Answer]] = {}

    async def of_all_services(self, period: str | None) -> dict[str, Answer]:
        """By service, in the order of the phases: its tables, null where it publishes none of this period to everybody,
        or the error with which it failed."""
        answers = await asyncio.gather(*(self._of(service, period) for service in CASE_PATHS))
        return dict(zip(CASE_PATHS, answers, strict=True))

    async def _of(self, service: str, period: str | None) -> Answer:
        key = service, period
        if key in self._answers and time.monotonic() - self._answers[key][0] < TTL_SECONDS:
            return self._answers[key][1]
        try:
            answer: Answer = await self._services.json(
                Reader(None), service, f"{CASE_PATHS[service]}/statistics/public", period=period
            )
        except UpstreamError as error:
            if error.status != NOT_PUBLISHED_STATUS:
                return error
            answer = None
        self._answers.pop(key, None)
        self._answers[key] = time.monotonic(), answer
        while len(self._answers) > MAX_ANSWERS:
            del self._answers[next(iter(self._answers))]
        return answer
