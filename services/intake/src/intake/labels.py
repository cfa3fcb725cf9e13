"""French labels of intake's codes."""

from __future__ import annotations

from collections.abc import Mapping

from intake.domain.reference.criteria import Verdict
from intake.domain.request.state import DerogationKind, RequestStatus
from intake.domain.structure import LegalForm, Scope

LEGAL_FORMS: Mapping[LegalForm, str] = {
    LegalForm.ASSOCIATION: "association",
    LegalForm.COOPERATIVE: "coopérative",
    LegalForm.MUTUAL: "mutuelle",
    LegalForm.FOUNDATION: "fondation",
    LegalForm.ESS_COMPANY: "société commerciale de l’économie sociale et solidaire",
    LegalForm.SIAE: "structure d’insertion par l’activité économique",
    LegalForm.OTHER: "autre forme",
}
SCOPES: Mapping[Scope, str] = {Scope.LOCAL: "locale", Scope.REGIONAL: "plusieurs départements, réseau ou fédération"}
VERDICTS: Mapping[Verdict, str] = {
    Verdict.MET: "rempli",
    Verdict.NOT_MET: "non rempli",
    Verdict.UNKNOWN: "à établir",
}
DEROGATIONS: Mapping[DerogationKind, str] = {
    DerogationKind.FIRST_TIME_EMPLOYER: "premier emploi",
    DerogationKind.GROUPING: "groupement",
    DerogationKind.NETWORK: "réseau",
    DerogationKind.JOBS_TO_SAVE: "emplois à sauver",
}
STATUSES: Mapping[RequestStatus, str] = {
    RequestStatus.NEW: "à recevoir",
    RequestStatus.RECEIVED: "demande reçue, à l’étude",
    RequestStatus.ADMITTED: "admise dans le DLA",
    RequestStatus.ORIENTED: "orientée vers d’autres acteurs",
    RequestStatus.NOT_ADMITTED: "non admise, sans orientation",
    RequestStatus.TRANSFERRED: "transférée à une autre unité",
    RequestStatus.WITHDRAWN: "demande retirée par la structure",
    RequestStatus.CLOSED: "dossier clos",
}
