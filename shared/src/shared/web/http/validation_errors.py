"""Validation errors in French, field by field, without repeating what was sent."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.kernel import french_words
from shared.kernel.fields import FIRST_YEAR, LAST_YEAR

A_FIELD = re.compile(r"[A-Za-z]+-[A-Za-z-]+|[a-z][a-z0-9_]{0,59}")
"""A field of a body, a parameter, or a header."""
MAX_FINDINGS = 20
"""More help nobody, and a request with thousands of unknown fields would be answered at ten times its length."""
A_DAY = re.compile(r"\d{4}-\d\d-\d\d")
FRENCH = {
    "missing": "ce champ est attendu",
    "extra_forbidden": "ce champ n’existe pas",
    "unexpected_keyword_argument": "ce champ n’existe pas",
    "date_from_datetime_inexact": "une date sans heure (AAAA-MM-JJ) est attendue",
    "string_pattern_mismatch": "ce texte contient des caractères illisibles",
    "string_too_short": "texte trop court (minimum {min_length})",
    "string_too_long": "texte trop long (maximum {max_length})",
    "too_short": "nombre d’éléments trop petit (minimum {min_length})",
    "too_long": "nombre d’éléments trop grand (maximum {max_length})",
    "greater_than_equal": "doit être supérieur ou égal à {ge}",
    "less_than_equal": "doit être inférieur ou égal à {le}",
    "int_parsing": "un nombre entier est attendu",
    "int_type": "un nombre entier est attendu",
    "int_parsing_size": "ce nombre est trop grand",
    "int_from_float": "un nombre entier est attendu",
    "float_type": "un nombre est attendu",
    "float_parsing": "un nombre est attendu",
    "finite_number": "un nombre fini est attendu",
    "string_type": "un texte est attendu",
    "predicate_failed": "ce texte tient sur une seule ligne",
    "string_unicode": "ce texte contient des caractères illisibles",
    "bool_type": "vrai ou faux est attendu",
    "bool_parsing": "vrai ou faux est attendu",
    "uuid_parsing": "un identifiant (UUID) est attendu",
    "uuid_type": "un identifiant (UUID) est attendu",
    "enum": "valeur inconnue\u202f; valeurs permises\u00a0: {expected}",
    "literal_error": "valeur inconnue\u202f; valeurs permises\u00a0: {expected}",
    "date_from_datetime_parsing": "une date (AAAA-MM-JJ) est attendue",
    "date_parsing": "une date (AAAA-MM-JJ) est attendue",
    "date_type": "une date (AAAA-MM-JJ) est attendue",
    "datetime_parsing": "une date et une heure (ISO 8601) sont attendues",
    "datetime_from_date_parsing": "une date et une heure (ISO 8601) sont attendues",
    "timezone_aware": "le fuseau horaire est attendu",
    "list_type": "une liste est attendue",
    "tuple_type": "une liste est attendue",
    "dict_type": "un objet est attendu",
    "dataclass_type": "un objet est attendu",
    "json_invalid": "le JSON est illisible",
}


@dataclass(frozen=True, slots=True)
class Findings:
    """What is wrong in a request: the first `errors`, and how many `more` there are."""

    errors: list[dict[str, str]]
    more: int


def findings(errors: Sequence[Any]) -> Findings:
    """Pydantic's, in French; nothing of what was sent is repeated. `pointer` (RFC 6901) is where in the body, or
    `parameter` which one; `field` says the same to a person."""
    shown = [_finding(*each["loc"]) | {"message": _in_french(each)} for each in errors[:MAX_FINDINGS]]
    return Findings(shown, len(errors) - len(shown))


def summary(errors: list[dict[str, str]]) -> str:
    shown = "\u202f; ".join(f"{e['field']}\u00a0– {e['message']}" for e in errors[:3])
    return f"À corriger\u00a0: {shown}{'…' if len(errors) > 3 else '.'}"


def _finding(where: str | int, *path: str | int) -> dict[str, str]:
    places = [*map(_place, path)]
    field = " › ".join(map(_in_words, places)) or "le corps de la demande"
    if where == "body":
        return {"pointer": "".join(f"/{place}" for place in places), "field": field}
    return {"parameter": ".".join(places), "field": field}


def _in_words(place: str) -> str:
    """The label of a field; the number of an element, counted from 1."""
    return f"n°\u00a0{int(place) + 1}" if place.isdigit() else french_words()["fields"].get(place, place)


def _place(part: str | int) -> str:
    """The name of the field, for a typing error in it; what has not the form of a name could be personal data."""
    return str(part) if isinstance(part, int) or A_FIELD.fullmatch(part) else "…"


def _in_french(error: Mapping[str, Any]) -> str:
    bounds = error.get("ctx", {})
    if any(A_DAY.match(str(bound)) for bound in bounds.values()):
        return f"une date des années {FIRST_YEAR} à {LAST_YEAR} est attendue"
    return FRENCH.get(error["type"], "valeur refusée").format_map(bounds).replace(" or ", " ou ")
