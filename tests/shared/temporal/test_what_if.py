"""Reports of a simulation: for a person, a spreadsheet, a program."""

from __future__ import annotations

import json

import pytest

from shared.documents.csv_table import FORMULA_PREFIXES
from shared.temporal import ReportFormat, format_report

COLUMNS = {"who": "Qui", "why": "Pourquoi"}
ROWS = [{"who": "dla-44", "why": "parce que\u202f; « oui »"}, {"who": "x", "why": ""}]


@pytest.mark.parametrize("cell", [f"{prefix}1+1" for prefix in FORMULA_PREFIXES])
def test_a_spreadsheet_runs_no_formula(cell: str) -> None:
    line = format_report(ReportFormat.CSV, COLUMNS, [{"who": cell, "why": "rien"}]).split("\r\n", 1)[1]
    assert line.lstrip('"').startswith(f"'{cell}")


def test_a_spreadsheet_reads_accents_and_semicolons() -> None:
    assert (
        format_report(ReportFormat.CSV, COLUMNS, ROWS)
        == '\ufeffQui;Pourquoi\r\ndla-44;"parce que\u202f; « oui »"\r\nx;\r\n'
    )


def test_a_program_reads_names_of_fields() -> None:
    assert json.loads(format_report(ReportFormat.JSON, COLUMNS, ROWS)) == ROWS


def test_a_person_reads_columns() -> None:
    assert format_report(ReportFormat.TABLE, COLUMNS, ROWS) == "Qui     Pourquoi\ndla-44  parce que\u202f; « oui »\nx\n"
    assert format_report(ReportFormat.TABLE, COLUMNS, []) == "Qui  Pourquoi\n"
