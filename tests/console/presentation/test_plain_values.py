"""States, changes and events as French fields and values, whatever the services hold."""

from __future__ import annotations

import dataclasses
import importlib
import json
import typing
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import pytest
from tests.support import ROOT

from audit.linked_cases import CaseRelation
from console.presentation import labels
from console.presentation.plain_values import Node, change_list, event_nodes, names_by_id, state_nodes
from intake.domain.reference.criteria import VERSIONS
from shared.access.access_log import EXPIRED_OPERATION
from shared.kernel import PHASE_SERVICES, ROLE_LABELS, STANDARD_INDICATORS, LabelledEnum, french_words
from shared.web.http.openapi_responses import is_read_of_a_dossier

WORDS = french_words()
LISTS = ("_list", "_list_tasks", "_chases", "_list_figure_events", "_entries", "_list_events")


def shapes() -> Iterator[Any]:
    for name in PHASE_SERVICES:
        for decider in importlib.import_module(f"{name}.main").service.deciders:
            yield from (type(decider.initial), *decider.events)


def within(shape: Any, seen: set[Any]) -> Iterator[type]:
    """The dataclasses and enumerations of a shape, however deep."""
    if shape in seen:
        return
    seen.add(shape)
    if isinstance(shape, type) and (issubclass(shape, StrEnum) or dataclasses.is_dataclass(shape)):
        yield shape
    for inner in typing.get_args(shape):
        if not isinstance(inner, str | int | float):
            yield from within(inner, seen)
    if dataclasses.is_dataclass(shape) and isinstance(shape, type):
        for inner in typing.get_type_hints(shape, include_extras=True).values():
            yield from within(inner, seen)


def every() -> list[type]:
    seen: set[Any] = set()
    return [found for shape in shapes() for found in within(shape, seen)]


def test_every_field_that_a_service_shows_has_a_french_name() -> None:
    fields = {one.name for each in every() if dataclasses.is_dataclass(each) for one in dataclasses.fields(each)}
    assert len(fields) > 250
    assert fields - WORDS["fields"].keys() - WORDS["codes"].keys() - ROLE_LABELS.keys() == set()


def test_every_code_that_a_service_shows_is_said_in_french() -> None:
    codes = {str(code) for each in every() if issubclass(each, StrEnum) for code in each}
    assert len(codes) > 100
    assert codes - WORDS["codes"].keys() - ROLE_LABELS.keys() == set()


def test_a_linked_case_is_said_as_audit_says_it() -> None:
    assert {code: WORDS["codes"].get(code) for code in CaseRelation} == {code: code.label for code in CaseRelation}


def test_no_code_is_said_in_french_that_nothing_shows() -> None:
    held = {str(code) for each in every() if issubclass(each, StrEnum) for code in each}
    held |= {code.value for kind in LabelledEnum.__subclasses__() if "AttachmentKind" in kind.__name__ for code in kind}
    held |= {criterion.code for version in VERSIONS for criterion in version.list}
    held |= {*STANDARD_INDICATORS, *CaseRelation}
    assert WORDS["codes"].keys() - held == set()


def test_whatever_was_read_is_said_in_french() -> None:
    """Of all that a log of consultations may hold: each read of a dossier, and each list."""
    read = [
        operation["operationId"]
        for schema in (ROOT / "shared" / "schemas").glob("*.openapi.json")
        for path, found in json.loads(schema.read_text())["paths"].items()
        for method, operation in found.items()
        if method == "get" and (is_read_of_a_dossier(path, operation) or operation["operationId"].endswith(LISTS))
    ]
    assert len(read) > 60
    assert [code for code in [*read, EXPIRED_OPERATION] if labels.operation_label(code) == code.replace("_", " ")] == []
    assert labels.operation_label("attachments_list") == "liste des pièces jointes", "before the words of any list"


def said(found: list[Node]) -> dict[str, Any]:
    return {node.label: on_a_line(node) if node.inline else said(node.children) or node.text for node in found}


def on_a_line(node: Node) -> str:
    return " · ".join(f"{inner.label}\u00a0: {inner.text}" for inner in node.children)


def test_a_state_is_nested_fields_without_what_says_nothing() -> None:
    state = {
        "id": "x",
        "version": 3,
        "status": "admitted",
        "structure": {"name": "Les Jardins", "rna": None, "headcount": 12},
        "meetings": [],
        "content": {"economics": {"budget_cents": 61200000, "fiscal_year": 2026}},
        "participants": [{"person": "01a202f5-3ba0-7822-8f44-f4e21a1573a6", "name": "Maëlle", "quality": "leader"}],
    }
    assert said(state_nodes(state)) == {
        "Situation": "admise dans le DLA",
        "Structure": {"Nom": "Les Jardins", "Nombre de salarié·es": "12"},
        "Contenu": {"Situation économique": {"Budget": "612\u202f000,00\u00a0€", "Exercice": "2026"}},
        "Participant·es": {"n°\u00a01": "Nom\u00a0: Maëlle · Qualité\u00a0: dirigeant·e"},
    }


