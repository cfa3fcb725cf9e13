"""The five phases of a case as one path: which are done, which is under way, and what is said of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from console.presentation.labels import format_value
from shared.kernel import PHASE_LABELS


class Progress(StrEnum):
    DONE = "done"
    CURRENT = "current"
    AHEAD = "ahead"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class PathStep:
    """`anchor`: of its section on the case's page. `detail`: where it stands, in words."""

    number: int
    title: str
    progress: Progress
    detail: str = ""
    anchor: str = ""


OUT_OF_THE_DLA = ("oriented", "not_admitted", "transferred", "withdrawn")
ANCHORS = ("accueil", "diagnostic", "parcours", "parcours", "suivi")


def case_path(request: Any, diagnosis: Any, parcours: Any, follow_up: Any) -> list[PathStep]:
    """From the states of the case in each service; a service that has none, or did not answer, gives no mapping."""
    states = [each if isinstance(each, Mapping) else {} for each in (request, diagnosis, parcours, follow_up)]
    reached = _reached(*states)
    closed = states[0].get("status") in (*OUT_OF_THE_DLA, "closed")
    steps = []
    for number, title in enumerate(PHASE_LABELS):
        if number < reached or (number == reached and closed and reached):
            progress = Progress.DONE
        elif number == reached:
            progress = Progress.ENDED if closed else Progress.CURRENT
        else:
            progress = Progress.AHEAD
        detail = _detail(number, states) if number <= reached else ""
        steps.append(PathStep(number, title, progress=progress, detail=detail, anchor=ANCHORS[number]))
    return steps


def _reached(
    request: Mapping[str, Any], diagnosis: Mapping[str, Any], parcours: Mapping[str, Any], follow_up: Mapping[str, Any]
) -> int:
    """The number of the last phase that the case has reached."""
    if follow_up:
        return 4
    if parcours:
        return 3 if parcours.get("validated_version") is not None else 2
    return 1 if diagnosis or request.get("status") == "admitted" else 0


def _detail(number: int, states: list[Mapping[str, Any]]) -> str:
    request, diagnosis, parcours, follow_up = states
    status = (request, diagnosis, parcours, parcours, follow_up)[number].get("status")
    if number == 2 and parcours.get("validated_version") is not None:
        return "parcours validé"
    return format_value(status, "status") if status else ""
