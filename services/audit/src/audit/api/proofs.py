"""Proof of one event over HTTP, for those who may see it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Response

from audit import domain
from audit.api.tlog import Text
from audit.ledger.integrator import build_opening, is_committed
from audit.ledger.opening import Opening, read_header
from audit.ledger.store import Leaf, Ledger
from audit.problems import altered_event, not_signed_yet
from audit.tlog import TlogProof, inclusion_proof
from shared.eventlog import ServiceApplication, UnknownCase
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
    summary="Proof that an event is in the ledger",
)
def proof(id: UUID, app: AppDep, caller: Annotated[Caller, requires(*PROOF_READERS)]) -> Response:  # noqa: A002
    """A `.tlog-proof` (C2SP tlog-proof) under a checkpoint that most witnesses have cosigned. For those who may see the
    event, its extra line opens the entry, whose SHA-256 it has: a salt, the header, the event's name, and a commitment
    to its public body."""
    is_reader = caller.actor.role in EVENT_READERS
    if not is_reader:
        authorize(caller)
    ledger = Ledger(app.recorder)
    leaf = ledger.leaf(id)
    if leaf is None:
        raise _unknown_event()
    opening = load_opening(app, id, leaf)
    extra = None
    if is_reader:
        _authorize(caller, UUID(read_header(opening)["case"]))
        extra = bytes(opening)
    checkpoint = ledger.most_cosigned_checkpoint(leaf.index)
    if checkpoint is None:
        raise not_signed_yet()
    hashes = ledger.compute(lambda subtree: inclusion_proof(leaf.index, checkpoint.size, subtree))
    headers = {"Content-Disposition": f'attachment; filename="{id}.tlog-proof"', "Cache-Control": "private, no-store"}
    return Text(str(TlogProof(leaf.index, tuple(hashes), checkpoint=checkpoint.note, extra=extra)), headers=headers)


def _authorize(caller: Caller, case: UUID) -> None:
    """An event of a case that is not for the caller is unknown, as one that the ledger has not."""
    if caller.case not in (None, case):
        raise _unknown_event()
    try:
        authorize_headers(caller, case)
    except UnknownCase:
        raise _unknown_event() from None


def _unknown_event() -> ProblemError:
    return ProblemError(
        404, "unknown-event", "Événement inconnu", "Le registre ne comporte pas cet événement, ou pas encore."
    )


def load_opening(app: ServiceApplication, event: UUID, leaf: Leaf) -> Opening:
    """From audit's log, where the header is. Raises ProblemError when it is not what the ledger committed to."""
    ((_, topic, state), *_) = app.recorder.history(event)
    received: domain.EventReceived = app.mapper.to_data(str(event), 1, topic, state)
    if not is_committed(leaf, received):
        raise altered_event()
    return build_opening(received, leaf)
