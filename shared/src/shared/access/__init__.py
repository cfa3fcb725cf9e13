"""Rights, the access policy (Cedar), and the access log."""

from shared.access.access_log import TABLE, Consultation, Consultations, Wanted
from shared.access.case_access import follow_in_charge
from shared.access.policy import ARCHIVED, CONFIDENTIAL, Action, Dossier, decided
from shared.access.replicated_rights import follow_register, rights_heard
from shared.access.row_policy import ADVISER, ROWS, SHOWN, Covered, covering, secret_among

__all__ = [
    "ADVISER",
    "ARCHIVED",
    "CONFIDENTIAL",
    "ROWS",
    "SHOWN",
    "TABLE",
    "Action",
    "Consultation",
    "Consultations",
    "Covered",
    "Dossier",
    "Wanted",
    "covering",
    "decided",
    "follow_in_charge",
    "follow_register",
    "rights_heard",
    "secret_among",
]
