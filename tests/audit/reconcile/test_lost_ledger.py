"""A lost ledger database without a recent back-up: what stays valid, and how another ledger begins."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.servers.reconciled_intake import EVENTS, feed_of, sql
from tests.support.servers.served_service import Serve, Served

from audit.ledger.event_proof import verify_event
from audit.ledger.integrator import integrate
from audit.ledger.signing import CheckpointSigner, SigningRefusal, SigningRefused
from audit.main import service
from audit.reactions import reactions
from audit.tlog import Signer
from shared.eventlog import ServiceApplication
from shared.messaging import Inbox, Message
from shared.messaging.wire import HighWaterMark

OLD = Signer("registre.example/dla", bytes(range(32)))
NEW = Signer("registre.example/dla-2", bytes(range(1, 33)))


def test_a_lost_ledger_is_never_continued_and_another_begins_under_another_origin(
    audit: Served, intake: Served, messages: list[Message], app: ServiceApplication, serve: Serve, tmp_path: Path
) -> None:
    remembered = tmp_path / "old-checkpoint"
    CheckpointSigner(OLD, remembered).sign(app)
    proof = audit.by("auditor").get(f"/api/v1/events/{messages[0].header.id}/proof").text
    sql(app, "UPDATE {schema}.ledger SET size = 3")
    sql(app, "DELETE FROM {schema}.checkpoints")
    with pytest.raises(SigningRefused) as refused:
        CheckpointSigner(OLD, remembered).sign(app)
    assert refused.value.reason is SigningRefusal.OLDER_DATABASE

    anew = serve(service).application
    identity = intake.application.recorder.identity()
    head = HighWaterMark(publisher="intake", log_id=identity.log_id, position=EVENTS, numbers=[0] * 8)
    with feed_of(intake) as feed:
        inbox = Inbox(anew, reactions, feed)
        inbox.receive_high_water_mark(head, "intake")
        inbox.receive_high_water_mark(head, "intake")
    while integrate(anew):
        pass
    with pytest.raises(SigningRefused) as other:
        CheckpointSigner(OLD, remembered).sign(anew)
    assert other.value.reason is SigningRefusal.ALTERED_LEDGER, "under the old origin it would be a second history"
    begun = CheckpointSigner(NEW, tmp_path / "new-checkpoint").sign(anew)
    assert begun is not None and (begun.origin, begun.size) == (NEW.verifier.name, EVENTS)
    verify_event(proof, [OLD.verifier])
