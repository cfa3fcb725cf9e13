"""The command `dla-intake what-if` on a real log. It writes nothing."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from tests.support.servers.served_service import Serve, Served
from typer.testing import CliRunner

from intake.main import cli, service

# -- the command, on a real log


REQUEST: dict[str, Any] = {
    "structure": {
        "name": "Les Jardins de l’Erdre",
        "legal_form": "association",
        "department": "44",
        "siret": "732 829 320 00074",
        "headcount": 0,
        "fte": 0,
    },
    "contact": {"name": "Maëlle Kerdoncuff", "function": "Présidente", "email": "maelle@example.org"},
    "need": "Première embauche.",
}
TOML = """[[versions]]
version = "essai-1"
since = 2030-01-01

[[versions.criteria]]
code = "existing"
label = "La structure existe déjà"
hard = true
source = "D"

[[versions.criteria]]
code = "ten_years"
label = "Elle a dix ans"
hard = true
question = "Depuis quand ?"
source = "D"
"""


@pytest.fixture
def intake(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> Served:
    running = serve(service)
    running.speak_to(monkeypatch)
    return running


@pytest.fixture
def received(intake: Served) -> str:
    """Of a structure that employs nobody yet, which a manager has let in."""
    adviser = intake.by("adviser")
    path = str(adviser.post("/api/v1/requests", REQUEST).headers["Location"])
    for code, verdict in (("existing", "met"), ("employer", "not_met")):
        body = {"criterion": code, "verdict": verdict, "evidence": "Statuts consultés."}
        assert adviser.post(f"{path}/criteria", body).status_code == 200
    derogation = {"criterion": "employer", "reason": "Première embauche accompagnée."}
    assert intake.by("manager").post(f"{path}/derogations", derogation).status_code == 200
    return path.rpartition("/")[2]


@pytest.fixture
def other(tmp_path: Path) -> Path:
    file = tmp_path / "autres.toml"
    file.write_text(TOML)
    return file


def simulate(*arguments: object) -> Any:
    return CliRunner().invoke(cli, ["what-if", *map(str, arguments)])


def test_it_lists_what_would_differ_and_why(received: str, other: Path) -> None:
    result = simulate("--criteria", other, "--format", "json")
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)
    assert [(row["request"], row["criterion"], row["derogation"]) for row in rows] == [
        (received, "ten_years", "ne peut se dire"),
        (received, "employer", "ne serait plus nécessaire"),
    ]
    assert "1 demandes, 2 différences" in result.stderr
    table = simulate("--criteria", other).stdout
    assert "Pourquoi" in table
    assert "jamais été demandé" in table


def test_a_spreadsheet_reads_it(received: str, other: Path) -> None:
    result = simulate("--criteria", other, "--format", "csv").stdout
    assert result.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(result.removeprefix("\ufeff")), delimiter=";"))
    assert rows[0][0] == "Demande"
    assert len(rows) == 3


def test_since_leaves_out_what_was_received_before(received: str, other: Path) -> None:
    assert json.loads(simulate("--criteria", other, "--format", "json", "--since", "2999-01-01").stdout) == []
    assert len(json.loads(simulate("--criteria", other, "--format", "json", "--since", "2020-01-01").stdout)) == 2


def test_it_writes_nothing(intake: Served, received: str, other: Path) -> None:
    before = intake.everything()
    assert simulate("--criteria", other).exit_code == 0
    assert intake.everything() == before


@pytest.mark.parametrize(
    "content",
    ["", "versions = 3", "[[versions]]\nversion = 'x'", "\x00", TOML.replace("true", '"oui"'), TOML + TOML,
     TOML.replace("essai-1", "2021-1")],
    ids=["empty", "no versions", "half a version", "no TOML", "no truth", "twice", "the name of ours"],
)  # fmt: skip
def test_a_bad_file_is_said_plainly(received: str, other: Path, content: str) -> None:
    other.write_text(content)
    result = simulate("--criteria", other)
    assert result.exit_code == 2
    assert str(other) in result.stderr
    assert result.stdout == ""


def test_a_missing_file_is_said_plainly(received: str, tmp_path: Path) -> None:
    result = simulate("--criteria", tmp_path / "absent.toml")
    assert result.exit_code == 2
    assert "absent.toml" in result.stderr
