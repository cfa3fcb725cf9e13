"""Where does each service show a dossier, and under which name does the console?"""

from __future__ import annotations

from dataclasses import dataclass

from shared.kernel import CASE_PATHS, SERVICE_LABELS


@dataclass(frozen=True, slots=True)
class Place:
    """`path`: of the API, with the dossier’s id and that of what stands beside it."""

    service: str
    title: str
    path: str

    def of(self, case: object, stream: object) -> str:
        return self.path.format(case=case, stream=stream)


def _phase(service: str) -> Place:
    return Place(service, SERVICE_LABELS[service], path=CASE_PATHS[service] + "/{case}")


PLACES = {
    "accueil": _phase("intake"),
    "diagnostic": _phase("diagnostic"),
    "parcours": _phase("parcours"),
    "suivi": _phase("followup"),
}
BESIDE = {
    "orientation": Place("intake", "Orientation", path="/api/v1/requests/{case}/orientations/{stream}"),
    "consultation": Place("parcours", "Consultation", path="/api/v1/parcours/{case}/consultations/{stream}"),
}
"""What has versions of its own within a dossier."""
BEGUN_BY = {"orientation-proposed": "orientation", "consultation-opened": "consultation"}
OF_SERVICE = {place.service: name for name, place in PLACES.items()}
