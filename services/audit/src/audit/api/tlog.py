"""The ledger over HTTP: checkpoints, keys and tiles, public and without a token (C2SP tlog-tiles)."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response
from fastapi.responses import PlainTextResponse

from audit.ledger.store import Ledger, SignedCheckpoint
from audit.ledger.succession import published_keys, verify_chain
from audit.problems import not_signed_yet
from audit.tlog import AddCheckpointRequest, consistency_proof, parse_tile_path, parse_verifier
from shared.web.http import ProblemError, ServiceRouter, problem_responses
from shared.web.requests import AppDep

TEXT = "text/plain; charset=utf-8"
IMMUTABLE = {"Cache-Control": "public, max-age=31536000, immutable"}
NO_CACHE = {"Cache-Control": "no-cache"}

router = ServiceRouter("/tlog", tags=["ledger"], responses=problem_responses(404, 503))


class Text(PlainTextResponse):
    media_type = TEXT


class Tile(Response):
    media_type = "application/octet-stream"


@router.get("/checkpoint", response_class=Text, summary="Newest checkpoint of the ledger")
def checkpoint(app: AppDep) -> Response:
    """Origin, size and root, as a signed note with the cosignatures of its witnesses. No token is needed."""
    ledger = Ledger(app.recorder)
    return Text(ledger.with_cosignatures(_newest(ledger)).note, headers=NO_CACHE)


@router.get("/key", response_class=Text, summary="Keys that verify checkpoints")
def key(app: AppDep) -> Response:
    """`name+id+key`. Each key before it follows, with `until` and the largest size that it signed. Compare them with
    what the deployment has published elsewhere."""
    ledger = Ledger(app.recorder)
    current = parse_verifier(_newest(ledger).key)
    published = published_keys(verify_chain(ledger.successions(), current), current)
    return Text("".join(f"{each}\n" for each in published), headers=NO_CACHE)


@router.get("/successions", response_class=Text, summary="Successions of signing keys, and their reasons")
def successions(app: AppDep) -> Response:
    """Signed notes, the first key's first, with an empty line between them; nothing when the key never changed."""
    return Text("\n".join(Ledger(app.recorder).successions()), headers=NO_CACHE)


@router.get("/witnesses", response_class=Text, summary="Keys of the witnesses that are asked to cosign")
def witnesses(app: AppDep) -> Response:
    """`name+id+key`, a line each; nothing without witnesses. Compare them with what each witness publishes itself."""
    return Text("".join(f"{each}\n" for each in Ledger(app.recorder).witnesses()), headers=NO_CACHE)


@router.get("/tile/{path:path}", response_class=Tile, summary="Hashes or entries of the ledger, 256 at most")
def tile(app: AppDep, path: str) -> Response:
    """`<level>/<n>` or `entries/<n>`, with `.p/<width>` for a tile that is not full; nothing beyond what is signed."""
    ledger, address = Ledger(app.recorder), parse_tile_path(path)
    if address is None or not address.exists_in(_newest(ledger).size):
        raise ProblemError(
            404, "unknown-tile", "Tuile inconnue", "Le registre signé ne comporte pas cette tuile, ou pas encore."
        )
    return Tile(ledger.tile(address), headers=IMMUTABLE)


@router.get("/consistency", response_class=Text, summary="Proof that a checkpoint extends an older one")
def consistency(
    app: AppDep,
    old: Annotated[int, Query(ge=0, description="The size of a checkpoint seen before")],
    new: Annotated[int | None, Query(ge=0, description="The size of a newer one; the newest if left out")] = None,
) -> Response:
    """`old <size>`, the hashes of the proof, an empty line and the newer checkpoint: the body of `add-checkpoint`."""
    ledger = Ledger(app.recorder)
    signed = _newest(ledger, new)
    if old > signed.size:
        raise ProblemError(
            404,
            "unknown-size",
            "Taille inconnue",
            f"Le registre signé compte {signed.size} lignes, moins que {old}\u00a0: rien ne relie l’un à l’autre.",
        )
    hashes = ledger.compute(lambda subtree: consistency_proof(old, signed.size, subtree))
    return Text(
        str(AddCheckpointRequest(old, tuple(hashes), note=ledger.with_cosignatures(signed).note)), headers=NO_CACHE
    )


def _newest(ledger: Ledger, size: int | None = None) -> SignedCheckpoint:
    signed = ledger.newest_checkpoint(size)
    if signed is None and size is not None:
        raise ProblemError(
            404, "unknown-size", "Taille inconnue", f"Aucun point de contrôle n’a été signé pour {size} lignes."
        )
    if signed is None:
        raise not_signed_yet()
    return signed
