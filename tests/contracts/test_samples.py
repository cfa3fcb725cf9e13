"""What was once stored or told must be readable for ever."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from eventsourcing.persistence import MapperDeserialisationError
from tests.support.generated import golden_samples

from shared.eventlog import to_plain
from shared.kernel import Context, Decider, encrypted_values, event, event_name

DECIDERS = {(name, event_name(cls).name): decider for name, decider, cls in golden_samples.stored_events()}
STORED = sorted((golden_samples.FOLDER / "stored").rglob("*.json"))
CONTRACT_SAMPLES = sorted((golden_samples.FOLDER / "published").rglob("*.json"))
CONTRACTS = {
    (contract.publisher, contract.topic()): contract
    for name in golden_samples.SERVICES
    for contract in golden_samples.service(name).publishes
}


def short(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", STORED, ids=short)
def test_a_stored_event_is_read_today(path: Path) -> None:
    name = path.stem.rpartition(".")[0]
    recorded = golden_samples.read(DECIDERS[path.parent.name, name], path)
    assert event_name(recorded.data).name == name
    assert recorded.meta.actor == "adviser-1"
    assert "secret" not in path.read_text(), "an encrypted value stands in clear"
    for _, sealed in encrypted_values(recorded.data):
        assert sealed.ciphertext
    to_plain(recorded.data, str)


@pytest.mark.parametrize("path", CONTRACT_SAMPLES, ids=short)
def test_a_told_event_is_heard_today(path: Path) -> None:
    contract = CONTRACTS[path.parent.name, path.stem.replace(".v", ":v")]
    contract.model_validate_json(path.read_text())


def test_each_event_of_today_has_its_sample() -> None:
    missing = [
        event_name(cls).topic
        for name, _, cls in golden_samples.stored_events()
        if not golden_samples.stored_path(name, cls).exists()
    ]
    missing += [
        contract.topic() for contract in CONTRACTS.values() if not golden_samples.contract_path(contract).exists()
    ]
    assert not missing, "write them: python -m tests.support.generated.golden_samples"


def test_samples_are_only_ever_added() -> None:
    """Against the last commit: a stored past does not change."""
    changed = subprocess.run(
        ["git", "diff", "--name-only", "--diff-filter=MDR", "HEAD", "--", str(golden_samples.FOLDER)],
        capture_output=True,
        text=True,
        check=False,
        cwd=golden_samples.ROOT,
    )
    assert not changed.stdout.strip()


RENEWED = [
    (name, decider, event) for name, decider, event in golden_samples.stored_events() if event_name(event).version > 1
]


@pytest.mark.parametrize(("service", "decider", "cls"), RENEWED, ids=lambda each: getattr(each, "__name__", None))
def test_what_was_stored_under_former_names_is_read_under_those_of_today(
    service: str, decider: Decider[Any], cls: type
) -> None:
    """Samples of all versions hold the same values: a newer one has other names for them, or knows more."""
    newest = golden_samples.stored_path(service, cls)
    versions = sorted(newest.parent.glob(f"{event_name(cls).name}.v*.json"))
    assert len(versions) == event_name(cls).version
    shown = [to_plain(golden_samples.read(decider, path).data, lambda _: "…") for path in versions]
    for older in shown:
        assert knows_all(shown[-1], older)


def knows_all(newer: Any, older: Any) -> bool:
    """Whether what the older one says is said by the newer one too, at any depth."""
    if isinstance(newer, dict) and isinstance(older, dict):
        return all(knows_all(newer.get(name), value) for name, value in older.items())
    return older is None or newer == older


def test_a_value_that_a_newer_sample_has_otherwise_is_found() -> None:
    older = {"days": 2, "by": {"name": "…", "on": None}}
    assert knows_all({"days": 2, "by": {"name": "…", "on": 1}, "more": 3}, older)
    for newer in ({"days": 3, "by": older["by"]}, {"days": 2, "by": {"on": 1}}, {"by": older["by"]}, {"days": 2}):
        assert not knows_all(newer, older)


# An upcast, for real: version 1 counted heads in a text, version 2 in a number and with a unit.


def counted_in_a_number(data: dict[str, object]) -> dict[str, object]:
    return {"people": int(str(data["people"])), "unit": "heads"}


@event("counted", 2, label="Compté", upcasts={1: counted_in_a_number})
class Counted:
    people: int
    unit: str


def nothing(_state: int, _command: object, _context: Context) -> list[Counted]:
    return []


def total(state: int, counted: Counted) -> int:
    return state + counted.people


counting: Decider[int] = Decider("counting", 0, decide=nothing, evolve=total, commands=(), events=(Counted,))


def test_an_older_version_is_upcast_on_read(tmp_path: Path) -> None:
    meta = STORED[0].read_text().partition('"data"')[0]
    old, new = tmp_path / "counted.v1.json", tmp_path / "counted.v2.json"
    old.write_text(f'{meta}"data": {{"people": "12"}}}}')
    new.write_text(f'{meta}"data": {{"people": 12, "unit": "heads"}}}}')
    assert golden_samples.read(counting, old).data == golden_samples.read(counting, new).data == Counted(12, "heads")


def test_a_version_of_tomorrow_is_told_and_not_guessed(tmp_path: Path) -> None:
    file = tmp_path / "counted.v3.json"
    file.write_text(STORED[0].read_text().partition('"data"')[0] + '"data": {"people": 12, "unit": "heads"}}')
    with pytest.raises(MapperDeserialisationError, match="counted:v3"):
        golden_samples.read(counting, file)


def test_a_new_version_needs_its_upcast() -> None:
    with pytest.raises(TypeError, match="needs an upcast"):

        @event("forgotten", 2, label="Oublié")
        class Forgotten:
            pass
