"""Identifiers in a text: names, numbers and addresses that would reveal the structure or a person."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from followup.domain.sheets.anonymity import find_identifiers
from followup.domain.sheets.sheet import (
    Lesson,
    PublishSheet,
    SheetSubmitted,
    SubmitSheet,
    decider,
)
from shared.kernel import Axis
from shared.testing.scenarios import Scenarios, text

given = Scenarios(decider)


LESSON = Lesson(
    "Mutualiser une fonction d’employeur",
    Axis.HUMAN_RESOURCES,
    context="Trois associations rurales, neuf salariés en tout.",
    what_worked="Un groupement d’employeurs préparé dès le diagnostic.",
    limits="Il faut un an avant que chacun s’y retrouve.",
)


NAMES = ("Les Jardins de l’Érdre", "Maëlle Kerdoncuff")


WORDS = (LESSON.title, LESSON.context, LESSON.what_worked, LESSON.limits)


SUBMITTED = SheetSubmitted(LESSON.theme, *map(text, WORDS))


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("Aux jardins de l'erdre, l’équipe a grandi.", "nom"),
        ("MAELLE KERDONCUFF a tout porté.", "nom"),
        ("Écrire à contact@jardins.example.org", "e-mail"),
        ("Appeler le 02 40 12 34 56", "téléphone"),
        ("Appeler le +33 6 12 34 56 78", "téléphone"),
        ("SIREN 732 829 320", "SIREN"),
        ("SIRET 73282932000074", "SIRET"),
        ("Inscrite sous W442001234", "RNA"),
    ],
)
def test_a_text_that_names_the_structure_is_refused_and_not_repeated(sentence: str, found: str) -> None:
    for lesson in (replace(LESSON, limits=sentence), replace(LESSON, title=sentence)):
        for command, history in ((SubmitSheet(lesson, NAMES), ()), (PublishSheet(lesson, NAMES), (SUBMITTED,))):
            refused = given(*history).when(command).refused("sheet-names-somebody")
            assert found in refused.extra["found"]
            assert sentence not in refused.detail


@pytest.mark.parametrize(
    "sentence", ["En 2026, 12 ETP et 150 000 €.", "De 3 à 11 salariés en 18 mois.", "Un jardin partagé."]
)
def test_what_tells_of_the_work_alone_is_not_refused(sentence: str) -> None:
    assert find_identifiers([sentence], NAMES) == ()


@for_all(st.text(), st.text(), st.sampled_from([*NAMES, "732829320", "a@b.fr"]))
def test_whatever_stands_around_it_a_name_is_found(before: str, after: str, name: str) -> None:
    assert find_identifiers([f"{before} | {name} | {after}"], NAMES)
