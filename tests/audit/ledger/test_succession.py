"""Replacing the signing key: the succession is published, and refused when anything differs."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from tests.support.histories.audit_events import receive_events
from tests.support.samples import sample_bundle
from tests.support.servers.served_service import Served
from typer.testing import CliRunner

from audit.bundle.archive import pack
from audit.bundle.verify import verify_bundle
from audit.bundle.write import build_entries
from audit.key_succession import SuccessionRefused, replace_key
from audit.ledger.integrator import integrate
from audit.ledger.settings import LedgerSettings
from audit.ledger.signing import CheckpointSigner, SigningRefusal, SigningRefused
from audit.ledger.store import Ledger
from audit.ledger.succession import PublishedKey, Succession, parse_published_keys, parse_succession, verify_chain
from audit.main import cli
from audit.reconcile.finding import FindingKind
from audit.reconcile.ledger_check import check_ledger
from audit.tlog import (
    Checkpoint,
    Signer,
    VerificationError,
    decode_text,
    parse_verifier,
    verify_append_only,
    verify_checkpoint,
)
from audit.verify import main
from shared.eventlog import ServiceApplication

ORIGIN = "registre.example/dla"
OLD, NEW = Signer(ORIGIN, bytes(range(32))), Signer(ORIGIN, sha256(b"n").digest())
REASON = "Clé perdue dans l’incendie de la salle."
Succeed = Callable[..., Succession]


def key_file(file: Path, seed: bytes) -> Path:
    file.write_text(b64encode(seed).decode())
    file.chmod(0o600)
    return file


@pytest.fixture
def old_file(tmp_path: Path) -> Path:
    return key_file(tmp_path / "old", bytes(range(32)))


@pytest.fixture
def settings(tmp_path: Path) -> LedgerSettings:
    return LedgerSettings(origin=ORIGIN, key_file=key_file(tmp_path / "new", sha256(b"n").digest()))


@pytest.fixture
def succeed(
    app: ServiceApplication, checkpoint_signer: CheckpointSigner, settings: LedgerSettings, checkpoint_file: Path
) -> Succeed:
    """A ledger of five leaves, signed with the old key, which is to be succeeded."""
    receive_events(app, 5)
    integrate(app)
    checkpoint_signer.sign(app)

    def done(
        old: str = str(OLD.verifier), reason: str = REASON, key: Path | None = None, kept: Path | None = checkpoint_file
    ) -> Succession:
        return replace_key(app, settings, old, reason, key, kept)

    return done


def unchanged(app: ServiceApplication) -> bool:
    signed = Ledger(app.recorder).newest_checkpoint()
    return signed is not None and signed.key == str(OLD.verifier) and Ledger(app.recorder).successions() == []


def test_another_key_takes_over_with_the_same_tree_and_goes_on(
    audit: Served,
    app: ServiceApplication,
    succeed: Succeed,
    checkpoint_signer: CheckpointSigner,
    settings: LedgerSettings,
    old_file: Path,
) -> None:
    http = audit.anonymous()
    older = http.get("/tlog/checkpoint").text
    done = succeed(key=old_file)
    assert (done.signed_by_old, done.checkpoint.size) == (True, 5)
    assert http.get("/tlog/key").text == f"{NEW.verifier}\n{OLD.verifier} until 5\n"
    changed = http.get("/tlog/successions").text
    assert parse_succession(changed) == done
    assert REASON in changed
    newer = http.get("/tlog/checkpoint").text
    assert verify_checkpoint(newer, [NEW.verifier]) == verify_checkpoint(older, [OLD.verifier])

    receive_events(app, 4, first=6)
    integrate(app)
    with pytest.raises(SigningRefused, match="was signed with"):  # who still holds the old key signs nothing more
        checkpoint_signer.sign(app)
    CheckpointSigner(NEW, settings.checkpoint_path()).sign(app)
    answer = http.get("/tlog/consistency", old=5).text
    head, _, note = answer.partition("\n\n")
    hashes = [b64decode(line) for line in head.split("\n")[1:]]
    before, after = verify_append_only(older, note, hashes, [OLD.verifier, NEW.verifier])
    assert (before.size, after.size) == (5, 9)
    assert list(check_ledger(app)) == []


def test_what_another_replica_remembers_under_the_old_key_still_counts(
    app: ServiceApplication, succeed: Succeed, checkpoint_file: Path
) -> None:
    succeed()
    CheckpointSigner(NEW, checkpoint_file).sign(app)
    app.recorder.fetch("UPDATE {schema}.ledger SET size = 3")
    with pytest.raises(SigningRefused) as refused:
        CheckpointSigner(NEW, checkpoint_file).sign(app)
    assert refused.value.reason is SigningRefusal.OLDER_DATABASE


def test_two_successions_make_a_chain(app: ServiceApplication, succeed: Succeed, tmp_path: Path) -> None:
    succeed()
    third = LedgerSettings(origin=ORIGIN, key_file=key_file(tmp_path / "third", sha256(b"t").digest()))
    replace_key(app, third, str(NEW.verifier), "Une clé de plus.", tmp_path / "new", None)
    links = verify_chain(Ledger(app.recorder).successions(), third.signer().verifier)
    assert [link.signed_by_old for link in links] == [False, True]
    with pytest.raises(VerificationError, match="a succédé à"):
        verify_chain(Ledger(app.recorder).successions(), OLD.verifier)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"reason": "  "}, "dites pourquoi"),
        ({"reason": "x" * 501}, "dites pourquoi"),
        ({"reason": "a\u202eb"}, "dites pourquoi"),
        ({"old": str(Signer("autre.example", bytes(32)).verifier)}, "sont deux registres"),
        ({"old": str(Signer(ORIGIN, bytes(32)).verifier)}, "la clé qui a signé jusqu’ici est"),
        ({"old": "n’importe quoi"}, "Ed25519 verifier key"),
    ],
)
def test_what_is_not_a_succession_signs_nothing(
    app: ServiceApplication, succeed: Succeed, changed: dict[str, str], words: str
) -> None:
    with pytest.raises((SuccessionRefused, VerificationError, ValueError), match=words):
        succeed(**changed)
    assert unchanged(app)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE {schema}.leaves SET entry = salt WHERE index = 2",
        "UPDATE {schema}.tiles SET hashes = set_byte(hashes, 40, 1 # get_byte(hashes, 40))",
        "UPDATE {schema}.checkpoints SET note = replace(note, '5', '6')",
        "DELETE FROM {schema}.tiles",
        "UPDATE {events} SET state = convert_to(replace(convert_from(state, 'UTF8'), 'ines', 'anna'), 'UTF8')",
        "DELETE FROM {events} WHERE position = 3",
    ],
)
def test_an_altered_ledger_is_not_taken_over(app: ServiceApplication, succeed: Succeed, damage: str) -> None:
    """Else a lost key would be the occasion to sign another history."""
    app.recorder.fetch(damage)
    with pytest.raises(SuccessionRefused, match="n’est plus ce qui a été signé"):
        succeed()
    assert unchanged(app)


def test_a_ledger_older_than_what_was_remembered_is_not_taken_over(
    app: ServiceApplication, succeed: Succeed, checkpoint_signer: CheckpointSigner
) -> None:
    receive_events(app, 2, first=6)
    integrate(app)
    checkpoint_signer.sign(app)
    for statement in (
        "DELETE FROM {schema}.leaves WHERE index >= 5",
        "DELETE FROM {schema}.checkpoints WHERE size > 5",
        "UPDATE {schema}.tiles SET hashes = substr(hashes, 1, 160)",
        "UPDATE {schema}.ledger SET size = 5, position = 5",
    ):
        app.recorder.fetch(statement)
    with pytest.raises(SigningRefused) as refused:
        succeed()
    assert (refused.value.reason, unchanged(app)) == (SigningRefusal.OLDER_DATABASE, True)


def test_a_succession_that_somebody_wrote_into_the_database_is_found(
    app: ServiceApplication, succeed: Succeed, checkpoint_file: Path
) -> None:
    done = succeed()
    third = Signer(ORIGIN, sha256(b"t").digest())
    forged = replace(done, new=third.verifier, old=NEW.verifier)
    app.recorder.fetch("INSERT INTO {schema}.successions (note) VALUES (%s)", (forged.sign(third, None),))
    assert [finding.kind for finding in check_ledger(app)] == [FindingKind.SUCCESSION_CONTRADICTED]
    with pytest.raises(SigningRefused) as refused:
        CheckpointSigner(NEW, checkpoint_file).sign(app)
    assert refused.value.reason is SigningRefusal.OTHER_KEY


def test_a_checkpoint_under_a_key_that_no_succession_names_is_found(app: ServiceApplication, succeed: Succeed) -> None:
    stranger, signed = Signer(ORIGIN, b"s" * 32), Ledger(app.recorder).newest_checkpoint()
    assert signed is not None
    note = stranger.sign(signed.note.partition("\n\n")[0] + "\n")
    insert = "INSERT INTO {schema}.checkpoints (size, note, key) VALUES (5, %s, %s)"
    app.recorder.fetch(insert, (note, str(stranger.verifier)))
    app.recorder.fetch(insert, (signed.note, signed.key))
    assert [finding.kind for finding in check_ledger(app)] == [FindingKind.CHECKPOINT_UNSIGNED]


def test_the_command_says_what_it_did_and_what_nobody_can_check(
    audit: Served, succeed: Succeed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    audit.speak_to(monkeypatch)
    monkeypatch.setenv("DLA_AUDIT_LEDGER_ORIGIN", ORIGIN)
    monkeypatch.setenv("DLA_AUDIT_LEDGER_KEY_FILE", str(key_file(tmp_path / "new", sha256(b"n").digest())))
    arguments = ["replace-key", "--from", str(OLD.verifier), "--reason", REASON]
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code == 0, done.output
    assert f"{NEW.verifier} succède à {OLD.verifier}" in done.stdout
    assert "n’a pas signé cette succession" in done.stderr
    assert "Aucun point de contrôle retenu hors de la base" in done.stderr
    again = CliRunner().invoke(cli, arguments)
    assert (again.exit_code, "déjà celle qui signe" in again.stderr) == (1, True)
    monkeypatch.delenv("DLA_AUDIT_LEDGER_KEY_FILE")
    assert CliRunner().invoke(cli, arguments).exit_code == 2


# -- without any service


def taken_over(by_old: bool) -> str:
    tree = Checkpoint(ORIGIN, 7, root=bytes(32))
    done = Succession(
        tree,
        OLD.verifier,
        new=NEW.verifier,
        at=datetime(2026, 11, 22, 9, tzinfo=UTC),
        reason=REASON,
        signed_by_old=by_old,
    )
    return done.sign(NEW, OLD if by_old else None)


def test_a_succession_changed_anywhere_is_refused() -> None:
    for note in (taken_over(False), taken_over(True)):
        raw = note.encode()
        assert parse_succession(note).signed_by_old == (note == taken_over(True))
        for at in range(len(raw)):
            for changed in (raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :], raw[:at]):
                try:
                    succession = parse_succession(decode_text(changed))
                except VerificationError:
                    continue
                assert note == taken_over(True), "only whether the old key signed too can be left out"
                assert not succession.signed_by_old


@pytest.fixture
def files(tmp_path: Path) -> Callable[[bool], str]:
    def file(by_old: bool) -> str:
        made = tmp_path / f"{by_old}.zip"
        made.write_bytes(
            pack(build_entries(replace(sample_bundle.bundle(signer=NEW), successions=(taken_over(by_old),))))
        )
        return str(made)

    return file


def test_who_holds_the_old_key_believes_a_file_under_the_one_it_named(
    files: Callable[[bool], str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([files(True), "--key", str(OLD.verifier)]) == 0
    said = capsys.readouterr().out
    assert "signée aussi par l’ancienne" in said
    assert REASON in said
    assert main([files(False), "--key", str(OLD.verifier)]) == 1
    assert "qui n’a pas signé cette succession" in capsys.readouterr().err
    assert main([files(False), "--key", str(NEW.verifier)]) == 0
    assert "celle-ci ne l’a pas signé" in capsys.readouterr().out
    assert main([files(False)]) == 0
    assert "NON signée par l’ancienne" in capsys.readouterr().out


def test_an_old_file_is_believed_by_the_keys_as_they_are_published_today(tmp_path: Path) -> None:
    """As `/tlog/key` gives them; an old key holds for what it signed, and no further."""
    file, published = tmp_path / "old.zip", tmp_path / "keys"
    file.write_bytes(pack(build_entries(sample_bundle.bundle(signer=OLD))))
    for until, code in ((11, 0), (10, 1)):
        published.write_text(f"{NEW.verifier}\n{OLD.verifier} until {until}\n")
        assert main([str(file), "--key", str(published)]) == code
    assert parse_published_keys(published.read_text()) == [PublishedKey(NEW.verifier), PublishedKey(OLD.verifier, 10)]
    published.write_text(f"{OLD.verifier} until demain\n")
    assert main([str(file), "--key", str(published)]) == 2


def test_a_chain_in_a_file_leads_to_its_key() -> None:
    strangers = replace(sample_bundle.bundle(signer=OLD), successions=(taken_over(True),))
    with pytest.raises(VerificationError, match="a succédé à"):
        verify_bundle(pack(build_entries(strangers)))
    assert parse_verifier(str(NEW.verifier)) == NEW.verifier
