"""Check of the ledger's own tables: the tree is rebuilt from the leaves and compared with tiles and checkpoints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from audit.ledger.french import in_french
from audit.ledger.store import Ledger
from audit.ledger.succession import verify_chain
from audit.reconcile.audit_log import SELF
from audit.reconcile.finding import Finding, FindingKind
from audit.tlog import (
    CompactRange,
    TileKey,
    VerificationError,
    extend_tiles,
    leaf_hash,
    parse_verifier,
    partial_tiles,
    verify_checkpoint,
)
from shared.eventlog import LogRecorder, ServiceApplication

BATCH_LEAVES = 10_000


def check_ledger(app: ServiceApplication) -> Iterator[Finding]:
    """One pass over what is integrated when it begins. Positions of its findings are sizes of the ledger."""
    recorder, tree, edge = app.recorder, CompactRange(), dict[TileKey, bytes]()
    (row,) = recorder.fetch("SELECT size FROM {schema}.ledger")
    size: int = row["size"]
    yield from _check_successions(recorder)
    yield from _check_checkpoints(recorder, tree, [])
    while tree.size < size:
        before = tree.size
        rows = recorder.fetch(
            "SELECT index, entry FROM {schema}.leaves WHERE index >= %s AND index < %s ORDER BY index",
            (before, min(before + BATCH_LEAVES, size)),
        )
        hashes = [leaf_hash(row["entry"]) for nth, row in enumerate(rows, before) if row["index"] == nth]
        if not hashes:
            yield Finding(FindingKind.LEAVES_MISSING, SELF, position=before)
            return
        tiles = extend_tiles({level: edge[key] for level, key in partial_tiles(before).items()}, before, hashes)
        yield from _check_tiles(recorder, tiles)
        yield from _check_checkpoints(recorder, tree, hashes)
        edge = {key: tiles.get(key, edge.get(key, b"")) for key in partial_tiles(tree.size).values()}
    for row in recorder.fetch("SELECT nth, size FROM {schema}.checkpoints WHERE size > %s ORDER BY nth", (size,)):
        (ledger_now,) = recorder.fetch("SELECT size FROM {schema}.ledger")
        if row["size"] > ledger_now["size"]:
            yield Finding(FindingKind.CHECKPOINT_BEYOND, SELF, position=row["size"], name=f"n° {row['nth']}")


def _check_successions(recorder: LogRecorder) -> Iterator[Finding]:
    """Each key but the first took over by its own signature, with the tree that the one before had signed."""
    ledger = Ledger(recorder)
    if (last := ledger.newest_checkpoint()) is None:
        return
    try:
        links = verify_chain(ledger.successions(), parse_verifier(last.key))
    except VerificationError as error:
        yield Finding(FindingKind.SUCCESSION_CONTRADICTED, SELF, position=last.size, name=in_french(error))
        return
    for link in links:
        size = link.checkpoint.size
        signed = ledger.newest_checkpoint(size)
        if signed is None or not signed.note.startswith(f"{link.checkpoint}\n"):
            yield Finding(FindingKind.SUCCESSION_CONTRADICTED, SELF, position=size, name=link.new.key_id.hex())
    known = [last.key, *(str(link.old) for link in links)]
    for row in recorder.fetch("SELECT nth, size FROM {schema}.checkpoints WHERE key <> ALL(%s)", (known,)):
        yield Finding(FindingKind.CHECKPOINT_UNSIGNED, SELF, position=row["size"], name=f"n° {row['nth']}")


def _check_tiles(recorder: LogRecorder, tiles: dict[TileKey, bytes]) -> Iterator[Finding]:
    """A stored tile may have grown since."""
    rows = recorder.fetch(
        "SELECT level, n, hashes FROM {schema}.tiles"
        " WHERE (level, n) IN (SELECT * FROM unnest(%s::smallint[], %s::bigint[]))",
        ([level for level, _ in tiles], [n for _, n in tiles]),
    )
    stored = {(row["level"], row["n"]): bytes(row["hashes"]) for row in rows}
    for (level, n), hashes in sorted(tiles.items()):
        if not stored.get((level, n), b"").startswith(hashes):
            yield Finding(FindingKind.TILE_ALTERED, SELF, position=n, name=f"tile/{level}/{n}")


def _check_checkpoints(recorder: LogRecorder, tree: CompactRange, hashes: Sequence[bytes]) -> Iterator[Finding]:
    """Adds leaves to the tree, and checks the checkpoints of the sizes that it passes; without any, those of size 0."""
    before = tree.size
    first, last = (before + 1, before + len(hashes)) if hashes else (0, 0)
    rows = recorder.fetch(
        "SELECT nth, size, note, key FROM {schema}.checkpoints WHERE size >= %s AND size <= %s ORDER BY size, nth",
        (first, last),
    )
    for row in rows:
        while tree.size < row["size"]:
            tree.add(hashes[tree.size - before])
        try:
            checkpoint = verify_checkpoint(row["note"], [parse_verifier(row["key"])])
        except VerificationError:
            yield Finding(FindingKind.CHECKPOINT_UNSIGNED, SELF, position=row["size"], name=f"n° {row['nth']}")
            continue
        if (checkpoint.size, checkpoint.root) != (row["size"], tree.root):
            yield Finding(FindingKind.CHECKPOINT_CONTRADICTED, SELF, position=row["size"], name=f"n° {row['nth']}")
    for each in hashes[tree.size - before :]:
        tree.add(each)
