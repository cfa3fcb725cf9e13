"""CSV responses, for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fastapi import Response

from shared.documents import CsvCell, write_csv


class CsvResponse(Response):
    media_type = "text/csv; charset=utf-8"


def csv_file(name: str, header: Sequence[str], rows: Iterable[Sequence[CsvCell]]) -> CsvResponse:
    """`name` is ours: letters, digits and hyphens."""
    disposition = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return CsvResponse(write_csv(header, rows), headers=disposition)
