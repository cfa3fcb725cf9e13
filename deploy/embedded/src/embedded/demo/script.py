"""What a demo case says: a file of steps, each a call that somebody makes on some day."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from stdnum import luhn

CASES = Path(__file__).parents[4] / "demo"


@dataclass(frozen=True)
class Person:
    role: str
    name: str


@dataclass(frozen=True)
class Step:
    """`after`: days since the step before. `waits` and `reads` name what is read first; `expects`: a refusal's slug;
    `closes`: what is to be closed in the end, by itself."""

    by: str
    post: str
    body: Any = None
    after: int = 0
    saves: str | None = None
    waits: str | None = None
    reads: str | None = None
    expects: str | None = None
    closes: str | None = None


@dataclass(frozen=True)
class Script:
    title: str
    summary: str
    unit: str
    people: dict[str, Person]
    steps: list[Step]


def scripts(folder: Path = CASES) -> list[Script]:
    """In the order of their file names. Raises on a step that is misspelt."""
    return [_script(path) for path in sorted(folder.glob("[0-9]*.toml"))]


def _script(path: Path) -> Script:
    told = tomllib.loads(path.read_text())
    people = {key: Person(**person) for key, person in told["people"].items()}
    steps = [Step(**step) for step in told["step"]]
    if strangers := {step.by for step in steps} - people.keys():
        raise ValueError(f"{path.name}: nobody is called {', '.join(strangers)}")
    return Script(told["title"], told["summary"], told["unit"], people, steps)


@dataclass
class Blanks:
    """What fills in `{case}`, `{today+30}`, `{year}`, `{read.submission.version}`, `{read.actions#0}` (a key)."""

    now: datetime
    known: dict[str, Any] = field(default_factory=dict)

    def filled(self, value: Any) -> Any:
        """A text that is one blank takes the value's own type."""
        if isinstance(value, Mapping):
            return {key: self.filled(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.filled(item) for item in value]
        if not isinstance(value, str):
            return value
        if whole := re.fullmatch(r"\{([^{}]+)\}", value):
            return self._value(whole[1])
        return re.sub(r"\{([^{}]+)\}", lambda found: str(self._value(found[1])), value)

    def _value(self, name: str) -> Any:
        if day := re.fullmatch(r"today(?:\+(\d+))?", name):
            return self._day(int(day[1] or 0)).isoformat()
        if name == "year":
            return self.now.year
        value: Any = self.known
        for part in re.findall(r"[^.#]+|#\d+", name):
            value = list(value)[int(part[1:])] if part.startswith("#") else value[part]
        return value

    def _day(self, later: int) -> date:
        return (self.now + timedelta(days=later)).date()


def fictional_numbers(seed: float) -> Iterator[tuple[str, str]]:
    """A SIRET and an RNA number that are well formed and belong to nobody in particular, new at each play."""
    random = Random(seed)  # noqa: S311  nothing is secret in them
    while True:
        siren = f"9{random.randrange(10**7):07}"
        siren += luhn.calc_check_digit(siren)
        siret = f"{siren}0001"
        yield siret + luhn.calc_check_digit(siret), f"W44{random.randrange(10**7):07}"
