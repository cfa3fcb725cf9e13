"""Redaction of the cases that an answer names and that the reader may not see: confidential ones, and archives."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from fastapi.encoders import jsonable_encoder

from shared.access import AccessAction, evaluate
from shared.eventlog import ServiceApplication
from shared.kernel import Role
from shared.web.auth.authorization import EXISTENCE, linked_case_problem
from shared.web.auth.caller import Caller
from shared.web.http import REDACTED, ProblemError

S = TypeVar("S")
UUID_TEXT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CONTENT = (AccessAction.READ,)
CONTAINER = (dict, list)
CHANGED = ("before", "after")


def redact_hidden_cases(app: ServiceApplication, caller: Caller, response: Any) -> Any:
    """The response about what belongs to several cases, with the ids of those that are hidden replaced."""
    hidden = find_hidden_cases(app, caller, UUID_TEXT.findall(str(_plain(response))), CONTENT)
    return _without(jsonable_encoder(response), hidden) if hidden else response


def leave_out_linked_cases(app: ServiceApplication, caller: Caller, response: Any, linked: Set[str]) -> Any:
    """The response without the hidden ones among the cases that the fields in `linked` name: it reads as that of a case
    which is linked to none."""
    hidden = find_hidden_cases(app, caller, _linked_ids(_plain(response), linked), EXISTENCE)
    return _unlinked(jsonable_encoder(response), linked, hidden) if hidden else response


def _plain(response: Any) -> Any:
    """To look for ids in: FastAPI's encoder, which writes each value as it is answered, takes ten times as long."""
    return msgspec.to_builtins(response, str_keys=True, enc_hook=jsonable_encoder)


def leave_out_of_state(app: ServiceApplication, caller: Caller, state: S, linked: Set[str]) -> S:
    """The same of a state that a document is written from."""
    named = [each.name for each in fields(state) if each.name in linked] if is_dataclass(state) else []
    values = {name: getattr(state, name) for name in named}
    hidden = find_hidden_cases(app, caller, UUID_TEXT.findall(str(values)), EXISTENCE)
    if not hidden:
        return state
    visible = {name: _unlinked_value(value, hidden) for name, value in values.items()}
    return replace(state, **visible)  # type: ignore[type-var]  # it has fields


def require_no_hidden_case(app: ServiceApplication, caller: Caller, id: UUID, seen_by: Iterable[AccessAction]) -> None:  # noqa: A002
    """Raises ProblemError 403 if the stored bytes name such a case: they are shown whole or not at all."""
    stored = b" ".join(entry.state for entry in app.recorder.entries_of_case(id))
    named = {*UUID_TEXT.findall(stored.decode(errors="replace"))} - {str(id)}
    if find_hidden_cases(app, caller, named, seen_by):
        raise linked_case_problem()


def find_hidden_cases(
    app: ServiceApplication, caller: Caller, ids: Iterable[str], seen_by: Iterable[AccessAction]
) -> frozenset[str]:
    """Of these ids those of confidential cases and archives of which the policy permits the caller none of `seen_by`.

    A program is shown all."""
    named = sorted({*ids})
    if caller.actor.role is Role.SERVICE or not named:
        return frozenset()
    rows = app.recorder.fetch(
        "SELECT case_id FROM {schema}.case_access WHERE (confidential OR archived) AND case_id = ANY(%s::uuid[])",
        (named,),
    )
    return frozenset(str(row["case_id"]) for row in rows if not _may_see(caller, row["case_id"], seen_by))


def _may_see(caller: Caller, case: UUID, seen_by: Iterable[AccessAction]) -> bool:
    """Of a case that has not opened in this service no unit is known: then by who is in charge of it, or manages the
    unit whose own case or fund names it."""
    try:
        known = caller.find_case(case)
    except ProblemError:
        return False  # altered: shown to nobody
    if known is None:
        return False
    if known.opened:
        return any(evaluate(caller.actor, caller.case, action, known).allowed for action in seen_by)
    return caller.actor.role is Role.MANAGER or (known.adviser == caller.actor.id and not known.archived)


def _linked_ids(value: Any, linked: Set[str]) -> Iterator[str]:
    """Single values are passed over without a call: a page of a list has a thousand of them."""
    if isinstance(value, dict):
        for name, each in value.items():
            if name in linked or (name in CHANGED and _changes_link(value, name, linked)):
                yield from UUID_TEXT.findall(str(each))
            elif isinstance(each, CONTAINER):
                yield from _linked_ids(each, linked)
    elif isinstance(value, list):
        for each in value:
            if isinstance(each, CONTAINER):
                yield from _linked_ids(each, linked)


def _unlinked(value: Any, linked: Set[str], hidden: Set[str]) -> Any:
    match value:
        case list():
            pairs = [(each, _unlinked(each, linked, hidden)) for each in value]
            return [after for before, after in pairs if after == before or not _is_no_change(after)]
        case dict():
            return {
                name: _unlinked_value(each, hidden)
                if name in linked or _changes_link(value, name, linked)
                else _unlinked(each, linked, hidden)
                for name, each in value.items()
            }
    return value


def _unlinked_value(value: Any, hidden: Set[str]) -> Any:
    """A link to nothing, or the other ones of several."""
    if isinstance(value, list | tuple):
        return type(value)(each for each in value if str(each) not in hidden)
    return None if str(value) in hidden else value


def _changes_link(change: dict[str, Any], name: str, linked: Set[str]) -> bool:
    """Whether this is the former or the new value of a field that links cases."""
    return name in CHANGED and str(change.get("path")).partition(".")[0] in linked


def _is_no_change(change: Any) -> bool:
    """What is left of the change of a field by which nothing changed but a link that is left out."""
    return (
        isinstance(change, dict)
        and change.keys() == {"path", "before", "after"}
        and change["before"] == change["after"]
    )


def _without(value: Any, hidden: Set[str]) -> Any:
    match value:
        case str():
            return UUID_TEXT.sub(lambda found: REDACTED if found[0] in hidden else found[0], value)
        case list():
            return [_without(each, hidden) for each in value]
        case dict():
            changed = _without_change(value, hidden)
            return {name: _without(each, hidden) for name, each in _renamed(changed, hidden)}
    return value


def _renamed(members: dict[str, Any], hidden: Set[str]) -> Iterator[tuple[str, Any]]:
    """The members under names that are no hidden case's id: a number after the first tells them apart. An object under
    such an id is that case's own, as who signed for its structure: null in its place."""
    number = 0
    for name, each in members.items():
        if name not in hidden:
            yield name, each
            continue
        number += 1
        yield REDACTED if number == 1 else f"{REDACTED} {number}", None if isinstance(each, dict) else each


def _without_change(change: dict[str, Any], hidden: Set[str]) -> dict[str, Any]:
    """The change of what stands under a hidden case's id, without what it was and is."""
    if "path" not in change or not hidden & {*str(change["path"]).split(".")}:
        return change
    return change | {name: None for name in ("before", "after") if isinstance(change.get(name), dict | str)}