@pytest.mark.parametrize(
    ("value", "field", "expected"),
    [
        (True, "validated", "oui"),
        (None, "notes", ""),
        (9.5, "fte", "9,5"),
        (480000, "amount", "4\u202f800,00\u00a0€"),
        (-220000.0, "result_cents", "-2\u202f200,00\u00a0€"),
        ("2027-02-14", "held_on", "14 février 2027"),
        ("2026-11-27T10:21:58.722441Z", "at", "27 novembre 2026 à 11\u00a0h\u00a021"),
        ("01a202f5-3ba0-7822-8f44-f4e21a1573a6", "adviser", "01a202f5…73a6"),
        ("met", "verdict", "rempli"),
        ("none", "title", "none"),
        ("une phrase", "message", "une phrase"),
    ],
)
def test_a_value_is_said_as_people_write_it(value: Any, field: str, expected: str) -> None:
    assert labels.format_value(value, field) == expected


def test_a_change_is_told_as_deep_as_it_goes_and_marked_where_it_is() -> None:
    """A service that compares lists as wholes told us two of them."""
    before: list[dict[str, Any]] = [
        {"held_on": "2026-12-17", "notes": None},
        {"held_on": "2026-12-18", "notes": "Saisie deux fois."},
    ]
    after = [before[0], before[1] | {"cancelled": "Saisie en double."}]
    (change,) = change_list([{"path": "content.sessions", "before": before, "after": after}])
    assert change.labels == ["Contenu", "Séances", "n°\u00a02", "Annulation"]
    assert (change.before, said(change.after)) == ([], {"": "Saisie en double."})
    (content,) = state_nodes({"content": {"sessions": after}}, [change])
    marked = content.children[0].children[1].children
    assert [(node.label, node.changed) for node in marked] == [
        ("Tenu le", False),
        ("Notes", False),
        ("Annulation", True),
    ]


def test_what_people_wrote_is_listed_so_that_each_sentence_stands_apart() -> None:
    state = {
        "structure": "01a202f5-3ba0-7822-8f44-f4e21a1573a6",
        "causes": ["Dépendance à un financeur", "Prix, jamais recalculés"],
        "axes": ["finance", "governance"],
    }
    assert said(state_nodes(state)) == {
        "Causes": "Dépendance à un financeur\u202f; Prix, jamais recalculés",
        "Axes": "gestion et finances, gouvernance et vie associative",
    }


def test_what_stands_under_an_id_is_called_by_its_title() -> None:
    action = "01a20315-a8f8-7cc8-b0c4-7c2f085bb368"
    state = {"actions": {action: {"planned": {"title": "Suivi des ventes"}, "status": "started"}}}
    assert said(state_nodes(state))["Actions"]["Suivi des ventes"]["Situation"] == "commencée"
    told = [{"path": f"actions.{action}.status", "before": "planned", "after": "started"}]
    (change,) = change_list(told, names_by_id(state))
    assert change.labels == ["Actions", "Suivi des ventes", "Situation"]


def test_what_was_added_removed_or_reordered_is_told() -> None:
    told: list[dict[str, Any]] = [
        {"path": "ranking", "before": ["finance"], "after": ["governance", "finance"]},
        {"path": "theme", "before": "finance", "after": None},
        {"path": "version", "before": 1, "after": 2},
    ]
    ranking, theme = change_list(told)
    assert (ranking.labels, said(ranking.after)) == (
        ["Ordre des axes"],
        {"": "gouvernance et vie associative, gestion et finances"},
    )
    assert (said(theme.before), theme.after) == ({"": "gestion et finances"}, [])


def test_an_event_says_all_it_holds_its_own_version_too() -> None:
    assert said(event_nodes({"version": 3, "content_hash": "e76a13b20d78f03707088af92cd93428", "salt": "s"})) == {
        "Version": "3",
        "Empreinte du contenu": "e76a13b2…3428",
    }


def test_people_are_named_and_the_structure_stands_above() -> None:
    state = {
        "structure": {"id": "01a202f5-0000-7000-8000-000000000001", "name": "Les Jardins"},
        "adviser": {"id": "a", "name": "Claire Le Goff"},
        "validations": ["b", "c"],
        "names": {"b": "Maëlle Kerdoncuff"},
    }
    shown = [(node.label, node.text) for node in state_nodes(state)]
    assert shown == [("Chargé·e d’accompagnement", "Claire Le Goff"), ("Validations", "Maëlle Kerdoncuff, c")]
