"""What a field may name: criteria, targets, units, people and parts of the case, read where they are kept."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from console.commands.fields import Field, Kind, Option, code_label, mapping_fields
from console.commands.operations import CommandOperation
from console.presentation.labels import format_value
from console.upstream.services import Reader, Services, UpstreamError
from shared.kernel import Role, capitalize_first, format_indicator
from shared.kernel.vocabulary.indicators import indicator_definition

State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FormContext:
    """What the references of a form are read from. `state`: of what the command is for, empty where it creates it;
    `case_state`: of the case in that service. `parameters`: those of the address."""

    services: Services
    reader: Reader
    operation: CommandOperation
    parameters: Mapping[str, str]
    state: State
    case_state: State

    async def get(self, service: str, path: str, **query: Any) -> Any:
        """Null where the service refuses or does not answer: the field is then typed."""
        try:
            return await self.services.json(self.reader, service, path, **query)
        except UpstreamError as error:
            if error.status == 401:
                raise
            return None


Resolve = Callable[[FormContext, Field], Awaitable[Field]]


async def resolve_fields(context: FormContext, fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """The fields, with what each may name. Raises UpstreamError when the session has ended."""
    return tuple(await asyncio.gather(*(_resolve_field(context, field) for field in fields)))


async def _resolve_field(context: FormContext, field: Field) -> Field:
    if field.children:
        field = replace(field, children=await resolve_fields(context, field.children))
    command = context.operation.command
    found = RESOLVERS.get(f"{command}.{field.name}") or RESOLVERS.get(field.name)
    return await found(context, field) if found else field


def _choose(field: Field, options: list[Option], kind: Kind = Kind.CHOICE) -> Field:
    """A list to choose from, where there is anything to choose."""
    return field.with_options(options, kind) if options else field


async def criteria(context: FormContext, field: Field) -> Field:
    versions = await context.get("intake", "/api/v1/criteria") or []
    listed = versions[-1]["list"] if versions else []
    judged = context.state.get("criteria") or {}
    options = []
    for each in listed:
        done = judged.get(each["code"])
        suffix = f" – {format_value(done['verdict'], 'verdict')}" if done else ""
        options.append(Option(each["code"], each["label"] + suffix))
    return _choose(field, options)


async def targets(context: FormContext, field: Field) -> Field:
    listed = await context.get("intake", "/api/v1/orientation-targets") or []
    return field.with_options([Option(each["code"], each["name"]) for each in listed])


async def units(context: FormContext, field: Field) -> Field:
    listed = await context.get("intake", "/api/v1/units") or []
    return _choose(field, [Option(each["code"], f"{each['name']} ({each['code']})") for each in listed])


async def advisers(context: FormContext, field: Field) -> Field:
    unit = context.case_state.get("unit")
    page = await context.get("intake", "/api/v1/identities", role=Role.ADVISER, unit=unit, limit=100)
    people = (page or {}).get("items", [])
    return _choose(field, [Option(each["id"], each.get("name") or each["id"]) for each in people])


async def known_people(context: FormContext, field: Field) -> Field:
    """The contact and the participants of earlier meetings."""
    state = context.state
    met = [person for meeting in state.get("meetings") or () for person in meeting["participants"]]
    people = {each["person"]: each["name"] for each in [*met, state.get("contact") or {}] if each.get("person")}
    return _choose(field, [Option(person, name) for person, name in people.items()])


async def orientations(context: FormContext, field: Field) -> Field:
    path = f"/api/v1/requests/{context.parameters['id']}/orientations"
    rows = await context.get("intake", path) or []
    found = await asyncio.gather(*(context.get("intake", f"{path}/{row['id']}") for row in rows))
    return _choose(field, [Option(each["id"], _orientation_label(each)) for each in found if each], Kind.CHOICES)


def _orientation_label(orientation: State) -> str:
    return f"{orientation.get('target') or 'Orientation'} – {format_value(orientation['status'])}"


async def plan_axes(context: FormContext, field: Field) -> Field:
    axes = (context.case_state.get("plan") or {}).get("axes") or context.case_state.get("ranking") or ()
    kind = Kind.RANKING if field.name == "ranking" else Kind.CHOICE
    return _choose(field, [Option(axis, capitalize_first(code_label(axis))) for axis in axes], kind)


async def consulting_actions(context: FormContext, field: Field) -> Field:
    """Those for which a provider may be sought."""
    found = context.case_state.get("actions") or context.case_state.get("missions") or {}
    planned = {id_: each.get("planned") or each for id_, each in found.items()}
    consulting = {id_: each for id_, each in planned.items() if each.get("kind", "consulting") == "consulting"}
    return _choose(field, [Option(id_, each.get("title") or "Prestation") for id_, each in consulting.items()])


async def candidates(context: FormContext, field: Field) -> Field:
    found = context.state.get("candidates") or {}
    return _choose(field, [Option(id_, each["name"]) for id_, each in found.items()])


async def scores(context: FormContext, field: Field) -> Field:
    grid = context.state.get("grid") or ()
    return _choose(field, [Option(line["label"], f"{line['label']} ({line['weight']} %)") for line in grid], Kind.LINES)


async def reviews(context: FormContext, field: Field) -> Field:
    found = context.state.get("reviews") or {}
    return _choose(field, [Option(code, f"Bilan {code}") for code in found])


async def attachments(context: FormContext, field: Field) -> Field:
    case, service = context.parameters.get("case") or context.parameters.get("id"), context.operation.service
    collection = context.operation.template.partition("/")[0]
    listed = await context.get(service, f"/api/v1/{collection}/{case}/attachments") or []
    options = [Option(each["id"], each["title"]) for each in listed if each["status"] != "withdrawn"]
    return _choose(field, options, Kind.CHOICES if field.name == "attachments" else Kind.CHOICE)


async def operations(context: FormContext, field: Field) -> Field:
    page = await context.get("parcours", "/api/v1/operations", limit=100)
    return _choose(field, [Option(each["id"], each["title"]) for each in (page or {}).get("items", [])])


async def measures(context: FormContext, field: Field) -> Field:
    """Those of the starting point, each with what the diagnosis measured."""
    definitions = context.state.get("definitions") or {}
    keys = {
        code: _measure_label(code, definitions.get(code), value)
        for code, value in (context.state.get("baseline") or {}).items()
    }
    return mapping_fields(context.operation, field, keys)


def _measure_label(code: str, definition: str | None, value: float) -> str:
    label = indicator_definition(code, {code: definition} if definition else {})
    return f"{capitalize_first(label)} (au départ\u00a0: {format_indicator(code, value)})"


async def baseline_value(context: FormContext, field: Field) -> Field:
    return replace(field, kind=Kind.AMOUNT) if context.parameters.get("code", "").endswith("_cents") else field


async def leaders(context: FormContext, field: Field) -> Field:
    """The leaders whom the case names: who has signed, commented or validated."""
    names = context.state.get("names") or {}
    acted = {each["by"] for each in context.state.get("comments") or () if each["role"] == Role.LEADER}
    acted |= set(context.state.get("validations") or ()) | {
        each["leader"] for each in [*(context.state.get("mandates") or ()), *(context.state.get("disagreements") or ())]
    }
    return field.with_options([Option(each, names.get(each, each)) for each in sorted(acted)])


async def provider_links(context: FormContext, field: Field) -> Field:
    """The providers who have a personal link to the case: its id is the account under which they answer. Another one is
    typed."""
    case = context.parameters.get("case") or context.parameters.get("id")
    listed = await context.get("intake", f"/api/v1/requests/{case}/access-links") if case else None
    usable = [each for each in listed or () if each["role"] == Role.PROVIDER and not each["revoked"]]
    return field.with_options([Option(each["id"], each["name"]) for each in usable])


async def submitted(context: FormContext, field: Field) -> Field:
    """The version that a leader answers, with its fingerprint: what they have read."""
    return replace(field, kind=Kind.HIDDEN, integers=field.name != "content_hash")


RESOLVERS: dict[str, Resolve] = {
    "criterion": criteria,
    "target": targets,
    "to_unit": units,
    "OpenFund.unit": units,
    "PlanOperation.unit": units,
    "RequestAdvice.unit": units,
    "GrantRight.unit": units,
    "AssignCase.adviser": advisers,
    "AppointStandIn.adviser": advisers,
    "person": known_people,
    "account": provider_links,
    "OrientRequest.orientations": orientations,
    "ranking": plan_axes,
    "AddAction.axis": plan_axes,
    "DeferAxis.axis": plan_axes,
    "OpenTender.action": consulting_actions,
    "AwardTender.provider": candidates,
    "scores": scores,
    "review": reviews,
    "attachment": attachments,
    "RecordConsent.attachments": attachments,
    "collective_operation": operations,
    "operation": operations,
    "RecordReview.indicators": measures,
    "CorrectReview.indicators": measures,
    "CorrectBaseline.value": baseline_value,
    "RecordMandate.leader": leaders,
    "about_version": submitted,
    "ValidateDiagnosis.version": submitted,
    "ValidateDiagnosis.content_hash": submitted,
    "ContestDiagnosis.version": submitted,
    "ValidateParcours.version": submitted,
    "ValidateParcours.content_hash": submitted,
    "ContestParcours.version": submitted,
}
