"""Case tables in SQL: how append.sql makes them and writes their rows."""

from __future__ import annotations

from shared.kernel import CaseTable


def create_case_table(table: CaseTable) -> str:
    columns = ", ".join(
        f"{name} {kind}{'' if name in table.nullable else ' NOT NULL'}" for name, kind in table.columns.items()
    )
    return f"CREATE TABLE IF NOT EXISTS {{schema}}.{table.name} (case_id uuid PRIMARY KEY, {columns});"


def write_case_rows(table: CaseTable) -> str:
    columns = ", ".join(table.columns)
    typed = ", ".join(f"{name} {kind}" for name, kind in table.columns.items())
    changes = ", ".join(f"{name} = excluded.{name}" for name in table.columns)
    return (
        f"    IF extras ? '{table.name}' THEN\n"  # noqa: S608  our own words
        f"        INSERT INTO {{schema}}.{table.name} (case_id, {columns}) SELECT case_id, {columns}\n"
        f"        FROM jsonb_to_recordset(extras->'{table.name}') AS r(case_id uuid, {typed}) ORDER BY case_id\n"
        f"        ON CONFLICT (case_id) DO UPDATE SET {changes};\n"
        "    END IF;"
    )
