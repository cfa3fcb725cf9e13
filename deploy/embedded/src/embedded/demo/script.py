"""Stories: TOML files of steps, each an API call that a person makes on some day, in one case or several."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DEPLOY = Path(__file__).parents[4]
DEMO, TOUR = DEPLOY / "demo", DEPLOY / "tour"


@dataclass(frozen=True)
class StoryPerson:
    """`unit`: another than the story's; `case`: the name of the one that a leader's or a provider's token opens."""

    role: str
    name: str
    unit: str | None = None
    case: str = "case"


@dataclass(frozen=True)
class RowLookup:
    """The row of a list whose fields are as said, once there is one; it is known by its name from then on."""

    name: str
    among: str
    where: dict[str, Any]


@dataclass(frozen=True)
class UploadedFile:
    """What is sent as it is, with its name and its title."""

    name: str
    title: str
    content: str


@dataclass(frozen=True)
class Step:
    """In this order: `waits` until what stands at an address is as `until` says; `after` so many days, `reads` an
    address and `finds` a row; `shows` a sentence of what was read; `post`s a body or a file, `saves` its id;
    `erases` a person, with a body.

    `expects`: the slug of a refusal; `tries`: what was asked, in French, for the timeline of the case it is `of`."""

    by: str = ""
    post: str | None = None
    erases: str | None = None
    body: Any = None
    file: UploadedFile | None = None
    after: int = 0
    saves: str | None = None
    waits: str | None = None
    until: dict[str, Any] = field(default_factory=dict)
    reads: str | None = None
    finds: RowLookup | None = None
    shows: str | None = None
    expects: str | None = None
    tries: str | None = None
    of: str | None = None


@dataclass(frozen=True)
class Story:
    """`cases`: by the name under which a step saves it, the title that it is data under; `about`: texts by case."""

    title: str
    summary: str
    unit: str
    people: dict[str, StoryPerson]
    steps: list[Step]
    cases: dict[str, str]
    about: dict[str, dict[str, Any]]

    def unit_of(self, person: StoryPerson) -> str:
        return person.unit or self.unit


def read_stories(folder: Path) -> list[Story]:
    """In the order of their file names. Raises on a step that is misexpanded."""
    return [read_story(path) for path in sorted(folder.glob("[0-9]*.toml"))]


def read_story(path: Path) -> Story:
    data = tomllib.loads(path.read_text())
    people = {key: StoryPerson(**person) for key, person in data["people"].items()}
    steps = [_parse_step(each) for each in _expand_steps(data["step"], path.parent / "parts")]
    if strangers := {step.by for step in steps if step.by} - people.keys():
        raise ValueError(f"{path.name}: nobody is called {', '.join(strangers)}")
    cases = data.get("cases", {"case": data["title"]})
    return Story(
        data["title"],
        data["summary"],
        unit=data["unit"],
        people=people,
        steps=steps,
        cases=cases,
        about=data.get("about", {}),
    )


def _parse_step(fields: dict[str, Any]) -> Step:
    parsed = {key: kind(**fields[key]) for key, kind in (("finds", RowLookup), ("file", UploadedFile)) if key in fields}
    return Step(**fields | parsed)


def _expand_steps(steps: list[dict[str, Any]], parts: Path) -> Iterator[dict[str, Any]]:
    """A step that `plays` a part is all of its steps. With `each`, it is done for each of these cases, § in it."""
    for step in steps:
        cases = step.pop("each", ["case"])
        played = tomllib.loads((parts / f"{step['plays']}.toml").read_text())["step"] if "plays" in step else [step]
        for one in played:
            for number, case in enumerate(cases):
                expanded = _substitute_case(one, case)
                yield expanded | {"after": 0} if number else expanded  # time goes on once for all of them


def _substitute_case(value: Any, case: str) -> Any:
    if isinstance(value, dict):
        return {key: _substitute_case(item, case) for key, item in value.items()}
    if isinstance(value, list):
        return [_substitute_case(item, case) for item in value]
    return value.replace("§", case) if isinstance(value, str) else value
