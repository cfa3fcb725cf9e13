"""The proof of one event, for who may see it."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Response

from audit import domain
from audit.api.tlog import Text
from audit.ledger.integrator import build_opening, is_committed
from audit.ledger.opening import Opening, read_header
from audit.ledger.store import Leaf, Ledger
from audit.problems import altered_event, not_signed_yet
from audit.tlog import TlogProof, tree
from shared.kernel import Role
from shared.web.auth import STAFF, Caller, authorize, authorize_headers, requires
from shared.web.http import ProblemError, problem_responses
from shared.web.requests import AppDep, case_router

EVENT_READERS = frozenset({*STAFF, Role.AUDITOR, Role.DPO, Role.LEADER})
PROOF_READERS = EVENT_READERS | {Role.OPS}

router = case_router("/events", "ledger")


@router.get(
    "/{id}/proof",
    response_class=Text,
    responses=problem_responses(409),
    summary="The proof that an event is in the ledger",
)
def proof(id: UUID, app: AppDep, caller: Annotated[Caller, requires(*PROOF_READERS)]) -> Response:  # noqa: A002
    """A `.tlog-proof` (C2SP tlog-proof) with the newest checkpoint. Its extra line opens the entry for who may see the
    event: its SHA-256 is the entry. It holds a salt, the header, the event's name, and a fingerprint of its body."""
    authorize(caller, caller.case)
    ledger = Ledger(app.recorder)
    leaf = ledger.leaf(id)
    if leaf is None:
        raise ProblemError(
            404, "unknown-event", "Événement inconnu", "Le registre ne comporte pas cet événement, ou pas encore."
        )
    signed = ledger.best(leaf.index)
    if signed is None:
        raise not_signed_yet()
    opened = _opening(app, id, leaf)
    shown = None
    if caller.actor.role in EVENT_READERS:
        authorize_headers(caller, UUID(read_header(opened)["case"]))
        shown = bytes(opened)
    hashes = ledger.asked(lambda subtree: tree.inclusion_proof(leaf.index, signed.size, subtree))
    named = {"Content-Disposition": f'attachment; filename="{id}.tlog-proof"', "Cache-Control": "private, no-store"}
    return Text(str(TlogProof(leaf.index, tuple(hashes), checkpoint=signed.note, extra=shown)), headers=named)


def _opening(app: Any, event: UUID, leaf: Leaf) -> Opening:
    """From audit's log, where the header is; it is what the ledger committed to, or it is said."""
    ((_, topic, state), *_) = app.recorder.history(event)
    heard: domain.EventReceived = app.mapper.to_data(str(event), 1, topic, state)
    if not is_committed(leaf, heard):
        raise altered_event()
    return build_opening(heard, leaf)
