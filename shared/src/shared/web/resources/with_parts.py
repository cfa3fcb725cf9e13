"""A case with the aggregates within it in one answer, as a page of work shows it: authorized and recorded once."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Response
from pydantic import Field, create_model

from shared.eventlog import ServiceApplication
from shared.names.lookup import PersonNames, ids_in
from shared.web.auth import Caller, authorize, requires
from shared.web.requests import AppDep
from shared.web.resources.resource import AggregateResource, CaseParts, LoadedParts
from shared.web.resources.state import current_state


def add_state_parts(resource: AggregateResource[Any], name: str, opened_by: type) -> None:
    """Lists the aggregates of a kind with their case, once their state is declared. `opened_by`: the first event of
    each."""

    def show(app: ServiceApplication, caller: Caller, case: UUID, loaded: LoadedParts, names: PersonNames) -> list[Any]:
        return [current_state(resource, app, caller, case, id_, each, names=names) for id_, each in loaded]

    assert resource.within is not None
    resource.within.parts_within.append(
        CaseParts(
            name,
            resource.shape,
            roles=resource.readers,
            decider=resource.decider,
            opened_by=opened_by,
            show=show,
        )
    )


def add_with_parts(resource: AggregateResource[Any]) -> None:
    """GET a case with what stands within it, once its state and these parts are declared."""
    decider = resource.decider
    parts = sorted(resource.parts_within, key=lambda each: each.name)  # in whatever order modules were imported
    members: dict[str, Any] = {"state": (resource.shape, Field(description="The case, as its own address gives it"))}
    for each in parts:
        described = Field(description="Those of the case, each with its links; null where your role does not read them")
        members[each.name] = (list[each.shape] | None, described)  # type: ignore[name-defined]
    kind = "".join(word.capitalize() for word in decider.name.split("-"))
    description = "A case, and what stands within it; null in place of a list that your role does not read."
    answer = create_model(f"{kind}WithParts", __doc__=description, **members)

    @resource.router.get(
        "/{id}/with-parts",
        name="get_with_parts",
        response_model=answer,
        summary=f"Get the {decider.name} with what stands within it",
    )
    def get_with_parts(
        id: UUID,  # noqa: A002
        app: AppDep,
        caller: Annotated[Caller, requires(*resource.readers)],
        response: Response,
    ) -> Any:
        """`state`, as its own address gives it, and what stands within the case, each with its links. One entry of the
        access log stands for all of it."""
        authorize(caller, id, resource.case_kind)
        loaded = app.load_existing(decider, id)
        response.headers["ETag"] = f'"{loaded.version}"'
        readable = [each for each in parts if caller.actor.role in each.roles]
        opened = app.load_opened(id, {each.opened_by: each.decider for each in readable})
        names = PersonNames(app)
        shown = [(id, loaded), *(part for found in opened.values() for part in found)]
        names.read(ids_in([(stream, aggregate.state) for stream, aggregate in shown]))
        return (
            {"state": current_state(resource, app, caller, id, id, loaded, names=names)}
            | dict.fromkeys(each.name for each in parts)
            | {each.name: each.show(app, caller, id, opened[each.opened_by], names) for each in readable}
        )
