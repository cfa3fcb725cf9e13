"""Whether the guards of an aggregate would let a command pass: a link is offered only then.

The guards are asked themselves, by deciding the least command that a person could send; nothing of it is recorded."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields, replace
from datetime import date
from functools import cache
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from shared.kernel import Context, Refused, paris_date, uuid7

Decide = Callable[[Any, Any, Context], Sequence[Any]]
SOME_TEXT = "essai"
OF_THE_STATE = frozenset({403, 409})
"""The statuses of refusals that say where the aggregate stands, or who acts. 422 and 404 are about what was typed."""


def refusal_by_state(
    decide: Decide, state: Any, command: type, address: Mapping[str, Any], context: Context
) -> Refused | None:
    """Why the aggregate refuses the command as it stands, whatever a person types in; null when it does not.

    `address`: the fields that name a part. A command that needs a number or a choice is not tried:
    `available_commands` decides alone."""
    tried = least_command(command, address, paris_date(context.now))
    if tried is None:
        return None
    try:
        decide(state, tried, replace(context, ids=iter(uuid7, None), new_ids=set()))
    except Refused as refused:
        return refused if is_of_the_state(refused) else None
    return None


def is_of_the_state(refused: Refused) -> bool:
    return refused.status in OF_THE_STATE and not refused.depends_on_body


def least_command(command: type, address: Mapping[str, Any], today: date) -> Any:
    """The command with a word where it needs a text and today where it needs a day; null if it needs anything else."""
    missing = {name: kind for name, kind in _required_fields(command) if name not in address}
    if not {*missing.values()} <= {str, date}:
        return None
    typed = {name: SOME_TEXT if kind is str else today for name, kind in missing.items()}
    return command(**{name: address[name] for name in address if name in _field_names(command)}, **typed)


@cache
def _field_names(command: type) -> frozenset[str]:
    return frozenset(each.name for each in fields(command))


@cache
def _required_fields(command: type) -> tuple[tuple[str, Any], ...]:
    hints = get_type_hints(command, include_extras=True)
    required = (each.name for each in fields(command) if each.default is MISSING and each.default_factory is MISSING)
    return tuple(
        (name, get_args(hints[name])[0] if get_origin(hints[name]) is Annotated else hints[name]) for name in required
    )
