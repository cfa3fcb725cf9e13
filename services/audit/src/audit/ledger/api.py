"""The ledger over HTTP: checkpoints and tiles for everybody (C2SP tlog-tiles), an event's proof for who may see it."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import PlainTextResponse

from audit import domain
from audit.ledger import tree
from audit.ledger.extension import Extension
from audit.ledger.integrator import opening_of, opens
from audit.ledger.note import verifier
from audit.ledger.opening import Opening, header_of
from audit.ledger.proof import Proof
from audit.ledger.store import Leaf, Ledger, Signed
from audit.ledger.succession import chain, keys
from audit.ledger.tiles import address
from shared.kernel import Role
from shared.web.auth import STAFF, CallerDep, authorize, authorize_headers
from shared.web.http import ProblemError, problem_responses
from shared.web.requests import AppDep, case_router

TEXT = "text/plain; charset=utf-8"
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
FOR_NOW = {"Cache-Control": "no-cache"}
SHOWN_THE_EVENT = frozenset({*STAFF, Role.AUDITOR, Role.DPO, Role.LEADER})
SHOWN_THE_PROOF = SHOWN_THE_EVENT | {Role.OPS}

tlog = APIRouter(prefix="/tlog", tags=["ledger"], responses=problem_responses(404, 503))
events = case_router("/events", "ledger")


class Text(PlainTextResponse):
    media_type = TEXT


class Tile(Response):
    media_type = "application/octet-stream"


@tlog.get("/checkpoint", response_class=Text, summary="The ledger as it was last signed")
def checkpoint(app: AppDep) -> Response:
    """Origin, size and root, as a signed note, with what witnesses have added to it; without a token."""
    ledger = Ledger(app.recorder)
    return Text(ledger.cosigned(_newest(ledger)).note, headers=FOR_NOW)


@tlog.get("/key", response_class=Text, summary="The key that verifies checkpoints, and those before it")
def key(app: AppDep) -> Response:
    """`name+id+key`. Each key that it took over from follows, with `until` and the largest size that it signed. Whoever
    wants to be sure compares with what the deployment has published elsewhere."""
    ledger = Ledger(app.recorder)
    current = verifier(_newest(ledger).key)
    published = keys(chain(ledger.successions(), current), current)
    return Text("".join(f"{each}\n" for each in published), headers=FOR_NOW)


@tlog.get("/successions", response_class=Text, summary="Which key took over from which, and why")
def successions(app: AppDep) -> Response:
    """Signed notes, the first key's first, with an empty line between them; nothing when the key never changed."""
    return Text("\n".join(Ledger(app.recorder).successions()), headers=FOR_NOW)


@tlog.get("/witnesses", response_class=Text, summary="The keys of the witnesses that are asked to cosign")
def witnesses(app: AppDep) -> Response:
    """`name+id+key`, a line each; nothing where none is asked. Whoever wants to be sure compares with what the witness
    publishes itself."""
    return Text("".join(f"{each}\n" for each in Ledger(app.recorder).witnesses()), headers=FOR_NOW)


@tlog.get("/tile/{path:path}", response_class=Tile, summary="Hashes or entries of the ledger, 256 at most")
def tile(app: AppDep, path: str) -> Response:
    """`<level>/<n>`, `entries/<n>`, or with `.p/<width>` what is not full yet; nothing beyond what is signed."""
    ledger, wanted = Ledger(app.recorder), address(path)
    if wanted is None or not wanted.within(_newest(ledger).size):
        raise ProblemError(
            404, "unknown-tile", "Tuile inconnue", "Le registre signé ne comporte pas cette tuile, ou pas encore."
        )
    return Tile(ledger.tile(wanted), headers=FOR_EVER)


@tlog.get("/consistency", response_class=Text, summary="That a checkpoint only adds to an older one")
def consistency(
    app: AppDep,
    old: Annotated[int, Query(ge=0, description="The size of a checkpoint seen before")],
    new: Annotated[int | None, Query(ge=0, description="The size of a newer one; the newest if left out")] = None,
) -> Response:
    """`old <size>`, the hashes of the proof, an empty line and the newer checkpoint: what a witness is shown."""
    ledger = Ledger(app.recorder)
    signed = _newest(ledger, new)
    if old > signed.size:
        raise ProblemError(
            404,
            "unknown-size",
            "Taille inconnue",
            f"Le registre signé compte {signed.size} lignes, moins que {old}\u00a0: rien ne relie l’un à l’autre.",
        )
    hashes = ledger.asked(lambda subtree: tree.consistency(old, signed.size, subtree))
    return Text(str(Extension(old, tuple(hashes), note=ledger.cosigned(signed).note)), headers=FOR_NOW)


@events.get(
    "/{id}/proof",
    response_class=Text,
    responses=problem_responses(409),
    summary="The proof that an event is in the ledger",
)
def proof(id: UUID, app: AppDep, caller: CallerDep) -> Response:  # noqa: A002
    """A `.tlog-proof` (C2SP tlog-proof) with the newest checkpoint. Its extra line opens the entry for who may see the
    event: its SHA-256 is the entry. It holds a salt, the header, the event's name, and a fingerprint of its body."""
    authorize(caller, SHOWN_THE_PROOF, caller.case)
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
    if caller.actor.role in SHOWN_THE_EVENT:
        authorize_headers(caller, SHOWN_THE_EVENT, UUID(header_of(opened)["case"]))
        shown = bytes(opened)
    hashes = ledger.asked(lambda subtree: tree.inclusion(leaf.index, signed.size, subtree))
    named = {"Content-Disposition": f'attachment; filename="{id}.tlog-proof"', "Cache-Control": "private, no-store"}
    return Text(str(Proof(leaf.index, tuple(hashes), checkpoint=signed.note, extra=shown)), headers=named)


def _opening(asked: Any, event: UUID, leaf: Leaf) -> Opening:
    """From audit's log, where the header is; it is what the ledger committed to, or it is said."""
    ((_, topic, state), *_) = asked.recorder.history(event)
    heard: domain.EventHeard = asked.mapper.to_data(str(event), 1, topic, state)
    if not opens(leaf, heard):
        raise altered_event()
    return opening_of(heard, leaf)


def altered_event() -> ProblemError:
    return ProblemError(
        409,
        "altered-event",
        "Événement altéré",
        "Ce qu’audit conserve n’est plus ce à quoi le registre s’est engagé\u00a0: alertez l’exploitation.",
    )


def _newest(ledger: Ledger, size: int | None = None) -> Signed:
    signed = ledger.newest(size)
    if signed is None and size is not None:
        raise ProblemError(
            404, "unknown-size", "Taille inconnue", f"Aucun point de contrôle n’a été signé pour {size} lignes."
        )
    if signed is None:
        raise not_signed_yet()
    return signed


def not_signed_yet() -> ProblemError:
    return ProblemError(
        503,
        "not-signed-yet",
        "Pas encore signé",
        "Le registre n’est pas encore signé jusque-là\u00a0: réessayez dans un instant.",
        {"Retry-After": "2"},
    )
