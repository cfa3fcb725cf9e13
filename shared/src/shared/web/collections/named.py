"""Names in answers: the structure and the adviser of a case beside their ids, and the other people by id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_type_hints
from uuid import UUID

from shared.eventlog import ServiceApplication
from shared.kernel import Encrypted
from shared.names.lookup import NOW, UUID_TEXT, NamedStructure, PersonNames, find_person_names, find_structures, ids_in
from shared.web.http import Shape

Fields = dict[str, Any]
NAMES_DESCRIPTION = (
    "What the people and the structure are called whose ids stand here, by id; those that this service can name"
)
IDS_WITH_A_NAME = ("person", "provider", "identity")
"""The fields beside which a state or an event writes the `name` of whom they identify."""
PEOPLE_OF_ROWS = ("validated_by",)
"""The columns of rows that hold ids of people, besides the adviser."""


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
    if any(column in fields for column in PEOPLE_OF_ROWS):
        added["names"] = dict[str, str]
    return {"added": added, "omitted": frozenset({"structure_id"})}


def named_state_members(state: type) -> dict[str, Any]:
    """The same of a state that `name_state` has named."""
    hints = get_type_hints(state)
    added: dict[str, Any] = {}
    if "structure_id" in hints:
        description = "The structure of the case, in full"
        added["structure"] = Shape(
            hints["structure"], name="CaseStructure", description=description, added={"id": UUID}
        )
    elif "structure" in hints:
        added["structure"] = NamedStructure | None
    if "adviser" in hints:
        added["adviser"] = NamedPerson | None
    plan = hints.get("plan")
    if not added and "structure" in getattr(plan, "__annotations__", {}):
        named = {"structure": NamedStructure | None, "adviser": NamedPerson | None}
        described = Shape(plan, name="NamedPlan", description="The plan, as diagnostic published it", added=named)
        added = {**named, "plan": described}
    return {"added": added | {"names": dict[str, str]}, "omitted": frozenset({"structure_id"})}


def name_rows(
    app: ServiceApplication, rows: Sequence[Fields], case_of: Callable[[Fields], Any], *, decrypt: bool = True
) -> list[Fields]:
    """Rows with `structure` and `adviser` as id and name, as they are called today, and `names`: the other people in
    them; all found in two queries.

    Intake's own rows have the name in `structure` and the id in `structure_id`; those of other services the id, or
    nothing. `case_of` gives the case of a row. Without `decrypt`, a name that is stored encrypted is null."""
    structures = find_structures(app, [UUID(str(case_of(row))) for row in rows if _lacks_name(row)]) if decrypt else {}
    others = [set(ids_in([row.get(column) for column in PEOPLE_OF_ROWS])) for row in rows]
    ids = {*(row.get("adviser") for row in rows), *(each for found in others for each in found)}
    people = find_person_names(app, ids) if decrypt else {}
    return [
        _name_row(row, structures.get(UUID(str(case_of(row)))) if structures else None, people, others_of_row)
        for row, others_of_row in zip(rows, others, strict=True)
    ]


def name_state(
    app: ServiceApplication,
    case: UUID,
    state: Fields,
    until: int = NOW,
    show: Callable[[Encrypted], str] | None = None,
    names: PersonNames | None = None,
) -> Fields:
    """A state with its `structure` and `adviser` as id and name, where it has them, and `names`: the people in it.

    A parcours has both in its plan, where they are named too. `until` and `show` as `find_person_names` takes them; for
    today's state, `names` of the whole answer instead."""
    ids = set(ids_in(state))
    people = names.find(ids) if names else find_person_names(app, ids, until, show)
    people |= dict(inline_names(state))
    in_plan = "structure" not in state and "structure" in (state.get("plan") or {})
    own = state["plan"] if in_plan else state
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
        named["adviser"] = name_person(own["adviser"], people)
    if in_plan:
        named["plan"] = own | named
    return {name: value for name, value in state.items() if name != "structure_id"} | named | {"names": people}


def name_part(
    app: ServiceApplication, part: Fields, until: int = NOW, show: Callable[[Encrypted], str] | None = None
) -> Fields:
    """A part of a state, with `names`: the people in it."""
    return part | {"names": find_person_names(app, set(ids_in(part)), until, show) | dict(inline_names(part))}


def name_entries(
    app: ServiceApplication, case: UUID, entries: Iterable[Fields], called: Mapping[str, str] | None = None
) -> list[Fields]:
    """The entries of a history, or the events of a list of changes, each with the `names` of the people and the
    structure whose ids stand in it.

    Whom one entry calls by a name, as a tender its candidates, is called so in each; `called`: further ones, by id."""
    entries = list(entries)
    ids = [set(_ids_in_entry(entry)) for entry in entries]
    names = dict(called or {}) | dict(inline_names(entries))
    names |= find_person_names(app, {id for people in ids for id in people})  # noqa: A001
    structure = find_structures(app, [case]).get(case)
    if structure and structure.name:
        names[str(structure.id)] = structure.name
    return [
        entry | {"names": {id: names[id] for id in sorted(people & names.keys())}}  # noqa: A001
        for entry, people in zip(entries, ids, strict=True)
    ]


def inline_names(value: Any) -> Iterator[tuple[str, str]]:
    """The id and the name of each whom a value names itself: beside their id, or under it."""
    match value:
        case Mapping():
            if isinstance(name := value.get("name"), str):
                yield from ((str(value[field]), name) for field in IDS_WITH_A_NAME if _is_id(value.get(field)))
            for key, inner in value.items():
                if _is_id(key) and isinstance(inner, Mapping) and isinstance(inner.get("name"), str):
                    yield str(key), inner["name"]
                yield from inline_names(inner)
        case list():
            for item in value:
                yield from inline_names(item)


def name_person(id: str | None, names: Mapping[str, str]) -> Fields | None:  # noqa: A002
    return _with_name(id, names.get(id)) if id else None


def _ids_in_entry(entry: Fields) -> Iterator[str]:
    """Of who acted, and in what was recorded or changed; an id that something stands under is in the dotted path."""
    yield from ids_in((entry["actor"], entry.get("data")))
    for change in entry.get("changes", ()):
        yield from ids_in((change["before"], change["after"], *change["path"].split(".")))


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and UUID_TEXT.fullmatch(value) is not None


def _lacks_name(row: Fields) -> bool:
    return "structure" in row and "structure_id" not in row and not isinstance(row["structure"], dict)


def _name_row(row: Fields, found: NamedStructure | None, people: Mapping[str, str], others: set[str]) -> Fields:
    named: Fields = {}
    if "structure_id" in row:
        named["structure"] = _with_name(str(row["structure_id"]), row["structure"])
    elif _lacks_name(row):
        id = row["structure"] or (str(found.id) if found else None)  # noqa: A001
        named["structure"] = _with_name(id, found.name if found else None) if id else None
    if "adviser" in row:
        named["adviser"] = name_person(row["adviser"], people)
    if any(column in row for column in PEOPLE_OF_ROWS):
        named["names"] = {id: people[id] for id in sorted(others & people.keys())}  # noqa: A001
    return {name: value for name, value in row.items() if name != "structure_id"} | named


def _with_name(id: str, name: str | None) -> Fields:  # noqa: A002
    return {"id": id, "name": name}
