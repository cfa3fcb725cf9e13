"""Declared decisions: the tables of the READMEs come from them, and the tests observe no other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.support.checks.decision_watch import watched
from tests.support.checks.secret_words import leaked
from tests.support.generated.decision_tables import BEGIN, END, readme, tables
from tests.support.generated.golden_samples import SERVICES, service
from tests.support.histories.decisions import decisions, undeclared

from followup.domain.closure import CloseFollowUp, FollowUpClosed
from followup.domain.follow_up import decide, decider
from followup.domain.parcours_update import ParcoursUpdateWithdrawn
from followup.domain.state import FollowUp
from intake.domain import orientation
from intake.domain.orientation import Orientation, OrientationConsented, OrientationStatus, RecordConsent
from intake.domain.request.corrections import CorrectContact
from intake.domain.request.reception import ReceiveRequest
from intake.domain.structure import Contact, LegalForm, Structure
from shared.kernel import Ending, EndingKind, Refusal
from shared.kernel.decider import any_command
from shared.testing.scenarios import NOW, context, text


@pytest.mark.parametrize("name", SERVICES)
def test_the_tables_are_what_the_commands_declare(name: str) -> None:
    told = readme(name).read_text().partition(BEGIN)[2].partition(END)[0]
    assert told == tables(service(name)), "run `make schemas`, or python -m tests.support.generated.decision_tables"


@pytest.mark.parametrize("name", SERVICES)
def test_every_command_declares_what_it_leads_to(name: str) -> None:
    assert undeclared(service(name)) == []


@pytest.mark.parametrize("name", SERVICES)
def test_every_event_follows_from_a_command(name: str) -> None:
    for aggregate in service(name).deciders:
        table = decisions(service(name))[aggregate.name]
        assert {event for line in table.values() for event in line.events} == set(aggregate.events)


def test_a_decision_that_no_command_declares_is_noticed() -> None:
    """In every other test: `watch` is begun by conftest."""

    def refuses(*_: Any) -> list[Any]:
        raise Refusal("surprise", "Surprise")("Personne ne l’a dit.")

    closing = CloseFollowUp("Les effets durent.")
    with pytest.raises(AssertionError, match="CloseFollowUp does not declare that it may be refused: surprise"):
        watched(decider, refuses)(FollowUp(), closing, context())
    with pytest.raises(AssertionError, match="CloseFollowUp does not declare that it leads to ParcoursUpdateWithdrawn"):
        watched(decider, lambda *_: [ParcoursUpdateWithdrawn()])(FollowUp(), closing, context())
    assert decider.decide.__wrapped__ is decide  # type: ignore[attr-defined]


def test_a_secret_told_in_clear_is_noticed() -> None:
    """In every other test, too: what is said in a field whose type declares it secret stands sealed in the events."""
    said = "Les effets durent depuis un an."
    unsealed: Any = said
    for conclusion, told in ((unsealed, [said]), (text(said), [])):
        assert (
            leaked(CloseFollowUp(said), [FollowUpClosed(Ending(EndingKind.FOLLOWED_UP, NOW.date()), conclusion)])
            == told
        )
    with pytest.raises(AssertionError, match="CloseFollowUp repeats in clear"):
        watched(decider, lambda *_: [FollowUpClosed(Ending(EndingKind.FOLLOWED_UP, NOW.date()), unsealed)])(
            FollowUp(), CloseFollowUp(said), context()
        )


@pytest.mark.parametrize("said", ["Azenor", "Présidente", "azenor@example.org", "0240000000"])
def test_of_a_person_one_word_is_noticed(said: str) -> None:
    contact = Contact("Azenor", "Présidente", email="azenor@example.org", phone="0240000000")
    assert leaked(CorrectContact(contact, "Erreur"), [text("Une erreur"), said, "Erreur"]) == [said]
    ordinary = Contact("Entretien", "élue")
    assert leaked(CorrectContact(ordinary, "Erreur"), ["Entretien", "élue"]) == [], "a label’s word, a short one"


def test_what_is_said_openly_too_is_no_secret() -> None:
    """Of a structure that bears the very words of its need, the name stands in clear."""
    structure = Structure("Les Jardins", LegalForm.ASSOCIATION, department="44", rna="W442000123")
    received = ReceiveRequest(structure, Contact("Azenor Le Bihan"), need="Les Jardins")
    assert leaked(received, ["Les Jardins"]) == []
    assert leaked(received, ["Les Jardins", "Azenor Le Bihan"]) == ["Azenor Le Bihan"]


def test_what_a_state_is_open_to_is_what_may_be_done() -> None:
    """In every other test, too."""
    declined, consent = Orientation(OrientationStatus.DECLINED), RecordConsent()
    with pytest.raises(AssertionError, match="not open to RecordConsent"):
        watched(orientation.decider, lambda *_: [OrientationConsented(NOW.date())])(declined, consent, context())
    always = replace(orientation.decider, available_commands=any_command)
    with pytest.raises(AssertionError, match="open to RecordConsent, yet refused: orientation-not-at-this-step"):
        watched(always, orientation.decide)(declined, consent, context())
