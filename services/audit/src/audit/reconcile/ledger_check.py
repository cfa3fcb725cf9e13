"""Does the ledger still hold what it signed? Its tree made anew from its leaves, beside tiles and checkpoints."""

from __future__ import annotations

from collections.abc import Iterator

from audit.ledger.store import Ledger
from audit.ledger.succession import verify_chain
from audit.reconcile.audit_log import SELF
from audit.reconcile.finding import Finding, FindingKind
from audit.tlog import (
    EMPTY_ROOT,
    TileKey,
    VerificationError,
    extend_tiles,
    leaf_hash,
    node_hash,
    parse_verifier,
    partial_tiles,
    verify_checkpoint,
)
from shared.eventlog import LogRecorder, ServiceApplication

BATCH_LEAVES = 10_000


class Growing:
    """The root of a tree that only grows, from the roots of its complete subtrees."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[tuple[int, bytes]] = []

    def add(self, leaf: bytes) -> None:
        height, self.size = 0, self.size + 1
        while self._peaks and self._peaks[-1][0] == height:
            leaf, height = node_hash(self._peaks.pop()[1], leaf), height + 1
        self._peaks.append((height, leaf))

    @property
    def root(self) -> bytes:
        if not self._peaks:
            return EMPTY_ROOT
        *others, (_, reached) = self._peaks
        for _, peak in reversed(others):
            reached = node_hash(peak, reached)
        return reached


def check_ledger(app: ServiceApplication) -> Iterator[Finding]:
    """What differs, in one pass over what is integrated when it begins. Positions are sizes of the ledger."""
    recorder, tree, edge = app.recorder, Growing(), dict[TileKey, bytes]()
    (row,) = recorder.fetch("SELECT size FROM {schema}.ledger")
    size: int = row["size"]
    yield from _successions(recorder)
    yield from _checkpoints(recorder, tree, 0)
    while tree.size < size:
        before = tree.size
        rows = recorder.fetch(
            "SELECT index, entry FROM {schema}.leaves WHERE index >= %s AND index < %s ORDER BY index",
            (before, min(before + BATCH_LEAVES, size)),
        )
        hashes = [leaf_hash(row["entry"]) for nth, row in enumerate(rows, before) if row["index"] == nth]
        if not hashes:
            yield Finding(FindingKind.LEAVES_GONE, SELF, position=before)
            return
        tiles = extend_tiles({level: edge[place] for level, place in partial_tiles(before).items()}, before, hashes)
        yield from _tiles(recorder, tiles)
        yield from _checkpoints(recorder, tree, before, hashes)
        edge = {place: tiles.get(place, edge.get(place, b"")) for place in partial_tiles(tree.size).values()}
    for row in recorder.fetch("SELECT nth, size FROM {schema}.checkpoints WHERE size > %s ORDER BY nth", (size,)):
        (grown_since,) = recorder.fetch("SELECT size FROM {schema}.ledger")
        if row["size"] > grown_since["size"]:
            yield Finding(FindingKind.CHECKPOINT_BEYOND, SELF, position=row["size"], name=f"n° {row['nth']}")


def _successions(recorder: LogRecorder) -> Iterator[Finding]:
    """Each key but the first took over by its own signature, with the tree that the one before had signed."""
    ledger = Ledger(recorder)
    if (last := ledger.newest()) is None:
        return
    try:
        links = verify_chain(ledger.successions(), parse_verifier(last.key))
    except VerificationError as error:
        yield Finding(FindingKind.SUCCESSION_HERE, SELF, position=last.size, name=str(error))
        return
    for link in links:
        signed = ledger.newest(link.checkpoint.size)
        if signed is None or not signed.note.startswith(f"{link.checkpoint}\n"):
            yield Finding(FindingKind.SUCCESSION_HERE, SELF, position=link.checkpoint.size, name=link.new.key_id.hex())
    known = [last.key, *(str(link.old) for link in links)]
    for row in recorder.fetch("SELECT nth, size FROM {schema}.checkpoints WHERE key <> ALL(%s)", (known,)):
        yield Finding(FindingKind.CHECKPOINT_UNSIGNED, SELF, position=row["size"], name=f"n° {row['nth']}")


def _tiles(recorder: LogRecorder, tiles: dict[TileKey, bytes]) -> Iterator[Finding]:
    """A tile may have grown since."""
    rows = recorder.fetch(
        "SELECT level, n, hashes FROM {schema}.tiles"
        " WHERE (level, n) IN (SELECT * FROM unnest(%s::smallint[], %s::bigint[]))",
        ([level for level, _ in tiles], [n for _, n in tiles]),
    )
    kept = {(row["level"], row["n"]): bytes(row["hashes"]) for row in rows}
    for (level, n), hashes in sorted(tiles.items()):
        if not kept.get((level, n), b"").startswith(hashes):
            yield Finding(FindingKind.TILE_HERE, SELF, position=n, name=f"tile/{level}/{n}")


def _checkpoints(
    recorder: LogRecorder, tree: Growing, before: int, hashes: list[bytes] | None = None
) -> Iterator[Finding]:
    """Of the sizes that these leaves' hashes reach; they are added to the tree. Without any: of the empty tree."""
    first, last = (before + 1, before + len(hashes)) if hashes else (0, 0)
    signed = recorder.fetch(
        "SELECT nth, size, note, key FROM {schema}.checkpoints WHERE size >= %s AND size <= %s ORDER BY size, nth",
        (first, last),
    )
    for row in signed:
        while tree.size < row["size"]:
            tree.add((hashes or [])[tree.size - before])
        try:
            told = verify_checkpoint(row["note"], [parse_verifier(row["key"])])
        except VerificationError:
            yield Finding(FindingKind.CHECKPOINT_UNSIGNED, SELF, position=row["size"], name=f"n° {row['nth']}")
            continue
        if (told.size, told.root) != (row["size"], tree.root):
            yield Finding(FindingKind.CHECKPOINT_HERE, SELF, position=row["size"], name=f"n° {row['nth']}")
    for each in (hashes or [])[tree.size - before :]:
        tree.add(each)
