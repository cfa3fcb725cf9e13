"""A witness: it cosigns only extensions, stored on disk first, and never two histories."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from threading import Barrier, Thread

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.servers.running_witness import COSIGNER, ELEVEN, ORIGIN, SIGNER, Log, open_witness, serve_witness
from typer.testing import CliRunner

from audit.ledger.durable_file import DurableFile
from audit.ledger.succession import PublishedKey, parse_published_keys
from audit.main import cli
from audit.tlog import (
    Checkpoint,
    Cosigner,
    Signer,
    VerificationError,
    find_cosignatures,
    find_signers,
    parse_add_checkpoint,
    parse_checkpoint,
    parse_witness_key,
    verify_checkpoint,
)
from audit.witness.settings import WitnessSettings
from audit.witness.store import Store, StoreUnusable, create_store
from audit.witness.web import MAX_REQUEST_BYTES
from embedded.processes import ports
from shared.settings import Mode

ENTRIES = [bytes([n]) * 32 for n in range(60)]
LOG = Log(ENTRIES)
FORK = Log([*ENTRIES[:5], b"another", *ENTRIES[6:]])

# From C2SP tlog-cosignature and tlog-witness: a checkpoint with a cosignature, and what is signed.
EXAMPLE = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
"""


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


def status_of(answer: object) -> int:
    return int(answer.status)  # type: ignore[attr-defined]


# -- the cosignature


def test_a_cosignature_is_made_as_it_is_specified() -> None:
    line = COSIGNER.cosign(EXAMPLE, 1679315147)
    raw = b64decode(line.split(" ")[2])
    key = COSIGNER.witness_key
    assert raw[:4] == sha256(b"temoin.example/un\n\x04" + key.public).digest()[:4]
    assert int.from_bytes(raw[4:12]) == 1679315147
    assert len(raw) == 4 + 8 + 64
    plain = Signer(key.name, b"w" * 32).sign(f"cosignature/v1\ntime 1679315147\n{EXAMPLE}")
    assert b64decode(plain.rpartition(" ")[2])[4:] == raw[12:]  # Ed25519 is deterministic
    assert parse_witness_key(str(key)) == key


@pytest.mark.parametrize("seconds", [0, 1 << 63, 253_402_300_800])
def test_a_cosignature_without_a_date_is_none(seconds: int) -> None:
    with pytest.raises(VerificationError, match="no timestamp"):
        find_cosignatures(f"{EXAMPLE}\n{COSIGNER.cosign(EXAMPLE, seconds)}", [COSIGNER.witness_key])


def test_a_cosignature_changed_anywhere_is_refused() -> None:
    note = f"{EXAMPLE}\n{COSIGNER.cosign(EXAMPLE, ELEVEN)}"
    assert list(find_cosignatures(note, [COSIGNER.witness_key])) == [COSIGNER.witness_key]
    for at in range(len(note)):
        changed = f"{note[:at]}{chr(ord(note[at]) ^ 1)}{note[at + 1 :]}"
        try:
            assert find_cosignatures(changed, [COSIGNER.witness_key]) == {}, "of another key"
        except VerificationError:
            continue


def test_the_key_of_a_ledger_is_not_that_of_a_witness() -> None:
    for published in (str(SIGNER.verifier), "", "a+b+c", str(COSIGNER.witness_key)[:-4]):
        with pytest.raises(VerificationError):
            parse_witness_key(published)


# -- add-checkpoint


