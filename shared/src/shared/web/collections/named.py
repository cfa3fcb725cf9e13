"""Names in answers: the structure and the adviser of a case beside their ids, and the other people by id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, get_type_hints
from uuid import UUID

from shared.eventlog import ServiceApplication
from shared.kernel import Encrypted
from shared.names.lookup import NOW, NamedStructure, find_person_names, find_structures, ids_in
from shared.web.http import Shape

Fields = dict[str, Any]
NAMES_DESCRIPTION = "What the people are called whose ids stand here, by id; those that this service can name"


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """A person who works on a case, by pseudonym. `name`: null where it was not given with a right; once the person is
    erased, it says so."""

    id: str
    name: str | None


def named_row_members(row: type) -> dict[str, Any]:
    """How OpenAPI describes a row that `name_rows` has named, as options of `shown_as`."""
    fields = row.__annotations__
    added: dict[str, Any] = {}
    if "structure" in fields:
        added["structure"] = NamedStructure
    if "adviser" in fields:
        added["adviser"] = NamedPerson | None
    return {"added": added, "omitted": frozenset({"structure_id"})}


def named_state_members(state: type) -> dict[str, Any]:
    """The same of a state that `name_state` has named."""
    hints = get_type_hints(state)
    own = hints if "structure" in hints else getattr(hints.get("plan"), "__annotations__", {})
    added: dict[str, Any] = {}
    if "structure_id" in hints:
        description = "The structure of the case, in full"
        added["structure"] = Shape(
            hints["structure"], name="CaseStructure", description=description, added={"id": UUID}
        )
    elif "structure" in own:
        added["structure"] = NamedStructure | None
    if "adviser" in own:
        added["adviser"] = NamedPerson | None
    return {"added": added | {"names": dict[str, str]}, "omitted": frozenset({"structure_id"})}


def name_rows(
    app: ServiceApplication, rows: Sequence[Fields], case_of: Callable[[Fields], Any], *, decrypt: bool = True
) -> list[Fields]:
    """Rows with `structure` and `adviser` as id and name, as they are called today; all found in two queries.

    Intake's own rows have the name in `structure` and the id in `structure_id`; those of other services the id, or
    nothing. `case_of` gives the case of a row. Without `decrypt`, a name that is stored encrypted is null."""
    structures = find_structures(app, [UUID(str(case_of(row))) for row in rows if _lacks_name(row)]) if decrypt else {}
    people = find_person_names(app, (row.get("adviser") for row in rows)) if decrypt else {}
    return [_name_row(row, structures.get(UUID(str(case_of(row)))), people) for row in rows]


def name_state(
    app: ServiceApplication,
    case: UUID,
    state: Fields,
    until: int = NOW,
    show: Callable[[Encrypted], str] | None = None,
) -> Fields:
    """A state with its `structure` and `adviser` as id and name, where it has them, and `names`: the people in it.

    `until` and `show` as `find_person_names` takes them."""
    names = find_person_names(app, set(ids_in(state)), until, show)
    own = state if "structure" in state else state.get("plan") or {}
    named: Fields = {}
    if "structure" in own:
        if own["structure"] is None:
            named["structure"] = None
        elif isinstance(own["structure"], dict):
            named["structure"] = {"id": state["structure_id"], **own["structure"]}
        else:
            found = find_structures(app, [case], until, show).get(case)
            named["structure"] = _with_name(str(own["structure"]), found.name if found else None)
    if "adviser" in own:
        named["adviser"] = name_person(own["adviser"], names)
    return {name: value for name, value in state.items() if name != "structure_id"} | named | {"names": names}


def name_part(
    app: ServiceApplication, part: Fields, until: int = NOW, show: Callable[[Encrypted], str] | None = None
) -> Fields:
    """A part of a state, with `names`: the people in it."""
    return part | {"names": find_person_names(app, set(ids_in(part)), until, show)}


def name_entries(app: ServiceApplication, entries: Iterable[Fields]) -> list[Fields]:
    """The entries of a history, each with the `names` of the people whose ids stand in it."""
    ids = [(entry, set(ids_in((entry["actor"], entry["data"])))) for entry in entries]
    names = find_person_names(app, {id for _, people in ids for id in people})  # noqa: A001
    return [entry | {"names": {id: names[id] for id in sorted(people & names.keys())}} for entry, people in ids]  # noqa: A001


def name_person(id: str | None, names: dict[str, str]) -> Fields | None:  # noqa: A002
    return _with_name(id, names.get(id)) if id else None


def _lacks_name(row: Fields) -> bool:
    return "structure" in row and "structure_id" not in row and not isinstance(row["structure"], dict)


def _name_row(row: Fields, found: NamedStructure | None, people: dict[str, str]) -> Fields:
    named: Fields = {}
    if "structure_id" in row:
        named["structure"] = _with_name(str(row["structure_id"]), row["structure"])
    elif _lacks_name(row):
        id = row["structure"] or (str(found.id) if found else None)  # noqa: A001
        named["structure"] = _with_name(id, found.name if found else None) if id else None
    if "adviser" in row:
        named["adviser"] = name_person(row["adviser"], people)
    return {name: value for name, value in row.items() if name != "structure_id"} | named


def _with_name(id: str, name: str | None) -> Fields:  # noqa: A002
    return {"id": id, "name": name}
