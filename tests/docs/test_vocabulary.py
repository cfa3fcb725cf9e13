"""The page of the vocabulary: its codes are those of the code, with the same French labels."""

from __future__ import annotations

from tests.support.generated.golden_samples import openapi_of
from tests.support.generated.vocabulary_tables import PAGE, labels, page


def test_the_codes_of_the_page_are_those_of_the_apis() -> None:
    assert labels().keys() >= {"Role", "DifficultyLevel", "EndingKind", "TenderStatus", "FollowUpStatus"}
    assert PAGE.read_text("utf-8") == page(), "make schemas writes it anew"


def test_both_services_speak_of_difficulty_in_the_same_codes() -> None:
    found = [openapi_of(name)["components"]["schemas"] for name in ("intake", "diagnostic")]
    for name in ("DifficultyLevel", "DifficultyNature", "DifficultyCause"):
        assert found[0][name]["enum"] == found[1][name]["enum"]
