"""The pages that the `type` of a problem leads to: what happened, and what to do. In French for people, in JSON for
programs."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared.kernel import Refusal
from shared.web.http.docs_page import styled_page
from shared.web.http.problems import TYPES, ProblemError

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)


@dataclass(frozen=True, slots=True)
class ProblemPage:
    """`title`: what happened; `help`: what to do about it."""

    type: str
    slug: str
    title: str
    help: str


def problem_catalogue(refusals: Iterable[Refusal], own: Path | None) -> dict[str, ProblemPage]:
    """By slug, the problems that a service answers. Help is in `problems.toml`, here and in the service (`own`); the
    title of a refusal is the one that the domain declares."""
    files = (Path(__file__).with_name("problems.toml"), *((own,) if own else ()))
    tables = [tomllib.loads(file.read_text("utf-8")) for file in files]
    helps = {slug: text for table in tables for slug, text in table["help"].items()}
    titles = {slug: text for table in tables for slug, text in table.get("titles", {}).items()}
    titles |= {refusal.slug: refusal.title for refusal in refusals}
    return {
        slug: ProblemPage(TYPES + slug, slug, title=titles[slug], help=helps[slug])
        for slug in sorted(titles)
        if slug in helps
    }


def install(web: FastAPI, pages: Mapping[str, ProblemPage]) -> None:
    @web.get("/problems", include_in_schema=False)
    def list_problems(request: Request) -> Response:
        return _answer(request, "Les motifs de refus", [*pages.values()])

    @web.get("/problems/{slug}", include_in_schema=False)
    def get_problem(slug: str, request: Request) -> Response:
        if slug not in pages:
            raise ProblemError(404, "not-found", "Adresse inconnue", "Aucun motif de refus ne porte ce nom.")
        return _answer(request, pages[slug].title, pages[slug])

    def _answer(request: Request, title: str, shown: ProblemPage | list[ProblemPage]) -> Response:
        if "application/json" in request.headers.get("accept", ""):
            return JSONResponse([asdict(each) for each in shown] if isinstance(shown, list) else asdict(shown))
        problems = shown if isinstance(shown, list) else [shown]
        page = _TEMPLATES.get_template("problem_page.html.jinja").render(
            service=web.title, title=title, problems=problems, alone=not isinstance(shown, list)
        )
        return Response(page, media_type="text/html", headers={"Content-Security-Policy": styled_page(page)})
