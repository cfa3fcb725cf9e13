"""Cases of a region, played through its API: a request that is admitted, so that diagnostic opens a diagnosis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from deploy.hub.demo.deployment import DemoDeployment, wait_until
from embedded.demo.placeholders import fictional_numbers
from embedded.identity.issuer import Issuer

CRITERIA = ("existing", "employer", "ess", "employment_need")
REACTION_SECONDS = 60.0


@dataclass(frozen=True)
class Values:
    """What is personal in the cases of a region: made so that they stand nowhere else."""

    region: str

    @property
    def name(self) -> str:
        return f"Maïwenn Quiliquini-{self.region.title()}"

    @property
    def email(self) -> str:
        return f"maiwenn.quiliquini@{self.region}.example.org"

    @property
    def phone(self) -> str:
        return "02 40 00 17 71"

    @property
    def need(self) -> str:
        return f"Notre trésorière nous quitte et la banque de {self.region} s’inquiète de nos salaires."

    @property
    def notes(self) -> str:
        return f"Deux personnes de {self.region} pensent démissionner avant l’été."

    @property
    def all(self) -> tuple[str, ...]:
        return (self.name, self.email, self.phone, self.need, self.notes)


class Cases:
    """`unit`: of the region's adviser."""

    def __init__(self, deployment: DemoDeployment, region: str, unit: str, issuer: Issuer) -> None:
        self._deployment, self.unit, self.values = deployment, unit, Values(region)
        token = issuer.mint("adviser", subject=f"adviser-{region}", unit=unit, hours=1)
        self._http = httpx.Client(
            base_url=deployment.address("intake"),
            headers={"Authorization": f"Bearer {token}"},
            trust_env=False,
            timeout=30,
        )
        self._numbers: Iterator[tuple[str, str]] = fictional_numbers(len(region) + sum(map(ord, region)))
        self.played: list[str] = []
        self.structures: list[str] = []
        """Their names, which a region's lists hold in clear and no event carries out of it."""

    def close(self) -> None:
        self._http.close()

    def play(self, number: int) -> None:
        """So many cases, and waits until diagnostic, where it runs, has opened each."""
        begun = [self._play_one() for _ in range(number)]
        self.played += begun
        if "diagnostic" not in self._deployment.services:
            return
        wait_until(lambda: self._diagnoses(begun) == number, f"{number} diagnoses", REACTION_SECONDS)

    def read_back(self) -> str:
        """The dossier of the first case as an adviser reads it: the personal values are in it."""
        return self._http.get(f"/api/v1/requests/{self.played[0]}").raise_for_status().text

    def _play_one(self) -> str:
        values, (siret, _) = self.values, next(self._numbers)
        self.structures.append(f"Atelier du Quai {siret[-6:]}")
        case = self._post(
            "/api/v1/requests",
            {
                "need": values.need,
                "contact": {
                    "name": values.name,
                    "function": "Présidente",
                    "email": values.email,
                    "phone": values.phone,
                },
                "structure": {
                    "name": self.structures[-1],
                    "legal_form": "association",
                    "department": self.unit.removeprefix("dla-"),
                    "commune": "Bourg",
                    "siret": siret,
                    "headcount": 12,
                    "fte": 9.5,
                },
            },
        )["id"]
        meeting = {
            "held_on": datetime.now(UTC).date().isoformat(),
            "participants": [{"name": values.name}],
            "notes": values.notes,
        }
        self._post(f"/api/v1/requests/{case}/meetings", meeting)
        for criterion in CRITERIA:
            body = {"criterion": criterion, "verdict": "met", "evidence": "Vu sur pièces."}
            self._post(f"/api/v1/requests/{case}/criteria", body)
        self._post(f"/api/v1/requests/{case}/admission", {"reason": "Besoin clair, utilité reconnue."})
        return str(case)

    def _post(self, path: str, body: object) -> dict[str, str]:
        answer: dict[str, str] = self._http.post(path, json=body).raise_for_status().json()
        return answer

    def _diagnoses(self, cases: list[str]) -> int:
        statement = "SELECT count(DISTINCT case_id) FROM diagnostic_events WHERE case_id = ANY(%s::uuid[])"
        ((found,),) = self._deployment.query("diagnostic", statement, cases)
        return int(found)
