"""The same work with the eventsourcing library as it comes: declarative aggregates, JSON, nothing encrypted."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

POOL = 10
Fields = dict[str, Any]


class Request(Aggregate):
    @event("Received")
    def __init__(self, structure: Fields, contact: Fields, need: str, unit: str) -> None:
        self.structure, self.contact, self.need, self.unit = structure, contact, need, unit
        self.status = "received"
        self.meetings: list[str] = []
        self.criteria: dict[str, Fields] = {}

    @event("MeetingRecorded")
    def meet(self, held_on: str, with_whom: str, notes: str | None) -> None:
        self.meetings.append(held_on)

    @event("CriterionAssessed")
    def assess(self, criterion: str, verdict: str, evidence: str) -> None:
        self.criteria[criterion] = {"verdict": verdict, "evidence": evidence}

    @event("Admitted")
    def admit(self, reason: str | None) -> None:
        self.status = "admitted"


class Parcours(Aggregate):
    @event("Opened")
    def __init__(self, plan: Fields) -> None:
        self.plan = plan
        self.ranking: list[str] = []
        self.actions: dict[str, Fields] = {}
        self.shared: Fields | None = None
        self.status = "building"

    @event("AxesRanked")
    def rank(self, ranking: list[str]) -> None:
        self.ranking = ranking

    @event("ActionAdded")
    def add(self, action: str, planned: Fields) -> None:
        self.actions[action] = {"planned": planned, "introductions": []}

    @event("Shared")
    def share(self, shared_version: int, salt: str, content_hash: str, period: Fields) -> None:
        self.shared = {"version": shared_version, "salt": salt, "hash": content_hash, "period": period}
        self.status = "shared"

    @event("Validated")
    def validate(self, validated_version: int, content_hash: str, kinds: dict[str, int]) -> None:
        self.status = "under_way"

    @event("IntroductionMade")
    def introduce(self, action: str, whom: str, held_on: str) -> None:
        self.actions[action]["introductions"].append({"whom": whom, "held_on": held_on})


class StockCases(Application[UUID]):
    """What a service would be, in the library's own words."""

    def receive(self, structure: Fields, contact: Fields, need: str) -> Request:
        request = Request(structure, contact, need, "dla-44")
        self.save(request)
        return request

    def meet(self, request_id: UUID, held_on: str, with_whom: str, notes: str | None) -> Request:
        request: Request = self.repository.get(request_id)
        request.meet(held_on, with_whom, notes)
        self.save(request)
        return request

    def assess(self, request_id: UUID, criterion: str, verdict: str, evidence: str) -> Request:
        request: Request = self.repository.get(request_id)
        request.assess(criterion, verdict, evidence)
        self.save(request)
        return request

    def admit(self, request_id: UUID, reason: str | None) -> Request:
        request: Request = self.repository.get(request_id)
        request.admit(reason)
        self.save(request)
        return request


def stock_cases(url: str) -> StockCases:
    environment = {f"POSTGRES_{name.upper()}": str(value) for name, value in _where(url).items()}
    return StockCases(
        env={"PERSISTENCE_MODULE": "eventsourcing.postgres", "POSTGRES_POOL_SIZE": str(POOL)} | environment
    )


def stock_recorder(url: str) -> PostgresApplicationRecorder:
    stock = PostgresApplicationRecorder(PostgresDatastore(**_where(url), pool_size=POOL))
    stock.create_table()
    return stock


def _where(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    return {
        "dbname": parts.path.lstrip("/"),
        "host": parts.hostname,
        "port": parts.port,
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
    }
