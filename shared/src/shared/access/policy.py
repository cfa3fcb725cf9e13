"""May this right be used on this dossier? As policy.cedar says, and by which of its rules."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any
from uuid import UUID

from cedarpy import PolicySet, is_authorized, policies_to_json_str

from shared.kernel import Actor, Role

ARCHIVED_RULE = "archived"
"""The rule that closes an archive to those who worked on it."""
CONFIDENTIAL_RULE = "confidential"
"""The rule that keeps a dossier to who is in charge of it."""
NO_RULE = "no-rule"
"""What a refusal names when nothing permits, and nothing in particular forbids."""


class Action(StrEnum):
    READ = "read"
    WRITE = "write"
    HEADERS = "headers"


@dataclass(frozen=True, slots=True)
class ProtectedCase:
    """What the policy knows of a case, or of what belongs to a unit alike. `adviser`: in charge of it by name;
    `archived`: an archive, closed to those who worked on it."""

    id: UUID
    units: frozenset[str]
    confidential: bool = False
    adviser: str | None = None
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    allowed: bool
    policy: str


def evaluate(actor: Actor, only: UUID | None, action: Action, case: ProtectedCase) -> Decision:
    """`only`: the one dossier of a leader or a provider."""
    own = None if only is None else only == case.id
    secret = (case.adviser == actor.id,) if case.confidential else ()
    return _decided(actor.role, actor.unit, frozenset(actor.territory), own, action, case.units, secret, case.archived)


# Who is alike is answered alike: without it each request would pay near 0.2 ms, most of it to tell Cedar who asks.
@lru_cache(10_000)
def _decided(
    role: Role,
    unit: str | None,
    units: frozenset[str],
    own: bool | None,
    action: Action,
    concerned: frozenset[str],
    secret: tuple[bool, ...],
    archived: bool,
) -> Decision:
    """`secret`: of a confidential dossier, whether the one who asks is in charge of it."""
    right: dict[str, Any] = {"role": role.value, "units": sorted(units), "person": "this"}
    if unit is not None:
        right["unit"] = unit
    if own is not None:
        right["case"] = "this" if own else "another"
    asked = {"principal": _uid("Right"), "action": {"type": "Action", "id": action.value}, "resource": _uid("Dossier")}
    case: dict[str, Any] = {
        "id": "this",
        "units": sorted(concerned),
        "confidential": bool(secret),
        "archived": archived,
    }
    if any(secret):
        case["adviser"] = "this"
    entities: list[dict[str, Any]] = [
        {"uid": _uid("Right"), "attrs": right, "parents": []},
        {"uid": _uid("Dossier"), "attrs": case, "parents": []},
    ]
    answer = is_authorized(asked | {"context": {}}, policies(), entities)
    if answer.diagnostics.errors:
        raise ValueError(f"the policy cannot be applied: {answer.diagnostics.errors}")
    if (secret or archived) and not answer.allowed:  # whoever has no right anyway is not told what it is
        otherwise = _decided(role, unit, units, own, action, concerned, (), False)
        if not otherwise.allowed:
            return otherwise
    reasons = sorted(rule_names()[reason] for reason in answer.diagnostics.reasons)
    return Decision(answer.allowed, reasons[0] if reasons else NO_RULE)


@cache
def policies() -> PolicySet:
    return PolicySet.from_str(_text())


@cache
def rule_names() -> dict[str, str]:
    """The name of each rule, by what Cedar calls it."""
    told = json.loads(policies_to_json_str(_text()))["staticPolicies"]
    return {number: rule["annotations"]["id"] for number, rule in told.items()}


def _text() -> str:
    return files("shared.access").joinpath("policy.cedar").read_text()


def _uid(kind: str) -> dict[str, str]:
    return {"type": kind, "id": "this"}
