"""Progress of `reconcile`: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import os
import sys
import termios
from threading import Thread

import pytest
from tests.support.histories.audit_events import receive_events
from tests.support.servers.served_service import Serve, Served

from audit.cli import reconcile as cli
from audit.cli.reconcile import _progress
from audit.ledger.integrator import integrate
from audit.main import service
from audit.reconcile.run import Reconciler, begin_reconciliation
from shared.eventlog import ServiceApplication
from shared.messaging import Feed


@pytest.fixture
def audit(serve: Serve) -> Served:
    """A log of its own, empty."""
    return serve(service)


def compared(app: ServiceApplication) -> None:
    """Five events of audit's log, with nobody's feed."""
    receive_events(app, 5)
    integrate(app)
    reconciling = Reconciler(app, Feed({}, ""), begin_reconciliation(app, "Inès", []))
    with _progress(reconciling) as advanced:
        assert list(reconciling.findings(advanced)) == []


def test_on_a_terminal_a_bar_goes_to_its_end(app: ServiceApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal_side, program_side = os.openpty()
    termios.tcsetwinsize(program_side, (40, 120))
    output = bytearray()

    def look() -> None:
        try:
            while chunk := os.read(terminal_side, 4096):
                output.extend(chunk)
        except OSError:  # how a terminal says that nobody writes on it any more
            os.close(terminal_side)

    onlooker = Thread(target=look)
    onlooker.start()
    monkeypatch.setenv("TERM", "xterm")
    with os.fdopen(program_side, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        compared(app)
        monkeypatch.undo()
    onlooker.join()
    assert "Événements comparés" in output.decode() and "5/5" in output.decode() and "100%" in output.decode()


def test_elsewhere_a_line_tells_now_and_then(
    app: ServiceApplication, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "PROGRESS_SECONDS", -1.0)
    compared(app)
    assert capsys.readouterr().err == "5 événements comparés, sur 5\n"


def test_what_takes_no_time_tells_nothing(app: ServiceApplication, capsys: pytest.CaptureFixture[str]) -> None:
    compared(app)
    assert capsys.readouterr().err == ""
