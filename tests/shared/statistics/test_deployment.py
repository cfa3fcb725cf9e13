"""What a deployment says of its statistics: the themes of the axes, and the territories above its units."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.kernel import Axis
from shared.statistics import THEME_LABELS, WHOLE, divide, read_deployment

FILE = """
[themes]
digital = "organisation"
finance = "restructuring"

[territories.pays-de-la-loire]
label = "Pays de la Loire"
units = ["dla-44", "dla-49", "dla-72"]

[territories.loire-atlantique]
label = "Loire-Atlantique"
units = ["dla-44"]
"""


def test_without_a_file_each_axis_has_one_of_the_four_published_themes_and_units_stand_alone() -> None:
    ours = read_deployment(None)
    assert {ours.theme_of(axis) for axis in Axis} == {*THEME_LABELS}
    assert (ours.theme_of("finance"), ours.theme_of("ecology"), ours.theme_of("unknown")) == (
        "restructuring",
        "others",
        "others",
    )
    assert ours.territory_of("dla-44") == "dla-44"
    root = divide(ours.declared(), ["dla-44", "dla-49"])
    assert [(each.code, each.within) for each in root.nested()] == [(WHOLE, None), ("dla-44", WHOLE), ("dla-49", WHOLE)]


def test_a_file_says_themes_and_nested_territories(tmp_path: Path) -> None:
    (file := tmp_path / "statistics.toml").write_text(FILE)
    found = read_deployment(file)
    assert (found.theme_of("digital"), found.theme_of("strategy")) == ("organisation", "others")
    assert (found.territory_of("dla-44"), found.territory_label("pays-de-la-loire")) == (
        "pays-de-la-loire",
        "Pays de la Loire",
    )
    root = divide(found.declared(), ["dla-44", "dla-49", "dla-35"])
    assert [(each.code, each.label, each.within) for each in root.nested()] == [
        (WHOLE, "ensemble", None),
        ("dla-35", "dla-35", WHOLE),
        ("pays-de-la-loire", "Pays de la Loire", WHOLE),
        ("dla-44", "Loire-Atlantique", "pays-de-la-loire"),
        ("dla-49", "dla-49", "pays-de-la-loire"),
    ]
    assert [each.code for each in root.covered_by(frozenset(["dla-44", "dla-49"]))] == ["pays-de-la-loire"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[themes]\nfinance = 'money'", "themes.finance"),
        ("[themes]\ncolour = 'others'", "themes.colour"),
        ("[territories.all]\nlabel = 'Tout'\nunits = ['dla-44']", "territories.all"),
        ("[territories.west]\nlabel = 'Ouest'\nunits = []", "territories.west.units"),
        (
            "[territories.a]\nlabel = 'A'\nunits = ['u', 'v']\n[territories.b]\nlabel = 'B'\nunits = ['v', 'w']",
            "a and b share some units only",
        ),
        ("themes = [", "statistics.toml"),
    ],
)
def test_a_file_with_a_fault_is_refused_with_its_place(tmp_path: Path, text: str, fault: str) -> None:
    (file := tmp_path / "statistics.toml").write_text(text)
    with pytest.raises(ValueError, match=fault):
        read_deployment(file)
