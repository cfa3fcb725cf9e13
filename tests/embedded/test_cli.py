"""What a person types: a token and nothing else, or one paragraph which says what is wrong."""

import json
from io import StringIO
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from rich.console import Console
from typer.testing import CliRunner

from embedded.cli import app
from embedded.demo.script import DEMO
from embedded.identity.issuer import Issuer
from embedded.identity.people import WHERE_TO_BEGIN, development_people, print_people
from embedded.processes import ports

CASE = "0199f0a0-0000-7000-8000-000000000001"


@pytest.fixture
def dla(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    (tmp_path / ".dla").mkdir()
    monkeypatch.chdir(tmp_path)
    return CliRunner()


def test_token_prints_only_a_token_of_the_role_asked_for(dla: CliRunner) -> None:
    printed = dla.invoke(app, ["token", "--role", "leader", "--unit", "dla-44", "--case", CASE, "--name", "Maël"])
    issuer = Issuer(Path(".dla"))
    issuer.publish()
    keys = KeySet.import_key_set(json.loads(issuer.jwks.read_text()))
    claims = jwt.decode(printed.stdout.removesuffix("\n"), keys, algorithms=["ES256"]).claims
    assert (claims["role"], claims["sub"], claims["unit"], claims["case"], claims["name"]) == (
        "leader",
        "dev-leader",
        "dla-44",
        CASE,
        "Maël",
    )


def test_an_unknown_role_is_refused_in_a_sentence(dla: CliRunner) -> None:
    refused = dla.invoke(app, ["token", "--role", "king"])
    assert refused.exit_code == 1
    assert refused.stdout == ""
    assert refused.stderr.startswith("There is no role “king”. The roles are: adviser, ")


def test_a_token_is_made_where_a_stack_was_started(dla: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path("/"))
    refused = dla.invoke(app, ["token", "--role", "adviser"])
    assert refused.exit_code == 1
    assert "There is no .dla here" in refused.stderr


def test_up_says_in_a_paragraph_why_it_cannot_start(dla: CliRunner) -> None:
    (Path(".dla") / "postgres").mkdir()
    refused = dla.invoke(app, ["up"])
    assert refused.exit_code == 1
    assert "cannot be used: it has no PG_VERSION" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_status_says_that_no_stack_runs(dla: CliRunner) -> None:
    refused = dla.invoke(app, ["status"])
    assert refused.exit_code == 1
    assert "No stack runs in .dla: start it with `make up`" in refused.stderr


def test_status_names_a_service_that_does_not_answer(dla: CliRunner, capfd: pytest.CaptureFixture[str]) -> None:
    port = ports.choose_ports({"nobody": None})["nobody"]
    published = {"metrics": {"intake": f"http://127.0.0.1:{port}"}}
    (Path(".dla") / "addresses.json").write_text(json.dumps(published))
    assert dla.invoke(app, ["status"]).exit_code == 1
    assert "does not answer" in capfd.readouterr().out


def test_who_keeps_the_demo_running_reads_whom_to_be_and_where_to_begin() -> None:
    people = development_people(DEMO)
    shown = StringIO()
    print_people(Console(file=shown, width=200), "http://127.0.0.1:1", people)
    lines = shown.getvalue()
    for words in ("http://127.0.0.1:1", "Inès Le Goff", "chargé·e d’accompagnement", "Travail", "Ariane Audren"):
        assert words in lines
    assert "Perrine Launay" not in lines, "she is of the tour"
    everybody = development_people()
    assert {person.role for person in everybody} <= WHERE_TO_BEGIN.keys() and len(everybody) > len(people)
