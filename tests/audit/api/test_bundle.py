"""Bundle of a case over HTTP and by `export`: complete, verifiable, and no more than its reader may see."""

from __future__ import annotations

import json
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.support.histories import confidential_case
from tests.support.samples.sample_services import eventually
from tests.support.servers.running_witness import COSIGNER, ELEVEN, SIGNER
from tests.support.servers.served_service import Client, Served, listening, served
from typer.testing import CliRunner

from audit import domain
from audit.bundle.verify import VerifiedBundle, verify_bundle
from audit.key_succession import replace_key
from audit.ledger.integrator import integrate
from audit.ledger.settings import LedgerSettings
from audit.ledger.signing import CheckpointSigner
from audit.ledger.store import Ledger
from audit.ledger.witnesses import register_witnesses
from audit.main import cli
from audit.main import service as audit_service
from audit.reactions import receive_event
from audit.tlog import VerificationError
from audit.verify import main
from embedded.processes.nats import Nats
from intake.main import service as intake_service
from shared.access import AccessLog, AccessLogQuery
from shared.contracts.intake import RequestOriented
from shared.eventlog import ServiceApplication
from shared.kernel import Actor, Role
from shared.messaging import ToIntegrationEvent, messages_of
from shared.web.limits import LARGE_FILES, SlotLimits, Slots

RECEIVED: dict[str, Any] = {
    "structure": {
        "name": "Les Jardins de l’Erdre",
        "legal_form": "association",
        "department": "44",
        "headcount": 12,
        "fte": 9.5,
    },
    "contact": {"name": "Maëlle Kerdoncuff", "function": "Présidente", "email": "maelle@example.org"},
    "need": "Notre modèle économique repose sur une seule subvention.",
}


@pytest.fixture
def intake(database: Callable[..., str], nats: Nats, tmp_path: Path) -> Iterator[Served]:
    folder = tmp_path / "intake"
    folder.mkdir()
    with listening(intake_service, database, nats, folder) as running:
        yield running


@pytest.fixture
def audit(database: Callable[..., str], nats: Nats, tmp_path: Path, intake: Served) -> Iterator[Served]:
    """It trusts the same issuer as intake, whose address it knows."""
    feeds = {"intake": str(intake.http.base_url)}
    jwks = str(tmp_path / "intake" / "jwks.json")
    with served(audit_service, database, nats, tmp_path, feeds=feeds, jwks=jwks) as running:
        yield Served(running.http, intake.issuer, running.web, running.settings)


@pytest.fixture
def case(intake: Served) -> UUID:
    """A request with a meeting, in intake alone; another case beside it."""
    adviser = intake.by("adviser")
    ids = []
    for name, rna in (("Les Jardins de l’Erdre", "W442001234"), ("L’Atelier du Marais", "W442005678")):
        received = RECEIVED | {"structure": RECEIVED["structure"] | {"name": name, "rna": rna}}
        answer = adviser.post("/api/v1/requests", received)
        assert answer.status_code == 201, answer.text
        ids.append(UUID(answer.json()["id"]))
    meeting = {
        "held_on": "2026-03-02",
        "participants": [{"name": "Maëlle Kerdoncuff"}],
        "notes": "Le besoin se précise.",
    }
    answer = adviser.post(f"/api/v1/requests/{ids[0]}/meetings", meeting)
    assert answer.status_code == 200, answer.text
    return ids[0]


def replicate(
    audit: Served, intake: Served, published: ToIntegrationEvent = intake_service.to_integration_event
) -> None:
    """Audit receives what intake has recorded."""
    application, log = audit.application, intake.application
    messages = messages_of(log, published, log.recorder.select_notifications(1, 1000))
    for message in messages:
        command = receive_event(message).command
        context = application.context(message.header.case, Actor("service:audit", Role.SERVICE), message.header.id)
        application.handle(domain.decider, message.header.id, command, context)


def sign(audit: Served, checkpoint_signer: CheckpointSigner) -> None:
    while integrate(audit.application):
        pass
    checkpoint_signer.sign(audit.application)


@pytest.fixture
def case_id(audit: Served, intake: Served, checkpoint_signer: CheckpointSigner, case: UUID) -> UUID:
    replicate(audit, intake)
    sign(audit, checkpoint_signer)
    return case


def download(reader: Client, case: UUID) -> VerifiedBundle:
    answer = reader.get(f"/api/v1/cases/{case}/bundle")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    return verify_bundle(answer.content)


