"""Does the ledger still hold what it signed? Its tree made anew from its leaves, beside tiles and checkpoints."""

from __future__ import annotations

from collections.abc import Iterator

from audit.ledger.store import Ledger
from audit.ledger.succession import chain
from audit.reconcile.audit_log import SELF
from audit.reconcile.finding import Finding, Kind
from audit.tlog.checkpoint import verified
from audit.tlog.note import verifier
from audit.tlog.tiles import Place, edge_of, grown
from audit.tlog.tree import EMPTY, Unproven, leaf_hash, node_hash
from shared.eventlog import LogRecorder, ServiceApplication

BATCH = 10_000


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
            return EMPTY
        *others, (_, reached) = self._peaks
        for _, peak in reversed(others):
            reached = node_hash(peak, reached)
        return reached


def rebuilt(app: ServiceApplication) -> Iterator[Finding]:
    """What differs, in one pass over what is integrated when it begins. Positions are sizes of the ledger."""
    recorder, tree, edge = app.recorder, Growing(), dict[Place, bytes]()
    (row,) = recorder.fetch("SELECT size FROM {schema}.ledger")
    size: int = row["size"]
    yield from _successions(recorder)
    yield from _checkpoints(recorder, tree, 0)
    while tree.size < size:
        before = tree.size
        rows = recorder.fetch(
            "SELECT index, entry FROM {schema}.leaves WHERE index >= %s AND index < %s ORDER BY index",
            (before, min(before + BATCH, size)),
        )
        hashes = [leaf_hash(row["entry"]) for nth, row in enumerate(rows, before) if row["index"] == nth]
        if not hashes:
            yield Finding(Kind.LEAVES_GONE, SELF, position=before)
            return
        tiles = grown({level: edge[place] for level, place in edge_of(before).items()}, before, hashes)
        yield from _tiles(recorder, tiles)
        yield from _checkpoints(recorder, tree, before, hashes)
        edge = {place: tiles.get(place, edge.get(place, b"")) for place in edge_of(tree.size).values()}
    for row in recorder.fetch("SELECT nth, size FROM {schema}.checkpoints WHERE size > %s ORDER BY nth", (size,)):
        (grown_since,) = recorder.fetch("SELECT size FROM {schema}.ledger")
        if row["size"] > grown_since["size"]:
            yield Finding(Kind.CHECKPOINT_BEYOND, SELF, position=row["size"], name=f"n° {row['nth']}")


def _successions(recorder: LogRecorder) -> Iterator[Finding]:
    """Each key but the first took over by its own signature, with the tree that the one before had signed."""
    ledger = Ledger(recorder)
    if (last := ledger.newest()) is None:
        return
    try:
        links = chain(ledger.successions(), verifier(last.key))
    except Unproven as error:
        yield Finding(Kind.SUCCESSION_HERE, SELF, position=last.size, name=str(error))
        return
    for link in links:
        signed = ledger.newest(link.checkpoint.size)
        if signed is None or not signed.note.startswith(f"{link.checkpoint}\n"):
            yield Finding(Kind.SUCCESSION_HERE, SELF, position=link.checkpoint.size, name=link.new.key_id.hex())
    known = [last.key, *(str(link.old) for link in links)]
    for row in recorder.fetch("SELECT nth, size FROM {schema}.checkpoints WHERE key <> ALL(%s)", (known,)):
        yield Finding(Kind.CHECKPOINT_UNSIGNED, SELF, position=row["size"], name=f"n° {row['nth']}")


def _tiles(recorder: LogRecorder, tiles: dict[Place, bytes]) -> Iterator[Finding]:
    """A tile may have grown since."""
    rows = recorder.fetch(
        "SELECT level, n, hashes FROM {schema}.tiles"
        " WHERE (level, n) IN (SELECT * FROM unnest(%s::smallint[], %s::bigint[]))",
        ([level for level, _ in tiles], [n for _, n in tiles]),
    )
    kept = {(row["level"], row["n"]): bytes(row["hashes"]) for row in rows}
    for (level, n), hashes in sorted(tiles.items()):
        if not kept.get((level, n), b"").startswith(hashes):
            yield Finding(Kind.TILE_HERE, SELF, position=n, name=f"tile/{level}/{n}")


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
            told = verified(row["note"], [verifier(row["key"])])
        except Unproven:
            yield Finding(Kind.CHECKPOINT_UNSIGNED, SELF, position=row["size"], name=f"n° {row['nth']}")
            continue
        if (told.size, told.root) != (row["size"], tree.root):
            yield Finding(Kind.CHECKPOINT_HERE, SELF, position=row["size"], name=f"n° {row['nth']}")
    for each in (hashes or [])[tree.size - before :]:
        tree.add(each)
