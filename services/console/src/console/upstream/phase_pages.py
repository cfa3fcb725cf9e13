"""The pages of a case: for each service, its API path and the name that the console gives it."""

from __future__ import annotations

from dataclasses import dataclass

from shared.kernel import CASE_PATHS, SERVICE_LABELS


@dataclass(frozen=True, slots=True)
class PhasePage:
    """`path`: of the API, with placeholders for the case's id and for the child aggregate's (`stream`)."""

    service: str
    title: str
    path: str

    def path_of(self, case: object, stream: object) -> str:
        return self.path.format(case=case, stream=stream)


def _phase_page(service: str) -> PhasePage:
    return PhasePage(service, SERVICE_LABELS[service], path=CASE_PATHS[service] + "/{case}")


CASE_PAGES = {
    "accueil": _phase_page("intake"),
    "diagnostic": _phase_page("diagnostic"),
    "parcours": _phase_page("parcours"),
    "suivi": _phase_page("followup"),
}
CHILD_PAGES = {
    "orientation": PhasePage("intake", "Orientation", path="/api/v1/requests/{case}/orientations/{stream}"),
    "tender": PhasePage("parcours", "Consultation de prestataires", path="/api/v1/parcours/{case}/tenders/{stream}"),
}
"""Child aggregates of a case, with versions of their own."""
CHILD_OPENED_BY = {"orientation-proposed": "orientation", "tender-opened": "tender"}
PAGE_OF_SERVICE = {place.service: name for name, place in CASE_PAGES.items()}
