"""A ledger worker in a process of its own, to be killed: `python ledger_process.py URL CHECKPOINT_FILE`."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support.samples.note_aggregate import DEPLOYMENT_KEY

from audit import domain
from audit.ledger import integrator
from audit.ledger.integrator import integrate
from audit.ledger.signing import CheckpointSigner
from audit.tlog import Signer
from shared.eventlog import ServiceApplication

integrator.BATCH_EVENTS = 5
app = ServiceApplication("audit", [domain.decider], sys.argv[1], DEPLOYMENT_KEY)
signer = CheckpointSigner(Signer("registre.example/dla", bytes(range(32))), Path(sys.argv[2]))
print("running", flush=True)
while True:
    integrate(app)
    signer.sign(app)
