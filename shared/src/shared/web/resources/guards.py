"""Whether the guards of an aggregate would let a command pass: a link is offered only then.

The guards are asked themselves, by deciding the least command that a person could send; nothing of it is recorded."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import cache, lru_cache
from itertools import count
from typing import Annotated, Any, get_args, get_origin, get_type_hints
from uuid import UUID

from annotated_types import Ge, Len

from shared.kernel import PARIS, Context, Refusal, Refused, paris_date

Decide = Callable[[Any, Any, Context], Sequence[Any]]
Value = Callable[[datetime], Any]
"""What stands in a field of the least command, by the instant at which it is tried."""
SOME_TEXT = "essai"
NO_ID = UUID(int=0)
"""An id of nothing: whom or what a person would choose is not known."""
NOON, MAX_REMEMBERED = time(12), 4096
OF_THE_STATE = frozenset({403, 409})
"""The statuses of refusals that say where the aggregate stands, or who acts. 422 and 404 are about what was typed."""


def trial_context(context: Context) -> Context:
    """The same with ids of its own, which are not used: numbers, for random ones take ten times as long."""
    return replace(context, ids=(UUID(int=number) for number in count(1)), new_ids=set())


def refusal_by_state(
    decide: Decide, state: Any, command: type, address: Mapping[str, Any], context: Context
) -> Refused | None:
    """Why the aggregate refuses the command as it stands, whatever a person types in; null when it does not.

    `address`: the fields that name a part. `context`: a `trial_context`."""
    tried = least_command(command, address, context.now)
    try:
        decide(state, tried, context)
    except Refused as refused:
        return refused if is_of_the_state(refused) else None
    return None


def is_of_the_state(refused: Refused | Refusal) -> bool:
    return refused.status in OF_THE_STATE and not refused.depends_on_body


def least_command(command: type, address: Mapping[str, Any], now: datetime) -> Any:
    """The command with the least value in each field that it needs: a word, one, today, the first of several codes, an
    id of nothing. An instant is one day ahead, for those that are asked for are deadlines."""
    if not address:
        return _least_of_the_day(command, paris_date(now)) if _is_of_a_day(command) else _least(command, now)
    typed = {name: value(now) for name, value in _required_values(command).items() if name not in address}
    return command(**{name: address[name] for name in address if name in _field_names(command)}, **typed)


def _least(command: type, now: datetime) -> Any:
    return command(**{name: value(now) for name, value in _required_values(command).items()})


@lru_cache(MAX_REMEMBERED)
def _least_of_the_day(command: type, day: date) -> Any:
    """Remembered, for it is tried in each answer."""
    return _least(command, datetime.combine(day, NOON, PARIS))


@cache
def _is_of_a_day(command: type) -> bool:
    """Whether the least command is the same from one moment of a day to the next: no field of it is an instant."""
    noon = datetime(2026, 1, 1, 12, tzinfo=PARIS)
    return bool(_least(command, noon) == _least(command, noon + timedelta(minutes=1)))


@cache
def _field_names(command: type) -> frozenset[str]:
    return frozenset(each.name for each in fields(command))


@cache
def _required_values(kind: type) -> dict[str, Value]:
    hints = get_type_hints(kind, include_extras=True)
    required = (each.name for each in fields(kind) if each.default is MISSING and each.default_factory is MISSING)
    return {name: _least_value(hints[name]) for name in required}


def _least_value(kind: Any, *limits: Any) -> Value:
    """`limits`: of `annotated_types`. Raises NotImplementedError for a kind of field that no command has yet."""
    if get_origin(kind) is Annotated:
        inner, *own = get_args(kind)
        return _least_value(inner, *own, *limits)
    shortest = next((each.min_length for each in limits if isinstance(each, Len)), 0)
    least = next((each.ge for each in limits if isinstance(each, Ge)), None)
    if get_origin(kind) is tuple:
        item = _least_value(get_args(kind)[0])
        return lambda now: (item(now),) * shortest
    if get_origin(kind) is not None:
        return _least_of_several(kind)
    if kind is str:
        text = (SOME_TEXT * shortest)[: max(shortest, len(SOME_TEXT))]
        return lambda _: text
    return _least_of_class(kind, least)


def _least_of_several(kind: Any) -> Value:
    if type(None) in get_args(kind):
        return lambda _: None
    if get_origin(kind) is dict:
        return lambda _: {}
    raise NotImplementedError(f"no least value of {kind}")


def _least_of_class(kind: type, least: Any) -> Value:
    if kind is bool:
        return lambda _: False
    if issubclass(kind, Enum):
        first = next(iter(kind))
        return lambda _: first
    if kind in (int, float):
        number = kind(max(1, least or 1))
        return lambda _: number
    if kind is datetime:
        return lambda now: now + timedelta(days=1)
    if kind is date:
        return paris_date
    if kind is UUID:
        return lambda _: NO_ID
    if is_dataclass(kind):
        return lambda now: kind(**{name: value(now) for name, value in _required_values(kind).items()})
    raise NotImplementedError(f"no least value of {kind}")
