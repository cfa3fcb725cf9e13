"""Free texts of a case: none asks for the name of a person, and each says so."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterator
from typing import Any

import pytest
from tests.support.generated.golden_samples import SERVICES, openapi_of, service

from shared.kernel import ConfidentialLine, Reason, Text

LINES_THAT_NAME_NOBODY = {
    "CrisisPlanNote.scheme": "the scheme that leads a crisis plan",
    "ListOtherScheme.name": "a scheme or an organization",
    "RecoveryScenario.title": "a scenario",
    "RequestAdvice.centre": "a resource centre",
    "AddAction.title": "an action",
    "GridLine.label": "a criterion of choice",
    "PlanOperation.title": "a collective operation",
    "Lesson.title": "a lesson",
}
"""The lines under a case's key, each judged: what asks for a person has a key of its own (`PersonalLine`), so that the
person can be erased. Judge yours before you add it here."""


def fields_of(kind: Any, wanted: Any, seen: set[Any]) -> Iterator[str]:
    """The fields of a command, and of what stands in it, that are declared so."""
    if not (isinstance(kind, type) and dataclasses.is_dataclass(kind)) or kind in seen:
        return
    seen.add(kind)
    hints = typing.get_type_hints(kind, include_extras=True)
    for field in dataclasses.fields(kind):
        hint = hints[field.name]
        if wanted in _inside(hint):
            yield f"{kind.__name__}.{field.name}"
        for inner in _inside(hint):
            yield from fields_of(inner, wanted, seen)


def _inside(hint: Any) -> list[Any]:
    return [hint, *(deeper for inner in typing.get_args(hint) if inner is not hint for deeper in _inside(inner))]


def bodies(name: str) -> list[Any]:
    return [command for decider in service(name).deciders for command in decider.commands]


def test_a_line_under_a_case_s_key_asks_for_no_person() -> None:
    found = {
        field for name in SERVICES for command in bodies(name) for field in fields_of(command, ConfidentialLine, set())
    }
    assert found == LINES_THAT_NAME_NOBODY.keys(), "a name of a person is a PersonalLine, under the person's own key"


@pytest.mark.parametrize("name", [each for each in SERVICES if each != "audit"])
def test_each_free_text_of_a_body_says_that_it_names_nobody(name: str) -> None:
    schemas = openapi_of(name)["components"]["schemas"]
    silent, told = [], 0
    for command in bodies(name):
        for wanted in (Text, Reason):
            for field in fields_of(command, wanted, set()):
                schema, _, key = field.partition(".")
                if (declared := schemas.get(schema, {}).get("properties", {}).get(key)) is None:
                    continue  # a command that no operation takes
                told += 1
                if "must not name anybody" not in declared.get("description", ""):
                    silent.append(field)
    assert told
    assert silent == []
