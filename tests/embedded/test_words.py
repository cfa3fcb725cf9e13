"""French words for the timeline: every event has its own, and every code that it may hold."""

from __future__ import annotations

import dataclasses
import importlib
import tomllib
import typing
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from embedded.demo import story
from embedded.demo.labels import EventLabels, readable_value
from embedded.identity.issuer import ROLES
from embedded.identity.provider_page import ROLE_NAMES
from embedded.processes import nats
from shared.kernel import PHASE_LABELS, ROLE_LABELS, SERVICES, Role, event_name

WORDS = tomllib.loads((Path(__file__).parents[2] / "deploy" / "demo" / "words.toml").read_text())
EVENTS = [
    event
    for service in ("intake", "diagnostic", "parcours", "followup")
    for decider in importlib.import_module(f"{service}.main").service.deciders
    for event in decider.events
]


def test_every_event_that_carries_something_has_words_even_if_none_are_needed() -> None:
    carrying = {event_name(event).name for event in EVENTS if dataclasses.fields(event)}
    assert len(carrying) > 100
    assert carrying - WORDS["about"].keys() == set()


def test_no_words_are_kept_for_an_event_that_does_not_exist() -> None:
    assert WORDS["about"].keys() - {event_name(event).name for event in EVENTS} == set()


def test_every_code_that_an_event_may_hold_is_said_in_french() -> None:
    codes = {str(value) for event in EVENTS for kind in kinds_in(event, set()) for value in kind}
    assert len(codes) > 50
    assert codes - WORDS["codes"].keys() - ROLE_NAMES.keys() == set()


def test_roles_services_and_phases_are_those_of_the_services() -> None:
    """The stack has copies, for it imports nothing from the services: they agree with the one registry."""
    assert {code: label for code, label in ROLE_LABELS.items() if code is not Role.SERVICE} == ROLE_NAMES
    assert set(ROLES) == set(Role)
    assert nats.SERVICES == SERVICES
    assert story.PHASES == PHASE_LABELS


def kinds_in(shape: Any, seen: set[Any]) -> Iterator[type[StrEnum]]:
    """The enumerations of an event's fields, however deep."""
    if shape in seen:
        return
    seen.add(shape)
    if isinstance(shape, type) and issubclass(shape, StrEnum):
        yield shape
    for inner in typing.get_args(shape):
        yield from kinds_in(inner, seen)
    if isinstance(shape, type) and dataclasses.is_dataclass(shape):
        for inner in typing.get_type_hints(shape, include_extras=True).values():
            yield from kinds_in(inner, seen)


@pytest.mark.parametrize(
    ("value", "name", "said"),
    [
        ("2027-02-14", "", "14/02/2027"),
        ("2027-02-14T09:30:00+01:00", "", "14/02/2027"),
        (480000, "amount_cents", "4\u202f800\u202f€"),
        (9.5, "", "9,5"),
        (["governance", "digital"], "", "gouvernance et vie associative, numérique"),
        ([{"name": "Maëlle", "quality": "leader"}], "", "Maëlle"),
        (None, "", ""),
    ],
)
def test_a_value_is_said_as_people_write_it(value: Any, name: str, said: str) -> None:
    assert readable_value(value, name) == said


def told(event: str, stream: str = "s", **data: Any) -> dict[str, Any]:
    return {"event": event, "stream": stream, "data": data}


def test_what_an_earlier_event_named_is_called_by_its_name() -> None:
    planned = {"kind": "own_action", "title": "Suivi des ventes", "who": "Yann"}
    words = EventLabels([told("action-added", action="a1", planned=planned)], {})
    assert words.about(told("action-finished", action="a1", summary="Fait.")) == "Suivi des ventes – Fait"


def test_a_part_whose_blanks_have_nothing_to_say_is_left_out() -> None:
    words = EventLabels([], {})
    assert words.about(told("request-admitted", reason=None, rules="2021-1")) == "critères 2021-1"
    assert words.about(
        told("meeting-recorded", held_on="2027-02-14", participants=[{"name": "Maëlle"}], notes=None)
    ) == ("le 14/02/2027 avec Maëlle")
