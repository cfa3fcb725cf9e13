"""Decorators that declare events and commands: stored names, versions, labels, and what a command leads to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform, overload

from shared.kernel.dates import start_of_day
from shared.kernel.frozen import build_struct
from shared.kernel.refusals import Refusal

T = TypeVar("T")
Upcast = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class EventName:
    """`topic` is what the log stores; `label` is what a person of the DLA reads in a timeline.

    `effective` names the field that holds the day on which it happened, if not the instant of its recording."""

    name: str
    version: int
    label: str
    upcasts: Mapping[int, Upcast]
    effective: str | None = None

    @property
    def topic(self) -> str:
        return f"{self.name}:v{self.version}"


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def event(
    name: str,
    version: int = 1,
    *,
    label: str,
    effective: str | None = None,
    upcasts: Mapping[int, Upcast] | None = None,
) -> Callable[[type[T]], type[T]]:
    """Declares a frozen event under an explicit name, never its Python path.

    `upcasts[n]` turns the plain data of version n into that of version n + 1; there is one for each past version."""
    upcasts = upcasts or {}
    if sorted(upcasts) != list(range(1, version)):
        raise TypeError(f"{name}: version {version} needs an upcast from each of the versions before it")

    def declare(cls: type[T]) -> type[T]:
        declared: type[T] = build_struct(cls)
        declared.EVENT = EventName(name, version, label=label, upcasts=upcasts, effective=effective)  # type: ignore[attr-defined]
        return declared

    return declare


def rename_fields(names: Mapping[str, str]) -> Upcast:
    """The upcast of an event whose fields have new names, and are what they were.

    `names`: the new name by the old one, with its path where it is nested: `{"terms.amount": "amount_cents"}`."""

    def upcast(data: dict[str, Any]) -> dict[str, Any]:
        for path, name in names.items():
            *outer, old = path.split(".")
            within = data
            for step in outer:
                within = within[step]
            if old in within:
                within[name] = within.pop(old)
        return data

    return upcast


@overload
def command(cls: type[T], /) -> type[T]: ...


@overload
def command(
    *, title: str = "", leads_to: tuple[type, ...] = (), may_refuse: tuple[Refusal, ...] = ()
) -> Callable[[type[T]], type[T]]: ...


@dataclass_transform(frozen_default=True)
def command(
    cls: type[T] | None = None,
    /,
    *,
    title: str = "",
    leads_to: tuple[type, ...] = (),
    may_refuse: tuple[Refusal, ...] = (),
) -> type[T] | Callable[[type[T]], type[T]]:
    """Declares a frozen request to change a case. Its body has exactly the fields of the class, typed strictly.

    `title`: what a person does with it, a French verb and its object; without it, no person sends the command.
    `leads_to`: the event types that its own aggregate can record for it; those of companion commands stand with these.
    `may_refuse`: the refusals that can answer it, those of its companions and of a unique key that is taken included.
    Both are documentation: tests compare them with what the deciders do, and nothing reads them while a service runs
    but the API description. Read them with `declared_events` and `declared_refusals`.

        @command(title="Admettre la demande", leads_to=(RequestAdmitted,), may_refuse=(NOT_ADMITTED, CLOSED))
        class AdmitRequest:
            rules: str
    """

    def declare(cls: type[T]) -> type[T]:
        declared = dataclass(frozen=True, slots=True)(cls)
        declared.__pydantic_config__ = {"extra": "forbid", "strict": True}  # type: ignore[attr-defined]
        declared.TITLE = title  # type: ignore[attr-defined]
        declared.LEADS_TO = leads_to  # type: ignore[attr-defined]
        declared.MAY_REFUSE = may_refuse  # type: ignore[attr-defined]
        return declared

    return declare(cls) if cls else declare


def event_name(event: object) -> EventName:
    """The name of an event, or of an event's class."""
    name: EventName = event.EVENT  # type: ignore[attr-defined]
    return name


def command_title(command: type) -> str:
    """What a person does by a command. Raises LookupError for one that nobody asks by hand."""
    if title := getattr(command, "TITLE", ""):
        return str(title)
    raise LookupError(f"{command.__name__} has no title")


def declared_events(command: type) -> tuple[type, ...]:
    """The event types that a command declares in `leads_to`; empty when it declares none."""
    events: tuple[type, ...] = getattr(command, "LEADS_TO", ())
    return events


def declared_refusals(command: type) -> tuple[Refusal, ...]:
    """The refusals that a command declares in `may_refuse`; empty when it declares none."""
    refusals: tuple[Refusal, ...] = getattr(command, "MAY_REFUSE", ())
    return refusals


def effective_time(event: object) -> datetime | None:
    """When it happened, as the event says: a day stands for its beginning in Paris. Null: when it is recorded."""
    path = event_name(event).effective
    day: date | None = attrgetter(path)(event) if path else None
    return start_of_day(day) if day else None
