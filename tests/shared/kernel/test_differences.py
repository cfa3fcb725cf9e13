"""Differences between two versions of a content, as facts that were added, changed or removed."""

from shared.kernel import ContentFact, LabelledEnum, diff_facts


class Section(LabelledEnum):
    JOBS = "jobs", "Jobs"
    AXES = "axes", "Axes"


def test_changes_come_in_the_order_of_the_sections_with_their_values() -> None:
    before = [
        ContentFact(Section.AXES, "Finance", value=2),
        ContentFact(Section.AXES, "Digital", value=3),
        ContentFact(Section.JOBS, "ETP", value=10.5),
    ]
    after = [
        ContentFact(Section.AXES, "Finance", value=4),
        ContentFact(Section.JOBS, "ETP", value=10.5),
        ContentFact(Section.JOBS, "CDI", value=9),
    ]
    assert [(c.kind, c.section_label, c.label, c.before, c.after) for c in diff_facts(before, after)] == [
        ("added", "Jobs", "CDI", None, 9),
        ("removed", "Axes", "Digital", 3, None),
        ("changed", "Axes", "Finance", 2, 4),
    ]


def test_a_key_identifies_a_fact_whose_label_changes() -> None:
    before = [ContentFact(Section.AXES, "Action « A »", value="en mars", key=1)]
    after = [ContentFact(Section.AXES, "Action « B »", value="en avril", key=1)]
    (change,) = diff_facts(before, after)
    assert (change.kind, change.label, change.before, change.after) == (
        "changed",
        "Action « B »",
        "en mars",
        "en avril",
    )


def test_a_point_whose_value_is_its_key_is_added_or_removed() -> None:
    before = [ContentFact(Section.AXES, "Cause", value="Un financeur", key="Un financeur")]
    after = [ContentFact(Section.AXES, "Cause", value="Un client", key="Un client")]
    assert [change.kind for change in diff_facts(before, after)] == ["added", "removed"]