def test_what_only_adds_is_cosigned_and_kept(store: Path) -> None:
    with open_witness(store) as witness:
        for old, size in ((0, 0), (0, 7), (7, 7), (7, 8), (8, 60)):
            answer = witness.add_checkpoint(LOG.request(old, size))
            assert status_of(answer) == 200, answer.body
            note = LOG.sign(size) + answer.body
            assert verify_checkpoint(note, [SIGNER.verifier]).size == size
            assert {each.name for each in find_cosignatures(note, [COSIGNER.witness_key])} == {"temoin.example/un"}
            assert witness._store.note(ORIGIN) == note


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (LOG.request(0, 9), 409, "7\n"),
        (LOG.request(6, 9), 409, "7\n"),
        (LOG.request(8, 9), 409, "7\n"),
        (LOG.request(8, 7), 400, "beyond"),
        (FORK.request(7, 9), 422, "extend"),
        (FORK.request(7, 7), 422, "extend"),
        (LOG.request(7, 9).replace(b"\n\n", b"\n" + b64encode(bytes(32)) + b"\n\n", 1), 422, "extend"),
        (str(LOG.extension(7, 9)).replace("old 7", "old 007").encode(), 400, "body"),
        (str(LOG.extension(7, 9)).replace("old 7", "old -1").encode(), 400, "body"),
        (str(LOG.extension(7, 9)).replace("old 7", "older 7").encode(), 400, "body"),
        (b"old 7\n" + (b64encode(bytes(32)) + b"\n") * 64 + b"\n" + LOG.sign(9).encode(), 400, "body"),
        (b"old 7\nAAAA\n\n" + LOG.sign(9).encode(), 400, "body"),
        (b"\xff\xfe", 400, "body"),
        (b"", 400, "body"),
        (Log(ENTRIES, Signer("autre.example", bytes(32))).request(0, 9), 404, "does not follow"),
        (Log(ENTRIES, Signer(ORIGIN, bytes(32))).request(7, 9), 403, "no key"),
        (LOG.request(7, 9).replace(b"\n9\n", b"\n10\n"), 403, "is not valid"),
        (b"old 7\n\n" + SIGNER.sign(f"{ORIGIN}\nbeaucoup\n").encode(), 400, "no checkpoint"),
    ],
)
def test_what_does_not_is_refused_as_it_is_specified(store: Path, body: bytes, status: int, words: str) -> None:
    with open_witness(store) as witness:
        assert status_of(witness.add_checkpoint(LOG.request(0, 7))) == 200
        before = witness._store.note(ORIGIN)
        answer = witness.add_checkpoint(body)
        assert (status_of(answer), words in answer.body) == (status, True)
        assert answer.media_type == ("text/x.tlog.size" if status == 409 else "text/plain; charset=utf-8")
        assert witness._store.note(ORIGIN) == before


def test_an_empty_log_has_the_root_of_an_empty_tree(store: Path) -> None:
    forged = SIGNER.sign(str(Checkpoint(ORIGIN, 0, root=bytes(32))))
    with open_witness(store) as witness:
        assert status_of(witness.add_checkpoint(f"old 0\n\n{forged}".encode())) == 422
        assert status_of(witness.add_checkpoint(LOG.request(0, 0))) == 200


def test_a_key_that_was_succeeded_holds_up_to_its_last_size(store: Path) -> None:
    new = Signer(ORIGIN, b"n" * 32)
    with open_witness(store, PublishedKey(new.verifier), PublishedKey(SIGNER.verifier, 8)) as witness:
        assert status_of(witness.add_checkpoint(LOG.request(0, 8))) == 200
        assert status_of(witness.add_checkpoint(LOG.request(8, 9))) == 403
        assert status_of(witness.add_checkpoint(Log(ENTRIES, new).request(8, 9))) == 200


@settings(deadline=None, max_examples=60)
@given(
    requests=st.lists(
        st.tuples(st.booleans(), st.integers(0, 60), st.integers(0, 60), st.booleans()), min_size=1, max_size=25
    )
)
def test_whatever_is_asked_all_that_was_cosigned_is_one_history(
    tmp_path_factory: pytest.TempPathFactory, requests: list[tuple[bool, int, int, bool]]
) -> None:
    """Two ledgers of one key, sizes in any order, and restarts in between."""
    folder = tmp_path_factory.mktemp("witness") / "store"
    cosigned: list[Checkpoint] = []
    for honest, old, size, truly in requests:
        with open_witness(folder) as witness:
            last = witness._store.last(ORIGIN)
            log = LOG if honest else FORK
            answer = witness.add_checkpoint(log.request(last.size if truly and last else old, size))
            if status_of(answer) == 200:
                cosigned.append(log.checkpoint(size))
                assert witness._store.last(ORIGIN) == log.checkpoint(size)
            else:
                assert witness._store.last(ORIGIN) == last
    sizes = [each.size for each in cosigned]
    assert sizes == sorted(sizes)
    assert any(all(each == log.checkpoint(each.size) for each in cosigned) for log in (LOG, FORK))