def test_an_auditor_takes_a_case_away_and_it_holds(audit: Served, case_id: UUID) -> None:
    verified = download(audit.by("auditor"), case_id)
    assert verified.bundle.events[0].description.label == "Demande reçue"
    assert {header.case for header in verified.headers} == {case_id}
    contents = [json.loads(event.content or b"") for event in verified.bundle.events]
    assert contents[0]["data"]["structure"]["name"] == "Les Jardins de l’Erdre"
    values = [value for event in verified.bundle.events for value in event.description.values.values()]
    assert "Le besoin se précise." in values
    assert "Le besoin se précise." not in str(contents)
    address = f"/api/v1/cases/{case_id}/bundle"
    opened, sealed_file = (audit.by("auditor").get(address, sealed=sealed).content for sealed in ("false", "true"))
    for result in ("Le besoin se précise.", "Maëlle Kerdoncuff", "maelle@example.org"):
        assert result.encode() in opened
        assert result.encode() not in sealed_file, "a file for archives outlives no erasure"
    assert verify_bundle(sealed_file).bundle.sealed
    assert any(name.startswith("schemas/intake.request-received.v") for name in verified.bundle.schemas)


def test_what_events_told_to_all_goes_with_their_contents_and_with_nothing_else(
    audit: Served, intake: Served, checkpoint_signer: CheckpointSigner, case: UUID
) -> None:
    replicate(audit, intake, lambda *_: RequestOriented(orientations=2))
    sign(audit, checkpoint_signer)
    bodies = [(event.body or b"").split(b"\n")[-1] for event in download(audit.by("auditor"), case).bundle.events]
    assert set(bodies) == {b'{"orientations": 2}'}
    verified = download(audit.by("dpo"), case)
    assert {event.body for event in verified.bundle.events} == {None}
    assert b"orientations" not in b"".join(bytes(event.opening) for event in verified.bundle.events)


def test_a_file_carries_what_witnesses_said_and_which_keys_signed(
    audit: Served, case_id: UUID, checkpoint_file: Path, tmp_path: Path
) -> None:
    app, key = audit.application, tmp_path / "new"
    key.write_text(b64encode(sha256(b"n").digest()).decode())
    key.chmod(0o600)
    register_witnesses(app, [COSIGNER.witness_key], 1)
    settings = LedgerSettings(origin="registre.example/dla", key_file=key)
    replace_key(app, settings, str(SIGNER.verifier), "Une clé plus sûre.", None, checkpoint_file)
    newest = Ledger(app.recorder).newest_checkpoint()
    assert newest is not None
    line = COSIGNER.cosign(newest.note.partition("\n\n")[0] + "\n", ELEVEN)
    Ledger(app.recorder).add_cosignature(newest.size, str(COSIGNER.witness_key), line)
    verified = download(audit.by("auditor"), case_id)
    assert [(report.key, report.cosigned_at and report.cosigned_at.timestamp()) for report in verified.witnesses] == [
        (COSIGNER.witness_key, ELEVEN)
    ]
    assert [link.reason for link in verified.successions] == ["Une clé plus sûre."]
    assert verified.key == settings.signer().verifier


def test_the_same_file_is_given_twice(audit: Served, case_id: UUID) -> None:
    auditor = audit.by("auditor")
    address = f"/api/v1/cases/{case_id}/bundle"
    assert auditor.get(address).content == auditor.get(address).content


def test_whom_the_service_shows_nothing_gets_headers_and_proofs(audit: Served, case_id: UUID) -> None:
    """The DPO reads what happened, and intake does not show it the contents."""
    verified = download(audit.by("dpo"), case_id)
    assert [event.content for event in verified.bundle.events] == [None] * len(verified.headers)
    assert not verified.bundle.services["intake"].shown
    assert "Votre rôle ne permet pas" in verified.bundle.services["intake"].answer


