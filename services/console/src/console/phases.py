"""Where does each service show a dossier, and under which name does the console?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """`path`: of the API, with the dossier’s id and that of what stands beside it."""

    service: str
    title: str
    path: str

    def of(self, case: object, stream: object) -> str:
        return self.path.format(case=case, stream=stream)


PLACES = {
    "accueil": Place("intake", "Accueil", path="/api/v1/requests/{case}"),
    "diagnostic": Place("diagnostic", "Diagnostic partagé", path="/api/v1/diagnoses/{case}"),
    "parcours": Place("parcours", "Parcours", path="/api/v1/parcours/{case}"),
    "suivi": Place("followup", "Suivi et consolidation", path="/api/v1/follow-ups/{case}"),
}
BESIDE = {
    "orientation": Place("intake", "Orientation", path="/api/v1/requests/{case}/orientations/{stream}"),
    "consultation": Place("parcours", "Consultation", path="/api/v1/parcours/{case}/consultations/{stream}"),
}
"""What has versions of its own within a dossier."""
BEGUN_BY = {"orientation-proposed": "orientation", "consultation-opened": "consultation"}
OF_SERVICE = {place.service: name for name, place in PLACES.items()}
