"""A service that starts on a back-up from before an erasure: it shows nobody who was erased since."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
from pydantic import SecretBytes
from tests.support.servers.served_service import Served, served

from embedded.processes.nats import Nats
from embedded.processes.postgres import Postgres
from intake.main import service
from shared.crypto import ERASED_TEXT

REQUEST = {
    "structure": {
        "name": "Les Jardins de l’Erdre",
        "legal_form": "association",
        "department": "44",
        "siret": "73282932000074",
    },
    "contact": {"name": "Maëlle Kerdoncuff", "function": "Présidente"},
    "need": "Notre modèle économique repose sur une seule subvention.",
}
REASON = {"reason": "Demande reçue par courrier, identité vérifiée."}
KEY = SecretBytes(b"k" * 32)


def named(intake: Served, path: str) -> str:
    return str(intake.by("adviser").get(path).json()["contact"]["name"])


def test_it_shows_her_to_nobody_from_its_first_answer_on(
    database: Callable[..., str], postgres: Postgres, nats: Nats, tmp_path: Path
) -> None:
    outside, url = tmp_path / "outside", database("intake")
    name = url.rpartition("/")[2]

    with served(service, lambda _: url, nats, tmp_path, sealing_key=KEY, erasure_list=outside) as intake:
        path = intake.by("adviser").post("/api/v1/requests", REQUEST).headers["Location"]
        intake.by("adviser").post(f"{path}/withdrawal", {"reason": "Elle n’en a plus besoin."})
    with psycopg.connect(postgres.superuser_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}_backup TEMPLATE {name} OWNER {name}")
    with served(service, lambda _: url, nats, tmp_path, sealing_key=KEY, erasure_list=outside) as intake:
        (somebody,) = intake.by("dpo").post("/api/v1/people/search", {"words": "Kerdoncuff"}).json()
        assert intake.by("dpo").delete(f"/api/v1/people/{somebody['person']}", REASON).status_code == 202
        assert named(intake, path) == ERASED_TEXT

    def started(erasure_list: Path | None) -> str:
        with served(
            service, lambda _: f"{url}_backup", nats, tmp_path, sealing_key=KEY, erasure_list=erasure_list
        ) as it:
            return named(it, path)

    assert started(erasure_list=None) == "Maëlle Kerdoncuff", "the control: the back-up had her key"
    assert started(erasure_list=outside) == ERASED_TEXT
