"""The fields of forms, from the published schemas: every command of the five phases has a form."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from tests.support import ROOT

from console.commands.fields import Field, Kind, Option, form_fields
from console.commands.operations import CommandOperation, find_operation, parse_operations
from console.commands.prefill import RECORDED
from console.commands.references import RESOLVERS
from console.commands.typed import Typed, body_of, typed_of
from console.commands.wording import wording
from console.presentation.labels import field_label
from shared.kernel import PHASE_SERVICES


@cache
def document(service: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "shared/schemas" / f"{service}.openapi.json").read_text())
    return found


@cache
def operations(service: str) -> list[CommandOperation]:
    return parse_operations(service, document(service))


def command(service: str, path: str) -> CommandOperation:
    found = find_operation(operations(service), path)
    assert found, path
    return found[0]


def every_field(fields: tuple[Field, ...]) -> list[Field]:
    return [inner for field in fields for inner in (field, *every_field(field.children))]


ALL = [(service, each) for service in PHASE_SERVICES for each in operations(service)]
POSTS = {
    (service, path.removeprefix("/api/v1/"))
    for service in PHASE_SERVICES
    for path, methods in document(service)["paths"].items()
    if "post" in methods and methods["post"].get("x-roles")
}


def test_each_command_of_the_phases_has_a_form() -> None:
    assert {(service, each.template) for service, each in ALL} >= {
        each for each in POSTS if not each[1].endswith("people/search")
    }


@pytest.mark.parametrize("service", PHASE_SERVICES)
def test_each_field_has_a_french_label(service: str) -> None:
    unlabelled = {
        (each.command, field.path)
        for each in operations(service)
        for field in every_field(form_fields(each))
        if field.label == field.name.replace("_", " ")
    }
    assert unlabelled <= {("Answers", "answers")}, unlabelled


@pytest.mark.parametrize("service", PHASE_SERVICES)
def test_the_examples_of_the_api_come_through_a_form_unchanged(service: str) -> None:
    """What stands in a form is what was put in it: each example, to inputs and back."""
    tried = 0
    for path, methods in document(service)["paths"].items():
        content = methods.get("post", {}).get("requestBody", {}).get("content", {}).get("application/json", {})
        if not (example := content.get("example")) or (service, path.removeprefix("/api/v1/")) not in POSTS:
            continue
        fields = form_fields(command(service, path.removeprefix("/api/v1/").replace("{", "").replace("}", "")))
        known = {name: value for name, value in example.items() if not _is_mapping(fields, name)}
        body = body_of(fields, typed_of(fields, known))
        for field in fields:
            if field.kind is Kind.INSTANT and field.name in known:
                known[field.name], body[field.name] = known[field.name][:10], body[field.name][:10]
        unticked = {field.name: False for field in fields if field.kind is Kind.CHECK}
        assert body == unticked | {name: value for name, value in known.items() if value not in (None, [])}, path
        tried += 1
    assert tried > 10


def _is_mapping(fields: tuple[Field, ...], name: str) -> bool:
    """Such as indicators, whose keys are known with the case."""
    return any(field.name == name and field.kind is Kind.GROUP and not field.children for field in fields)


def test_amounts_are_typed_in_euros() -> None:
    fields = form_fields(command("parcours", "parcours/1/actions/2/payments"))
    for typed, cents in (("4800", 480000), ("4 800,5", 480050), ("4\u202f800,05 €", 480005), ("-0,50", -50)):
        assert body_of(fields, Typed([("amount_cents", typed)]))["amount_cents"] == cents, typed
    for unreadable in ("douze", "1,005", "1,2,3"):
        assert body_of(fields, Typed([("amount_cents", unreadable)]))["amount_cents"] == unreadable


def test_axes_are_ranked_by_the_numbers_beside_them() -> None:
    field = Field("ranking", "ranking", kind=Kind.RANKING, label="Ordre").with_options(
        [_option(each) for each in ("finance", "governance", "digital")]
    )
    typed = Typed([("ranking.finance", "2"), ("ranking.governance", "1"), ("ranking.digital", "")])
    assert body_of([field], typed) == {"ranking": ["governance", "finance"]}
    assert typed_of([field], {"ranking": ["governance", "finance"]}).get("ranking.finance") == "2"


def _option(code: str) -> Option:
    from console.commands.fields import Option

    return Option(code, field_label(code))


def test_rows_in_which_nothing_is_typed_are_left_out_and_the_others_renumbered() -> None:
    fields = form_fields(command("diagnostic", "diagnoses/1/sessions"))
    typed = Typed(
        [
            ("held_on", "2026-01-12"),
            ("participants.0.name", " "),
            ("participants.2.name", "Yann Prigent"),
            ("participants.2.quality", "leader"),
            ("participants.10.name", "Soizic Morvan"),
        ]
    ).renumbered(fields)
    assert typed.get("participants.0.name") == "Yann Prigent" and typed.rows("participants") == [0, 1]
    participants = [{"name": "Yann Prigent", "quality": "leader"}, {"name": "Soizic Morvan"}]
    assert body_of(fields, typed) == {"held_on": "2026-01-12", "participants": participants}


def test_an_optional_group_is_left_out_while_nothing_is_typed_in_it() -> None:
    fields = form_fields(command("intake", "requests/1/admission"))
    assert body_of(fields, Typed([("reason", "Oui."), ("crisis_plan.scheme", "")])) == {"reason": "Oui."}
    assert body_of(fields, Typed([("crisis_plan.scheme", "CODEFI")])) == {"crisis_plan": {"scheme": "CODEFI"}}


def test_what_the_tables_name_exists() -> None:
    """No table of the forms speaks of a command or of a refusal that the services have not."""
    commands = {each.command for _, each in ALL}
    names = {key.partition(".")[0] for key in RESOLVERS if "." in key} | set(RECORDED)
    assert names <= commands, names - commands
    words = {key.partition(".")[0] for table in ("labels", "hints") for key in wording()[table] if key[:1].isupper()}
    assert words <= commands, words - commands
    published = " ".join(json.dumps(document(service)) for service in PHASE_SERVICES)
    unknown = [slug for slug in wording()["refusals"] if slug not in published]
    assert not unknown


@pytest.mark.parametrize(
    "path", ["requests/../me", "requests/a%2fb/admission", "requests/./admission", "requests//admission"]
)
def test_an_address_leads_nowhere_else(path: str) -> None:
    assert find_operation(operations("intake"), path) is None


def test_a_fixed_address_is_not_taken_for_an_id() -> None:
    assert command("intake", "requests/take-over").command == "TakeOverRequest"
