"""Of what audit keeps of an event and what its service says of it today, what did the ledger commit to?"""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product
from typing import Any

from audit.domain import EventReceived, ReceiveEvent
from audit.ledger.integrator import is_committed
from audit.ledger.store import Leaf

Differences = dict[str, tuple[Any, Any]]


def find_committed_version(leaf: Leaf, ours: EventReceived, theirs: ReceiveEvent) -> EventReceived | None:
    """What the leaf opens with; None when neither of the two knows all of it any more."""
    candidates = product(
        (ours.header, theirs.header),
        (ours.label, theirs.label),
        (ours.contract, theirs.contract),
        (ours.body, theirs.body, _as_far_as(theirs.body, ours.body)),
    )
    for header, label, contract, body in candidates:
        each = replace(ours, header=header, label=label, contract=contract, body=body)
        if is_committed(leaf, each):
            return each
    return None


def header_differences(one: str | bytes, other: str | bytes) -> Differences:
    """The log's identity is told once, for the whole log."""
    first, second = _fields(one), _fields(other)
    return {
        name: (first.get(name), second.get(name))
        for name in sorted(first.keys() | second.keys() - {"log_id"})
        if first.get(name) != second.get(name) and name != "log_id"
    }


def body_differences(told: EventReceived, theirs: ReceiveEvent) -> Differences:
    """What the service no longer says as it said it: a contract may have gained fields since, and an event that told
    nothing may be told by now, or by a newer version of its contract."""
    if told.body is None or (theirs.body and told.contract not in (None, theirs.contract)):
        return {}
    if theirs.body is None:
        return {"body": (told.body, None)}
    before, now = _fields(told.body), _fields(theirs.body)
    return {
        f"body.{name}": (said, now.get(name)) for name, said in before.items() if not _still_said(said, now.get(name))
    }


def own_differences(told: EventReceived, ours: EventReceived) -> Differences:
    """What audit keeps beside a leaf, and no longer is what it committed to."""
    found = header_differences(told.header, ours.header)
    for name in ("label", "contract", "body"):
        if getattr(told, name) != getattr(ours, name):
            found[name] = (getattr(told, name), getattr(ours, name))
    return found


def _still_said(before: Any, now: Any) -> bool:
    match before, now:
        case dict(), dict():
            return all(name in now and _still_said(said, now[name]) for name, said in before.items())
        case list(), list():
            return len(before) == len(now) and all(map(_still_said, before, now))
    return bool(before == now)


def _as_far_as(theirs: str | None, ours: str | None) -> str | None:
    """Their body without the fields that ours has not: as it was before its contract gained them."""
    if theirs is None or ours is None:
        return theirs
    known = _fields(ours)
    kept = {name: said for name, said in _fields(theirs).items() if name in known}
    return json.dumps(kept, sort_keys=True, ensure_ascii=False)


def _fields(text: str | bytes) -> dict[str, Any]:
    """None of what somebody has made unreadable."""
    try:
        read = json.loads(text)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}
