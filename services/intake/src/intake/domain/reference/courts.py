"""Which court hears a structure in difficulty, by its legal form: a hint that refuses nothing.

Code de commerce: article L. 621-2 for collective proceedings, L. 611-2 and L. 611-2-1 for the court's president
(prevention), to whom L. 611-3 and L. 611-4 refer for the mandat ad hoc and the conciliation."""

from __future__ import annotations

from dataclasses import dataclass

from intake.domain.structure import LegalForm, Structure

COMMERCIAL, JUDICIAL = "commercial_court", "judicial_court"
COURTS = frozenset({COMMERCIAL, JUDICIAL})
"""The targets of orientations that are such courts."""
SOURCE = "Code de commerce, articles L. 611-2, L. 611-2-1 et L. 621-2\u202f; loi n°\u00a02023-1059, article 26"
TEXTS = {
    COMMERCIAL: "La structure a une forme commerciale\u00a0: elle relève en principe du tribunal de commerce.",
    JUDICIAL: "La structure n’exerce en principe ni commerce ni artisanat\u00a0: elle relève du tribunal judiciaire.",
    None: "Sa forme ne suffit pas à le dire\u00a0: le tribunal de commerce si elle est commerçante ou artisane, le "
    "tribunal judiciaire sinon.",
}
EXPERIMENT = (
    "Là où un tribunal des activités économiques l’expérimente (jusqu’à fin 2028), c’est lui, association comprise. "
    "À faire confirmer par le greffe\u00a0: cette indication ne refuse rien."
)
BY_FORM = {
    LegalForm.ASSOCIATION: JUDICIAL,
    LegalForm.FOUNDATION: JUDICIAL,
    LegalForm.MUTUAL: JUDICIAL,
    LegalForm.ESS_COMPANY: COMMERCIAL,
}
COMMERCIAL_COMPANIES = "5"
"""First digit of INSEE's legal categories for commercial companies, cooperative ones included."""
OTHER_PRIVATE_BODIES = ("6", "8", "9")
"""Civil societies and agricultural cooperatives, mutuals, associations and foundations."""


@dataclass(frozen=True, slots=True)
class CourtHint:
    """`target`: the code of the court among the targets of orientations; null where the legal form does not say."""

    target: str | None
    text: str
    source: str


def hint_court(structure: Structure) -> CourtHint:
    """By INSEE's legal category where it is known, else by the legal form: a cooperative may be either."""
    category = structure.legal_category or ""
    if category.startswith(COMMERCIAL_COMPANIES):
        target: str | None = COMMERCIAL
    elif category.startswith(OTHER_PRIVATE_BODIES):
        target = JUDICIAL
    else:
        target = BY_FORM.get(structure.legal_form)
    return CourtHint(target, f"{TEXTS[target]} {EXPERIMENT}", source=SOURCE)
