"""Differences between three versions of an event: in audit's log, in its service today, and under the ledger's leaf."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product
from typing import Any

from audit.domain import EventReceived, ReceiveEvent
from audit.ledger.integrator import is_committed
from audit.ledger.store import Leaf

Differences = dict[str, tuple[Any, Any]]
"""By field, the value in the ledger and the one that was found."""


def find_committed_version(leaf: Leaf, ours: EventReceived, theirs: ReceiveEvent) -> EventReceived | None:
    """The combination of both versions that the leaf committed to; None when some part of it is in neither."""
    candidates = product(
        (ours.header, theirs.header),
        (ours.label, theirs.label),
        (ours.contract, theirs.contract),
        (ours.body, theirs.body, _without_new_fields(theirs.body, ours.body)),
    )
    for header, label, contract, body in candidates:
        version = replace(ours, header=header, label=label, contract=contract, body=body)
        if is_committed(leaf, version):
            return version
    return None


def header_differences(committed: str | bytes, found: str | bytes) -> Differences:
    """`log_id` is left out: it is reported once, for the whole log."""
    before, now = _fields(committed), _fields(found)
    return {
        name: (before.get(name), now.get(name))
        for name in sorted(before.keys() | now.keys() - {"log_id"})
        if before.get(name) != now.get(name) and name != "log_id"
    }


def body_differences(committed: EventReceived, theirs: ReceiveEvent) -> Differences:
    """Fields of the public body that the service no longer publishes with the same value. A contract may have gained
    fields since, and an event without a public body may have one by now, or one of a newer version of its contract."""
    if committed.body is None or (theirs.body and committed.contract not in (None, theirs.contract)):
        return {}
    if theirs.body is None:
        return {"body": (committed.body, None)}
    before, now = _fields(committed.body), _fields(theirs.body)
    return {
        f"body.{name}": (value, now.get(name)) for name, value in before.items() if not _contains(now.get(name), value)
    }


def own_differences(committed: EventReceived, ours: EventReceived) -> Differences:
    """What audit's log has otherwise than the leaf committed to it."""
    differences = header_differences(committed.header, ours.header)
    for name in ("label", "contract", "body"):
        if getattr(committed, name) != getattr(ours, name):
            differences[name] = (getattr(committed, name), getattr(ours, name))
    return differences


def _contains(now: Any, before: Any) -> bool:
    """Whether a value still says what it said; objects in it may have gained fields."""
    match before, now:
        case dict(), dict():
            return all(name in now and _contains(now[name], value) for name, value in before.items())
        case list(), list():
            return len(before) == len(now) and all(map(_contains, now, before))
    return bool(before == now)


def _without_new_fields(theirs: str | None, ours: str | None) -> str | None:
    """Their body as it was before its contract gained the fields that ours does not have."""
    if theirs is None or ours is None:
        return theirs
    names = _fields(ours)
    common = {name: value for name, value in _fields(theirs).items() if name in names}
    return json.dumps(common, sort_keys=True, ensure_ascii=False)


def _fields(text: str | bytes) -> dict[str, Any]:
    """Empty for what was made unreadable."""
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
