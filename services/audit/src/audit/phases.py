"""The services' own answers to one reader, asked for at once and merged: audit decides nothing here, and keeps nothing.

Each service sees the reader's own token, right and reason: it decides what is shown, and records the read."""

from __future__ import annotations

import heapq
import json
import logging
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import httpx
import msgspec
from pydantic import BaseModel

from audit.phase_services import PhaseServices
from audit.publishers import label_of
from shared.queries.list_query import UNSTORABLE
from shared.web.collections import invalid_cursor
from shared.web.http import ProblemError

TIMEOUT_SECONDS = 8.0
"""For a whole answer: longer than a service waits for a write that a read names."""
NO_ANSWER = "Ce service ne répond pas\u00a0: réessayez dans un instant."
log = logging.getLogger(__name__)
Item = dict[str, Any]
Cursors = dict[str, str | None]
"""By service: after what it goes on; null once it has given everything. One that is missing begins."""


class MissingService(BaseModel):
    """A service whose part is missing from the answer. `reason`: it does not answer, or why it refuses."""

    service: str
    reason: str


@dataclass(frozen=True, slots=True)
class ServiceQuestion:
    """What one service is asked: a path below its address, and the parameters that are not null."""

    path: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ServiceAnswers:
    """By service, in the order in which they were asked."""

    pages: dict[str, Any]
    unavailable: list[MissingService]


def ask_services(
    services: PhaseServices,
    questions: Mapping[str, ServiceQuestion],
    reader: Mapping[str, str],
    *,
    own: bool = False,
) -> ServiceAnswers:
    """Asks all services at once, with the `reader`'s own headers. `own`: audit has a part of its own to give.

    Raises ProblemError when no service gives its part: with the refusal of the first that refuses, else 503."""
    if not questions:
        return ServiceAnswers({}, [])
    calls = {name: services.submit(name, _ask, services, name, each, reader) for name, each in questions.items()}
    wait([each for each in calls.values() if each], TIMEOUT_SECONDS)
    answers = {name: _answer_of(name, call) for name, call in calls.items()}
    pages = {name: answer for name, answer in answers.items() if not isinstance(answer, ProblemError)}
    problems = {name: answer for name, answer in answers.items() if isinstance(answer, ProblemError)}
    if not pages and not own:
        raise next((each for each in problems.values() if each.status_code < 500), _nobody_answers())
    return ServiceAnswers(pages, [MissingService(service=name, reason=each.detail) for name, each in problems.items()])


def _answer_of(name: str, call: Future[Any] | None) -> Any:
    """As `_ask` gives it; of a call that has not ended, that the service does not answer."""
    if call and call.done():
        return call.result()
    if call:
        call.cancel()  # it may not even have begun
    log.warning("%s %s", name, "does not answer in time" if call else "has no address")
    return _does_not_answer(name)


def _ask(services: PhaseServices, name: str, question: ServiceQuestion, reader: Mapping[str, str]) -> Any:
    """The body of the answer, or the ProblemError that it amounts to."""
    params = {key: value for key, value in question.params.items() if value is not None}
    try:
        response = services.get(name, question.path, reader, params, timeout_seconds=TIMEOUT_SECONDS)
        body = msgspec.json.decode(response.content)
        if response.is_client_error:
            return ProblemError(
                response.status_code, body["type"].rpartition("/")[2], body["title"], body["detail"], **_extra(body)
            )
        response.raise_for_status()
    except (httpx.HTTPError, msgspec.DecodeError, LookupError, TypeError, AttributeError) as error:
        log.warning("%s did not answer %s: %r", name, question.path, error)
        return _does_not_answer(name)
    return body


def _extra(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in ("type", "title", "status", "detail")}


def _does_not_answer(name: str) -> ProblemError:
    return ProblemError(503, "service-unavailable", "Un service ne répond pas", f"{label_of(name)}\u00a0: {NO_ANSWER}")


def _nobody_answers() -> ProblemError:
    return ProblemError(
        503,
        "service-unavailable",
        "Un service ne répond pas",
        "Aucun des services ne répond\u00a0: réessayez dans un instant.",
        {"Retry-After": "5"},
    )


def merge_items(
    pages: Mapping[str, Any], limit: int, key: Callable[[Item], str], *, newest_first: bool = False
) -> list[tuple[str, Item]]:
    """The first `limit` items of pages that are each in order, with their service; equal ones in the pages' order."""
    lists = [[(name, item) for item in page["items"]] for name, page in pages.items()]
    return [*islice(heapq.merge(*lists, key=lambda each: key(each[1]), reverse=newest_first), limit)]


def next_cursor(
    cursors: Cursors,
    pages: Mapping[str, Any],
    merged: Iterable[tuple[str, Item]],
    cursor_of: Callable[[Item], str],
) -> str | None:
    """Where the page after `merged` begins, null when every service that answered has given everything.

    A service that did not answer is asked again from where it was: what it has comes later, and is not lost."""
    given = Counter(name for name, _ in merged)
    following = dict(cursors)
    for name, page in pages.items():
        items = page["items"]
        if given[name] == len(items):
            following[name] = page["next"]
        elif given[name]:
            following[name] = cursor_of(items[given[name] - 1])
    if all(name in following and following[name] is None for name in pages):
        return None
    return urlsafe_b64encode(json.dumps(following).encode()).decode().rstrip("=")


def read_cursors(after: str | None, services: Iterable[str]) -> Cursors:
    """Raises ProblemError 422 for what `next_cursor` never gave."""
    if after is None:
        return {}
    known = set(services)
    try:
        match json.loads(urlsafe_b64decode(after + "=" * (-len(after) % 4))):
            case dict(cursors) if cursors.keys() <= known and all(
                each is None or (isinstance(each, str) and not UNSTORABLE.search(each)) for each in cursors.values()
            ):
                return cursors
    except (ValueError, RecursionError) as error:
        raise invalid_cursor() from error
    raise invalid_cursor()
