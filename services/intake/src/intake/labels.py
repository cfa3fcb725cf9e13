"""How are intake's codes said in French?"""

from __future__ import annotations

from collections.abc import Mapping

from intake.domain.commands import Ending
from intake.domain.difficulty import Cause, Lasting, Level
from intake.domain.eligibility import DerogationKind
from intake.domain.reference.criteria import Verdict
from intake.domain.state import Status
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
LEVELS: Mapping[Level, str] = {
    Level.NONE: "aucune difficulté",
    Level.WEAK_SIGNALS: "signaux faibles",
    Level.PROVEN: "difficultés avérées",
    Level.CRITICAL: "situation critique",
    Level.INSOLVENT: "cessation des paiements",
}
LASTINGS: Mapping[Lasting, str] = {Lasting.ONE_OFF: "conjoncturelle", Lasting.STRUCTURAL: "structurelle"}
CAUSES: Mapping[Cause, str] = {
    Cause.ACTIVITY: "activité",
    Cause.PUBLIC_FUNDING: "financements publics",
    Cause.CASH: "trésorerie",
    Cause.COSTS: "charges",
    Cause.BUSINESS_MODEL: "modèle économique",
    Cause.GOVERNANCE: "gouvernance",
    Cause.HUMAN_RESOURCES: "ressources humaines",
    Cause.OUTSIDE_EVENT: "événement extérieur",
    Cause.OTHER: "autre cause",
}
STATUSES: Mapping[Status, str] = {
    Status.NEW: "à recevoir",
    Status.RECEIVED: "demande reçue, à l’étude",
    Status.ADMITTED: "admise dans le DLA",
    Status.ORIENTED: "orientée vers d’autres acteurs",
    Status.TRANSFERRED: "transférée à une autre unité",
    Status.WITHDRAWN: "demande retirée par la structure",
    Status.CLOSED: "dossier clos",
}
ENDINGS: Mapping[Ending, str] = {
    Ending.FOLLOWED_UP: "suivi mené à son terme",
    Ending.ABANDONED: "parcours abandonné",
    Ending.GIVEN_UP: "renoncement avant le parcours",
}
