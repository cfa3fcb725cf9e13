"""Writes src/intake/reference/data/*.csv: python update_reference_data.py COMMUNES.json ACTIVITIES.json

COMMUNES.json is data/communes.json of the npm package @etalab/decoupage-administratif (its version has the year);
ACTIVITIES.json is index.json of the npm package @socialgouv/codes-naf."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable
from pathlib import Path

DATA = Path(__file__).parent / "src" / "intake" / "reference" / "data"
KINDS = {
    "commune-actuelle": "COM",
    "commune-deleguee": "COMD",
    "commune-associee": "COMA",
    "arrondissement-municipal": "ARM",
}
EXCLUDED_PREFIXES = ("984", "989")
"""The Terres australes et antarctiques, and Clipperton: no structure employs anybody there."""


def communes(file: Path) -> Iterable[tuple[str, ...]]:
    yield "TYPECOM", "COM", "DEP", "LIBELLE", "COMPARENT", "POSTCODES"
    entries = [each for each in json.loads(file.read_text()) if not _is_excluded(each["code"])]
    current = {each["code"] for each in entries if each["type"] == "commune-actuelle"}
    for each in sorted(entries, key=lambda each: each["code"]):
        if each["type"] != "commune-actuelle" and each["code"] in current:
            continue  # the delegated commune at the centre of a commune has its code
        parent, name = each.get("commune") or each.get("chefLieu") or "", each["nom"].replace("'", "’")
        postcodes = " ".join(each.get("codesPostaux", ()))
        yield KINDS[each["type"]], each["code"], each["departement"], name, parent, postcodes


def activities(file: Path) -> Iterable[tuple[str, ...]]:
    yield "Code", "Libellé"
    for each in json.loads(file.read_text()):
        if len(each["id"]) == 6:
            yield each["id"], " ".join(each["label"].split()).replace("'", "’").replace(" ;", "\u202f;")


def _is_excluded(code: str) -> bool:
    return code.startswith(EXCLUDED_PREFIXES)


def _write(name: str, rows: Iterable[tuple[str, ...]]) -> None:
    with (DATA / name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


if __name__ == "__main__":
    _write("communes.csv", communes(Path(sys.argv[1])))
    _write("activities.csv", activities(Path(sys.argv[2])))