def test_of_two_who_ask_at_once_one_is_told_of_the_other(store: Path) -> None:
    """And the larger size is never overwritten by the smaller."""
    with open_witness(store) as witness:
        for round_ in range(20):
            base = round_ * 2
            start, answers = Barrier(2), list[int]()

            def ask(size: int, base: int = base, start: Barrier = start, answers: list[int] = answers) -> None:
                start.wait()
                answers.append(status_of(witness.add_checkpoint(LOG.request(base, size))))

            both = [Thread(target=ask, args=(size,)) for size in (base + 1, base + 2)]
            for each in both:
                each.start()
            for each in both:
                each.join()
            assert sorted(answers) == [200, 409]
            last = witness._store.last(ORIGIN)
            assert last is not None
            assert status_of(witness.add_checkpoint(LOG.request(last.size, base + 2))) == 200


# -- what it remembers


def test_nobody_is_told_before_it_is_on_disk(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between the two, it has stored more than it returned, and goes on from there."""
    with open_witness(store) as witness:
        witness.add_checkpoint(LOG.request(0, 7))
        write = DurableFile.write

        def write_and_be_killed(self: DurableFile, text: str) -> None:
            write(self, text)
            raise KeyboardInterrupt

        monkeypatch.setattr(DurableFile, "write", write_and_be_killed)
        with pytest.raises(KeyboardInterrupt):
            witness.add_checkpoint(LOG.request(7, 9))
    monkeypatch.undo()
    with open_witness(store) as again:
        assert status_of(again.add_checkpoint(FORK.request(7, 9))) == 409
        assert status_of(again.add_checkpoint(LOG.request(9, 9))) == 200


def test_killed_while_it_writes_it_holds_the_old_or_the_new(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_witness(store) as witness:
        witness.add_checkpoint(LOG.request(0, 7))
        monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError("no space left")))
        with pytest.raises(OSError, match="no space left"):
            witness.add_checkpoint(LOG.request(7, 9))
        monkeypatch.undo()
        assert witness._store.last(ORIGIN) == LOG.checkpoint(7)


@pytest.mark.parametrize("damage", [b"", b"\xff", b"example\n", LOG.sign(9).encode()])
def test_a_store_that_was_altered_cosigns_nothing(store: Path, damage: bytes) -> None:
    """Else it would begin anew, or go on from what somebody wrote: what it holds bears its own cosignature."""
    with open_witness(store) as witness:
        witness.add_checkpoint(LOG.request(0, 7))
        (file,) = store.glob("*.checkpoint")
        file.write_bytes(damage)
        with pytest.raises(StoreUnusable):
            witness.add_checkpoint(LOG.request(7, 9))
        assert file.read_bytes() == damage


def test_the_checkpoint_of_another_log_is_not_taken_for_its_own(store: Path) -> None:
    other = Signer("autre.example", bytes(32))
    with open_witness(store, PublishedKey(SIGNER.verifier), PublishedKey(other.verifier)) as witness:
        witness.add_checkpoint(LOG.request(0, 7))
        witness.add_checkpoint(Log(ENTRIES, other).request(0, 3))
        one, two = (store / f"{sha256(name.encode()).hexdigest()}.checkpoint" for name in (ORIGIN, "autre.example"))
        shutil.copy(two, one)
        with pytest.raises(StoreUnusable):
            witness.add_checkpoint(LOG.request(7, 9))


def test_a_store_is_begun_once_and_used_by_one(store: Path) -> None:
    with pytest.raises(StoreUnusable, match="witness init"), Store(store, COSIGNER.witness_key):
        pass
    assert (create_store(store), create_store(store)) == (True, False)
    with open_witness(store), pytest.raises(StoreUnusable, match="another witness works"), open_witness(store):
        pass
    (store / "begun").unlink()
    (store / "other").touch()
    with pytest.raises(StoreUnusable, match="something else"):
        create_store(store)


# -- over HTTP


@pytest.fixture
def address(store: Path) -> Iterator[str]:
    with serve_witness(store) as running:
        yield running


def test_it_answers_as_it_is_specified(address: str) -> None:
    with httpx.Client(base_url=address, trust_env=False) as http:
        name = sha256(ORIGIN.encode()).hexdigest()
        assert http.get(f"/{name}/checkpoint").status_code == 404
        done = http.post("/add-checkpoint", content=LOG.request(0, 7))
        assert (done.status_code, done.text.startswith("— temoin.example/un ")) == (200, True)
        monitored = http.get(f"/{name}/checkpoint")
        assert monitored.text == LOG.sign(7) + done.text
        conflict = http.post("/add-checkpoint", content=LOG.request(0, 9))
        assert (conflict.status_code, conflict.text) == (409, "7\n")
        assert conflict.headers["content-type"] == "text/x.tlog.size"
        assert http.get("/add-checkpoint").status_code == 405
        for path in ("/../begun/checkpoint", "/begun/checkpoint", f"/{name.upper()}/checkpoint", "/"):
            assert http.get(path).status_code == 404


def test_a_huge_body_is_not_read_to_its_end(address: str) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(1000 * MAX_REQUEST_BYTES // 65536):
            yield bytes(65536)

    with httpx.Client(base_url=address, trust_env=False) as http:
        with suppress(httpx.WriteError):  # it may have hung up on us by then
            assert http.post("/add-checkpoint", content=endless()).status_code == 413
        assert http.post("/add-checkpoint", content=LOG.request(0, 7)).status_code == 200


def test_a_store_that_cannot_be_read_is_said_and_not_begun_anew(store: Path, address: str) -> None:
    with httpx.Client(base_url=address, trust_env=False) as http:
        assert http.post("/add-checkpoint", content=LOG.request(0, 7)).status_code == 200
        (file,) = store.glob("*.checkpoint")
        file.write_text("rien")
        assert http.post("/add-checkpoint", content=LOG.request(7, 9)).status_code == 503
        assert http.get(f"/{file.stem}/checkpoint").status_code == 503


# -- deployed


def test_containers_tell_the_ledger_and_its_witness_each_other_s_keys_once(tmp_path: Path) -> None:
    program = Path(__file__).parents[3] / "deploy" / "compose" / "introduce_witness.py"
    ledger, theirs = tmp_path / "audit", tmp_path / "witness"
    ledger.mkdir()
    (ledger / "DLA_AUDIT_LEDGER_KEY").write_text(b64encode(bytes(range(32))).decode())
    status_of = []
    for _ in range(2):
        subprocess.run([sys.executable, program, tmp_path, ORIGIN], check=True)
        status_of.append([file.read_text() for file in (theirs / "key", theirs / "logs", *sorted(ledger.iterdir()))])
    assert status_of[0] == status_of[1]
    assert parse_published_keys((theirs / "logs").read_text()) == [PublishedKey(SIGNER.verifier)]
    deployed = WitnessSettings(
        mode=Mode.DEVELOPMENT,
        name="witness.local.dla.invalid",
        key_file=theirs / "key",
        store=tmp_path / "store",
        logs=theirs / "logs",
    )
    witnesses = json.loads((ledger / "DLA_AUDIT_LEDGER_WITNESSES").read_text())
    assert witnesses == {str(deployed.cosigner().witness_key): "http://witness:8000"}


# -- as a program


@pytest.fixture
def deployed(tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, str]]:
    def status_of(**changed: str) -> dict[str, str]:
        key, logs = tmp_path / "key", tmp_path / "logs"
        key.write_text(b64encode(b"w" * 32).decode())
        key.chmod(0o600)
        logs.write_text(f"{SIGNER.verifier}\n")
        port = str(ports.choose_ports({"witness": None})["witness"])
        usual = {
            "NAME": "temoin.example/un",
            "KEY_FILE": str(key),
            "STORE": str(store),
            "LOGS": str(logs),
            "PORT": port,
        }
        named = {f"DLA_WITNESS_{name}": value for name, value in (usual | changed).items()}
        return named | {"DLA_MODE": "development"}  # for the key of the tests, which anybody guesses

    return status_of


def test_it_runs_alone_and_a_kill_loses_nothing(deployed: Callable[..., dict[str, str]]) -> None:
    """Neither database nor broker: another organisation runs it."""
    environment = os.environ | deployed()
    program = [sys.executable, "-m", "audit.witness"]
    begun = subprocess.run([*program, "init"], env=environment, capture_output=True, text=True, check=True)
    assert begun.stdout == f"{COSIGNER.witness_key}\n"
    url = f"http://127.0.0.1:{environment['DLA_WITNESS_PORT']}/add-checkpoint"
    for old, size in ((0, 7), (7, 9)):
        running = subprocess.Popen([*program, "serve"], env=environment)
        try:
            transport = httpx.HTTPTransport(retries=8)
            with httpx.Client(transport=transport, trust_env=False) as http:
                assert http.post(url, content=LOG.request(old, size)).status_code == 200
        finally:
            running.send_signal(signal.SIGKILL)
            running.wait()


def test_what_is_missing_or_unreadable_is_said_before_it_starts(
    deployed: Callable[..., dict[str, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in deployed().items():
        monkeypatch.setenv(name, value)
    refused = CliRunner().invoke(cli, ["witness", "serve"])
    assert (refused.exit_code, "dla-audit witness init" in refused.stderr) == (1, True)
    (tmp_path / "logs").write_text("n’importe quoi")
    assert CliRunner().invoke(cli, ["witness", "init"]).exit_code == 2
    monkeypatch.setenv("DLA_WITNESS_KEY_FILE", str(tmp_path / "nowhere"))
    refused = CliRunner().invoke(cli, ["witness", "init"])
    assert (refused.exit_code, "cannot be read" in refused.stderr) == (2, True)


def test_a_witness_has_one_key_from_a_file_or_a_variable(
    deployed: Callable[..., dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in deployed(KEY=b64encode(b"w" * 32).decode()).items():
        monkeypatch.setenv(name, value)
    both = CliRunner().invoke(cli, ["witness", "init"])
    assert (both.exit_code, "DLA_WITNESS_KEY_FILE" in both.stderr) == (2, True)
    monkeypatch.delenv("DLA_WITNESS_KEY_FILE")
    alone = CliRunner().invoke(cli, ["witness", "init"])
    assert (alone.exit_code, alone.stdout) == (0, f"{COSIGNER.witness_key}\n"), alone.output
    monkeypatch.delenv("DLA_WITNESS_KEY")
    neither = CliRunner().invoke(cli, ["witness", "init"])
    assert (neither.exit_code, "a witness signs with one key" in neither.stderr) == (2, True)


def test_what_is_shown_to_a_witness_reads_as_it_was_written() -> None:
    for old, size in ((0, 0), (0, 9), (7, 60)):
        shown = LOG.extension(old, size)
        assert parse_add_checkpoint(str(shown)) == shown
        text, signers = find_signers(shown.note, [SIGNER.verifier])
        assert (parse_checkpoint(text), signers) == (LOG.checkpoint(size), [SIGNER.verifier])
    assert Cosigner("a", bytes(32)).witness_key != COSIGNER.witness_key