def test_of_a_confidential_case_auditors_take_headers_and_proofs_away_and_the_others_what_they_did(
    audit: Served,
    intake: Served,
    checkpoint_signer: CheckpointSigner,
    case: UUID,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    adviser = intake.by("adviser")
    assert adviser.post(f"/api/v1/requests/{case}/confidentiality", confidential_case.REASONS).status_code == 200
    replicate(audit, intake)
    sign(audit, checkpoint_signer)
    address = f"/api/v1/cases/{case}/bundle"
    assert audit.by("auditor").because(None).get(address).status_code == 428
    for role in ("auditor", "dpo"):
        verified = download(audit.by(role), case)
        assert [event.description.label for event in verified.bundle.events][-1] == "Dossier rendu confidentiel"
        assert not any(event.content or event.body or event.description.values for event in verified.bundle.events)
        assert [*verified.bundle.schemas] == ["schemas/en-tete.json"]
        (reading,) = verified.bundle.services.values()
        assert (reading.shown, "Ce dossier est confidentiel" in reading.answer) == (False, True)
    file = tmp_path / "dossier.zip"
    file.write_bytes(audit.by("auditor").get(address).content)
    assert main([str(file)]) == 0
    assert "les contenus de Accueil, qui n’ont pas été montrés. Action non permise" in capsys.readouterr().out
    for reader in (audit.by("adviser"), audit.by("manager"), audit.by("leader", unit=None, case=str(case))):
        assert download(reader, case).bundle.events[0].content, "as of any other case"
    for reader in (audit.by("adviser", subject="another"), audit.by("regional", units=["dla-44"])):
        answer = reader.get(address)
        assert answer.status_code == 404
    assert audit.by("auditor", unit=None, units=["dla-75"]).get(address).text == answer.text
    lifted = f"/api/v1/requests/{case}/confidentiality/lifting"
    assert intake.by("manager").post(lifted, {"reason": "La procédure est close."}).status_code == 200
    events = download(audit.by("auditor"), case).bundle.events
    assert events[0].content is None, "intake, which would show it, is not asked"


def test_who_may_not_see_the_case_gets_nothing(audit: Served, case_id: UUID) -> None:
    address = f"/api/v1/cases/{case_id}/bundle"
    assert audit.anonymous().get(address).status_code == 401
    for role in ("pilot", "ops", "provider"):
        assert audit.by(role, case=str(case_id)).get(address).status_code == 403
    assert audit.by("leader", unit=None, case=str(uuid4())).get(address).status_code == 403
    assert audit.by("leader", unit=None, case=str(case_id)).get(address).status_code == 200
    assert audit.by("auditor").get(f"/api/v1/cases/{uuid4()}/bundle").status_code == 404


def test_what_is_not_signed_yet_is_waited_for(
    audit: Served, intake: Served, checkpoint_signer: CheckpointSigner, case: UUID
) -> None:
    replicate(audit, intake)
    for _ in ("not integrated", "not signed"):
        answer = audit.by("auditor").get(f"/api/v1/cases/{case}/bundle")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
        integrate(audit.application)
    sign(audit, checkpoint_signer)
    download(audit.by("auditor"), case)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            "UPDATE {events} SET state = convert_to(replace(convert_from(state, 'UTF8'), 'Erdre', 'Loire'), 'UTF8')"
            " WHERE topic LIKE 'request-received%%' AND case_id = %s",
            "altéré",
        ),
        ("UPDATE {events} SET state = 'rien' WHERE topic LIKE 'request-received%%' AND case_id = %s", "altéré"),
        ("DELETE FROM {events} WHERE topic LIKE 'meeting-recorded%%' AND case_id = %s", "ce contenu manque"),
        ("DELETE FROM {events} WHERE case_id = %s", "ce contenu manque"),
    ],
)
def test_what_was_altered_in_a_service_since_is_named(
    audit: Served, intake: Served, case_id: UUID, statement: str, words: str
) -> None:
    """The file is given all the same: it is the evidence."""
    intake.application.recorder.fetch(statement, (case_id,))
    answer = audit.by("auditor").get(f"/api/v1/cases/{case_id}/bundle")
    assert answer.status_code == 200, answer.text
    with pytest.raises(VerificationError, match=words) as refusal:
        verify_bundle(answer.content)
    assert "contenus/" in str(refusal.value)


def test_an_erased_value_is_said_to_be_erased_and_the_proofs_still_hold(
    audit: Served, intake: Served, case_id: UUID
) -> None:
    log: ServiceApplication = intake.application
    log.recorder.fetch("UPDATE {schema}.data_keys SET wrapped = NULL WHERE key_id = %s", (case_id,))
    log.key_store.evict()
    verified = download(audit.by("auditor"), case_id)
    values = [value for event in verified.bundle.events for value in event.description.values.values()]
    assert None in values
    assert "Le besoin se précise." not in values


