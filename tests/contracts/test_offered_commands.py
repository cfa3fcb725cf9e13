"""What is offered may pass, and nothing else does: along the story of each aggregate, with many bodies a command.

The deciders alone are asked. `decision_watch` holds every decision of every other test to the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
from tests.support.generated.golden_samples import service
from tests.support.histories.command_walks import Offer, Walk
from tests.support.stories import diagnostic, followup, intake, parcours

STORIES: list[tuple[str, str, str, Callable[[Walk], Iterator[Any]]]] = [
    ("intake", "request", "/requests", intake.request),
    ("intake", "request", "/requests", intake.transferred_request),
    ("intake", "orientation", "/requests/{case}/orientations", intake.proposed_orientation),
    ("intake", "personal link", "/requests/{case}/access-links", intake.link),
    ("intake", "register", "/identities", intake.register),
    ("intake", "retention", "/retention", intake.kept_case),
    ("intake", "attachment", "/requests/{case}/attachments", intake.attachment),
    ("diagnostic", "diagnosis", "/diagnoses", diagnostic.diagnosis),
    ("parcours", "parcours", "/parcours", parcours.parcours),
    ("parcours", "parcours", "/parcours", parcours.abandoned_parcours),
    ("parcours", "tender", "/parcours/{case}/tenders", parcours.tender),
    ("parcours", "fund", "/funds", parcours.opened_fund),
    ("parcours", "operation", "/operations", parcours.joint_operation),
    ("parcours", "operation", "/operations", parcours.operation_that_falls_short),
    ("followup", "follow-up", "/follow-ups", followup.follow_up),
    ("followup", "follow-up", "/follow-ups", followup.closed_down),
    ("followup", "sheet", "/sheets", followup.sheet),
]
"""Service, aggregate, the path of its operations, and what happens."""


def offers_along(name: str, aggregate: str, path: str, story: Callable[[Walk], Iterator[Any]]) -> Iterator[list[Offer]]:
    """What is offered at each step, and after some of them aside of it, once another command has passed."""
    decider = next(each for each in service(name).deciders if each.name == aggregate)
    walk = Walk(name, path, decider=decider, random=Random(path))
    for number, (command, role) in enumerate(story(walk)):
        walk.take(command, role)
        yield (offers := walk.offers())
        if number % 3 == 0 and (aside := walk.detour(offers)):
            yield aside.offers()


def faults(offers: list[Offer]) -> set[str]:
    """What an offer says and its commands belie."""
    found = set()
    for each in offers:
        if each.passing and not each.offered:
            found.add(f"{each.name} passes, and is not offered to {each.role}")
        for tried in each.refused_by_state:
            assert tried.refused
            if each.offered:
                found.add(f"{each.name} is offered to {each.role}, and refused whatever it says: {tried.refused.slug}")
            elif each.passing:
                found.add(f"{each.name} passes with another body than {tried.refused.slug} refuses")
    return found


@pytest.mark.parametrize(("name", "aggregate", "path", "story"), STORIES, ids=[each[3].__name__ for each in STORIES])
def test_what_is_offered_may_pass_and_nothing_else_does(
    name: str, aggregate: str, path: str, story: Callable[[Walk], Iterator[Any]]
) -> None:
    found = [fault for offers in offers_along(name, aggregate, path, story) for fault in faults(offers)]
    assert sorted({*found}) == []
