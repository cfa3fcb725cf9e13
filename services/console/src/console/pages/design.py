"""The design system: the tokens, type and states that all pages are made of, on a page of the console."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from console.pages.rendering import page
from console.presentation.theme import THEME_LABELS
from console.upstream.reader import require_signed_in

router = APIRouter()
COLOURS = {
    "paper": "le fond de la page",
    "card": "le fond de ce qui se lit d’un bloc",
    "ink": "le texte",
    "soft": "le texte qui accompagne",
    "line": "les séparations",
    "strong-line": "le contour de ce qui se remplit",
    "accent": "l’action principale",
    "link": "les liens",
    "focus": "là où se trouve le clavier",
    "good": "c’est fait, c’est rempli",
    "warn": "à regarder",
    "bad": "refusé, en retard, en danger",
}
SIZES = {"h1": "le titre de la page", "h2": "le titre d’une partie", "h3": "le titre dans une partie"}
SPACES = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0)


@router.get("/apparence")
async def design_page(request: Request) -> Response:
    require_signed_in(request)
    return page(request, "design.html", themes=THEME_LABELS, colours=COLOURS, sizes=SIZES, spaces=SPACES)