def test_a_service_that_does_not_answer_is_said_and_no_half_file_is_given(
    database: Callable[..., str],
    nats: Nats,
    tmp_path: Path,
    intake: Served,
    checkpoint_signer: CheckpointSigner,
    checkpoint_file: Path,
    case: UUID,
) -> None:
    jwks = str(tmp_path / "intake" / "jwks.json")
    for feeds in ({"intake": "http://127.0.0.1:9"}, {}):
        with served(audit_service, database, nats, tmp_path, feeds=feeds, jwks=jwks) as running:
            alone = Served(running.http, intake.issuer, running.web, running.settings)
            replicate(alone, intake)
            checkpoint_file.unlink(missing_ok=True)
            sign(alone, checkpoint_signer)
            answer = alone.by("auditor").get(f"/api/v1/cases/{case}/bundle")
            assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (503, "service-unavailable")
            assert "Accueil" in answer.json()["detail"]


def consultations(running: Served) -> list[dict[str, Any]]:
    return AccessLog(running.application, timedelta(days=365)).entries(
        AccessLogQuery(actor=running.id_of("some-auditor"))
    )


def test_the_command_writes_the_file_and_verifies_it(
    database: Callable[..., str],
    nats: Nats,
    tmp_path: Path,
    intake: Served,
    checkpoint_signer: CheckpointSigner,
    case: UUID,
) -> None:
    feeds, jwks = {"intake": str(intake.http.base_url)}, str(tmp_path / "intake" / "jwks.json")
    folder = tmp_path / "audit"
    folder.mkdir()
    with listening(audit_service, database, nats, folder, feeds=feeds, jwks=jwks) as running:
        replicate(running, intake)
        sign(running, checkpoint_signer)
        token = intake.issuer.mint("auditor", subject="some-auditor", unit="dla-44")
        out = tmp_path / "dossier.zip"
        arguments = ["export", str(case), "--out", str(out), "--token", token, "--url", str(running.http.base_url)]
        unexplained = CliRunner().invoke(cli, arguments)
        assert (unexplained.exit_code, out.exists()) == (1, False)
        assert "Pourquoi consultez-vous ce dossier" in unexplained.output
        arguments += ["--reason", "Contrôle sur pièces"]
        result = CliRunner().invoke(cli, arguments)
        assert result.exit_code == 0, result.output
        assert "VÉRIFIÉ" in result.output
        (here,), (there,) = (consultations(each) for each in (running, intake))
        assert (here["reason"], here["correlation"]) == (there["reason"], there["correlation"])
        assert here["reason"] == "Contrôle sur pièces"
        assert CliRunner().invoke(cli, ["verify", str(out)]).exit_code == 0
        assert CliRunner().invoke(cli, arguments).exit_code == 1  # it overwrites nothing
        arguments[3] = str(tmp_path / "scelle.zip")
        sealed = CliRunner().invoke(cli, [*arguments, "--sealed"])
        assert sealed.exit_code == 0, sealed.output
        assert "valeurs scellées\u00a0: ce fichier ne les ouvre pas" in sealed.output
        arguments[1], arguments[3] = str(uuid4()), str(tmp_path / "autre.zip")
        refusal = CliRunner().invoke(cli, arguments)
        assert refusal.exit_code == 1
        assert "Dossier inconnu" in refusal.output
        assert not (tmp_path / "autre.zip").exists()


def test_stored_bytes_are_shown_to_who_reads_the_case(intake: Served, case: UUID) -> None:
    address = f"/api/v1/requests/{case}/stored"
    response: Any = intake.by("adviser").get(address).json()
    history = intake.by("adviser").get(f"/api/v1/requests/{case}/history").json()
    assert [event["position"] for event in response["events"]] == [event["position"] for event in history]
    assert intake.by("pilot").get(address).status_code == 403
    assert intake.by("leader", case=str(uuid4())).get(address).status_code == 403
    assert intake.by("auditor").get(f"/api/v1/requests/{uuid4()}/stored").status_code == 404


def test_of_one_person_s_bundles_one_at_a_time_is_in_memory(audit: Served, case_id: UUID) -> None:
    """Six at once took 463 MB."""
    auditor, address = audit.by("auditor"), f"/api/v1/cases/{case_id}/bundle"
    audit.web.state.large_file_slots = Slots(SlotLimits(total=1, each=0, waiting=0, wait_seconds=0))
    refused = auditor.get(address)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "5")
    audit.web.state.large_file_slots = slots = Slots(LARGE_FILES)
    with ThreadPoolExecutor(6) as at_once:
        answers = Counter(each.status_code for each in at_once.map(lambda _: auditor.get(address), range(6)))
    assert answers[200] >= 1 + LARGE_FILES.waiting and answers.keys() <= {200, 429}
    eventually(lambda: slots.in_use == 0)
