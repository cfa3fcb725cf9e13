"""The commands that the API offers for a case now: its links, as buttons that lead to forms, grouped by what they are
for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from console.commands.operations import API
from console.presentation.labels import field_label

RANK = {
    # Accueil
    "acknowledge-emergency-access": 0,
    "triage-difficulty": 0,
    "record-meeting": 1,
    "assess-criterion": 2,
    "propose-orientation": 3,
    "admit-request": 4,
    # Diagnostic
    "record-session": 0,
    "assess-axis": 1,
    "record-employment": 2,
    "record-economics": 3,
    "record-indicator": 4,
    "state-problem": 5,
    "submit-diagnosis": 6,
    "validate-diagnosis": 0,
    "contest-diagnosis": 1,
    "agree-plan": 0,
    # Parcours
    "rank-axes": 0,
    "add-action": 1,
    "share-parcours": 2,
    "validate-parcours": 0,
    "contest-parcours": 1,
    "start-action": 0,
    "open-tender": 1,
    "invite-provider": 0,
    "answer-tender-question": 0,
    "submit-proposal": 1,
    "submit-tender-question": 2,
    "declare-interests": 2,
    "score-proposal": 3,
    "award-tender": 4,
    "inform-candidate": 5,
    "commit-funds": 2,
    "record-agreement": 3,
    "sign-agreement": 3,
    "record-days": 4,
    "receive-final-report": 5,
    "accept-final-report": 5,
    "authorise-payment": 6,
    "finish-action": 7,
    "complete-parcours": 0,
    # Orientations
    "record-consent": 0,
    "send-orientation": 0,
    "acknowledge-orientation": 0,
    "chase-orientation": 1,
    "conclude-orientation": 0,
    # Suivi
    "record-review": 0,
    "find-need": 1,
    "close-follow-up": 2,
}
"""The ordinary course of a case, in its order within a state; what is not here is rarer, and stands behind."""
ENDINGS = (
    "withdraw-",
    "reject-",
    "abandon-",
    "cancel-",
    "revoke-",
    "give-up-",
    "remove-",
    "decline-",
    "record-closed",
)
"""How the names of the commands begin that end something."""
NUMBERED_OR_NAMED = {"sessions", "introductions", "comments", "economics", "indicators", "baseline"}
"""The kinds of parts, in an address, that a number or a code tells apart."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A link of the API. `address`: of its form in the console. `of`: which of several parts of a kind it is for, in
    words, such as a number or an axis; empty for the whole, or for a part that the page shows by itself."""

    rel: str
    title: str
    address: str
    href: str
    of: str = ""

    @property
    def is_usual(self) -> bool:
        return self.rel in RANK

    @property
    def ends_something(self) -> bool:
        return self.rel.startswith(ENDINGS)


def offered_commands(case: object, service: str, links: Iterable[Mapping[str, Any]]) -> list[Offered]:
    """The usual ones first, in the order of the work; then the others by their titles; what ends something last."""
    found = []
    for link in links:
        address = form_address(case, service, link["href"])
        found.append(
            Offered(link["rel"], link["title"], address=address, href=link["href"], of=_part_label(link["href"]))
        )
    return sorted(found, key=lambda each: (each.ends_something, RANK.get(each.rel, len(RANK)), each.title, each.of))


def _part_label(href: str) -> str:
    """Of `/api/v1/diagnoses/{id}/sessions/2/correction`: n° 2."""
    *_, kind, part, _ = href.split("/")
    if kind not in NUMBERED_OR_NAMED:
        return ""
    return part if kind == "economics" else f"n°\u00a0{part}" if part.isdecimal() else field_label(part)


def form_address(case: object | None, service: str, href: str) -> str:
    """The address of a command's form. `href`: of the API, as a link gives it."""
    path = quote(href.removeprefix(API), safe="/")
    return f"/dossiers/{case}/faire/{service}/{path}" if case else f"/faire/{service}/{path}"


def split_by_part(
    offered: Iterable[Offered], parts: Mapping[str, str]
) -> tuple[list[Offered], dict[str, list[Offered]]]:
    """Those of the whole, and by the id of a part those of it. `parts`: by id, the segment that precedes it in an
    address, such as `actions`."""
    whole: list[Offered] = []
    by_part: dict[str, list[Offered]] = {part: [] for part in parts}
    for each in offered:
        part = next((id_ for id_, segment in parts.items() if f"/{segment}/{id_}/" in each.href), None)
        (by_part[part] if part else whole).append(each)
    return whole, by_part
