"""Problems lead to a page that helps: every slug that the code can answer has one, in French."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import combinations
from pathlib import Path

import pytest
from tests.support.generated.golden_samples import SERVICES, service
from tests.support.servers.in_process_client import InProcessClient

from shared.web.http.problem_pages import problem_catalogue
from shared.web.http.problems import TYPES

ROOT = Path(__file__).parents[2]


def answered_by_http(package: Path) -> Iterator[tuple[str, str]]:
    """The slug and the title of each problem that is built where it is answered."""
    for file in sorted(package.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) in ("ProblemError", "problem_response"):
                match node.args:
                    case [ast.Constant(int()), ast.Constant(str(slug)), ast.Constant(str(title)), *_]:
                        yield slug, title


@pytest.mark.parametrize("name", SERVICES)
def test_each_refusal_has_a_page_under_its_own_title(name: str) -> None:
    pages = service(name).problems()
    refusals = {refusal.slug: refusal.title for refusal in service(name).refusals()}
    assert sorted(refusals.keys() - pages.keys()) == [], f"say what to do in services/{name}/src/{name}/problems.toml"
    assert {slug: pages[slug].title for slug in refusals} == refusals


@pytest.mark.parametrize("name", SERVICES)
def test_each_problem_of_the_http_side_has_a_page(name: str) -> None:
    folders = (ROOT / "shared" / "src" / "shared", ROOT / "services" / name / "src" / name)
    pages = service(name).problems()
    built = {slug for folder in folders for slug, _ in answered_by_http(folder)}
    assert built > {"invalid-request", "unknown-case"}
    assert sorted(built - pages.keys()) == []


ALIKE = 0.8
"""From this ratio on, two texts are one with words exchanged; the closest that differ on purpose are at 0.72."""


def are_alike(one: str, other: str) -> bool:
    compared = SequenceMatcher(None, one, other, autojunk=False)
    return compared.quick_ratio() >= ALIKE and compared.ratio() >= ALIKE


@pytest.mark.parametrize("name", SERVICES)
def test_each_problem_has_advice_of_its_own(name: str) -> None:
    """What was copied from another one lifts that one."""
    pages = service(name).problems()
    pairs = [*combinations(pages, 2)]
    assert len(pairs) > 300
    assert [pair for pair in pairs if are_alike(*(pages[slug].help for slug in pair))] == []
    copied = "Cette unité n’est pas connue du registre. Vérifiez son code\u00a0: un dossier doit trouver quelqu’un."
    assert are_alike(copied, copied.replace("un dossier", "une demande"))


QUOTED = re.compile(r"«\u202f([a-z]+(?:_[a-z]+)*)\u202f»")
"""A field or a code that an advice names, as it stands in JSON."""


@pytest.mark.parametrize("name", SERVICES)
def test_what_an_advice_quotes_is_in_the_code(name: str) -> None:
    files = [*(ROOT / "shared/src").rglob("*.py"), *(ROOT / "services" / name / "src").rglob("*.py")]
    code = "\n".join(file.read_text() for file in files)
    quoted = {(slug, word) for slug, page in service(name).problems().items() for word in QUOTED.findall(page.help)}
    assert quoted
    assert [(slug, word) for slug, word in sorted(quoted) if not re.search(rf"\b{word}\b", code)] == []


def sums_in_refusals(source: str) -> Iterator[tuple[str, str]]:
    """What a refusal gives beside its sentence, where that is an amount: the name, and what it holds."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            for given in node.exc.keywords:
                value = ast.unparse(given.value)
                if "_cents" in value or f"format_euros({value})" in ast.unparse(node.exc):
                    yield given.arg or "**", value


def test_a_sum_beside_a_refusal_is_in_cents_and_its_name_says_so() -> None:
    modules = [*ROOT.glob("services/*/src/**/domain/**/*.py")]
    found = [each for module in modules for each in sums_in_refusals(module.read_text())]
    assert len(found) > 5
    assert [(name, value) for name, value in found if not name.endswith("_cents")] == []
    assert [*sums_in_refusals("raise TOO_LITTLE(f'Il reste {format_euros(left)}.', left=left, days=3)")] == [
        ("left", "left")
    ]


def test_titles_are_those_of_the_code() -> None:
    built: dict[str, set[str]] = {}
    for slug, title in answered_by_http(ROOT / "shared" / "src" / "shared"):
        built.setdefault(slug, set()).add(title)
    pages = problem_catalogue((), None)
    assert [slug for slug, page in pages.items() if slug in built and page.title not in built[slug]] == []


def test_a_page_says_what_to_do_to_people_and_to_programs() -> None:
    web = InProcessClient(service("intake").web())
    page = web.get(TYPES + "criteria-not-met")
    assert page.headers["content-type"].startswith("text/html")
    assert "<h1>Des critères ne sont pas remplis</h1>" in page.text
    assert "Demandez une dérogation motivée" in page.text
    told = web.get(TYPES + "criteria-not-met", headers={"Accept": "application/json"}).json()
    assert told["type"] == "/problems/criteria-not-met"
    assert told["help"] in page.text
    index = web.get("/problems").text
    assert all(slug in index for slug in service("intake").problems())
    assert web.get(TYPES + "nothing-of-the-kind").status_code == 404
