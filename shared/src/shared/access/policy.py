"""The access policy: whether a right may be used on a case, by which rule of `policy.cedar`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any
from uuid import UUID

from cedarpy import PolicySet, is_authorized, policies_to_json_str

from shared.kernel import Actor, Role

ARCHIVED_RULE = "archived"
"""The rule that closes an archived case to those who worked on it."""
CONFIDENTIAL_RULE = "confidential"
"""The rule that restricts a confidential case to the adviser in charge and their manager."""
NO_RULE = "no-rule"
"""The name in a refusal when no rule permits and none forbids."""


class AccessAction(StrEnum):
    """`FOLLOW`: a case's row in a list, and the events that it publishes. `DATA_PROTECTION`: what the DPO does of the
    people in a case, and of how long it is kept."""

    READ = "read"
    WRITE = "write"
    FOLLOW = "follow"
    HEADERS = "headers"
    DATA_PROTECTION = "data-protection"


@dataclass(frozen=True, slots=True)
class ProtectedCase:
    """What the policy knows of a case, or of another object of a unit (a fund, an operation). `adviser`: pseudonym of
    the adviser in charge. `register`: an identity, whose rights are over `units`. `shared`: for all units, as a
    capitalisation sheet is; a `draft` of it, which nobody has read over, is for its own. `opened`: false for a case
    that this service only heard of; no unit is known. `unready`: what whoever may see it is answered instead, as long
    as it cannot be shown. `emergency`: whether whoever asks opened it in an emergency, and still may read it;
    `emergency_ends`: when each person's access ends, by pseudonym, where the service knows it with the rest."""

    id: UUID
    units: frozenset[str]
    confidential: bool = False
    adviser: str | None = None
    archived: bool = False
    register: bool = False
    shared: bool = False
    draft: bool = False
    opened: bool = True
    unready: Exception | None = None
    emergency: bool = False
    emergency_ends: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """`policy`: the name of the rule that decided."""

    allowed: bool
    policy: str


def evaluate(actor: Actor, own_case: UUID | None, action: AccessAction, case: ProtectedCase) -> Decision:
    """Evaluates the policy. `own_case`: the only case of a leader or a provider, None for other roles."""
    is_own_case = None if own_case is None else own_case == case.id
    in_charge = (case.adviser == actor.id,) if case.confidential else ()
    return _evaluate(
        actor.role,
        actor.unit,
        frozenset(actor.territory),
        is_own_case,
        action,
        case.units,
        in_charge,
        case.archived,
        case.register,
        case.shared and not case.draft,
        case.emergency,
    )


# Cached by what the policy depends on. Without it each request would pay near 0.2 ms, most of it to pass the entities.
@lru_cache(10_000)
def _evaluate(
    role: Role,
    unit: str | None,
    units: frozenset[str],
    is_own_case: bool | None,
    action: AccessAction,
    case_units: frozenset[str],
    in_charge: tuple[bool, ...],
    archived: bool,
    register: bool,
    shared: bool,
    emergency: bool,
) -> Decision:
    """`in_charge`: empty for a case that is not confidential, else whether the actor is the adviser in charge."""
    right: dict[str, Any] = {"role": role.value, "units": sorted(units), "person": "this"}
    if unit is not None:
        right["unit"] = unit
    if is_own_case is not None:
        right["case"] = "this" if is_own_case else "another"
    request = {"principal": _uid("Right"), "action": {"type": "Action", "id": action.value}, "resource": _uid("Case")}
    case: dict[str, Any] = {
        "id": "this",
        "units": sorted(case_units),
        "confidential": bool(in_charge),
        "archived": archived,
        "register": register,
        "shared": shared,
        "emergency": emergency,
    }
    if any(in_charge):
        case["adviser"] = "this"
    entities: list[dict[str, Any]] = [
        {"uid": _uid("Right"), "attrs": right, "parents": []},
        {"uid": _uid("Case"), "attrs": case, "parents": []},
    ]
    response = is_authorized(request | {"context": {}}, policies(), entities)
    if response.diagnostics.errors:
        raise ValueError(f"the policy cannot be applied: {response.diagnostics.errors}")
    if (in_charge or archived) and not response.allowed:  # a caller without any right to it does not learn what it is
        open_to_all = (), False, register, shared, False
        without_forbids = _evaluate(role, unit, units, is_own_case, action, case_units, *open_to_all)
        if not without_forbids.allowed:
            return without_forbids
    reasons = sorted(rule_names()[reason] for reason in response.diagnostics.reasons)
    return Decision(response.allowed, reasons[0] if reasons else NO_RULE)


@cache
def policies() -> PolicySet:
    return PolicySet.from_str(_text())


@cache
def rule_names() -> dict[str, str]:
    """Cedar's id of a rule → the rule's name."""
    rules = json.loads(policies_to_json_str(_text()))["staticPolicies"]
    return {number: rule["annotations"]["id"] for number, rule in rules.items()}


def _text() -> str:
    return files("shared.access").joinpath("policy.cedar").read_text()


def _uid(kind: str) -> dict[str, str]:
    return {"type": kind, "id": "this"}
