"""Picture of how a case goes from one service to the next, drawn from the AsyncAPI documents.

python docs/_site/flow_picture.py      writes docs/images/flow.svg anew"""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from itertools import count

from packages import PHASES, ROOT

FILE = ROOT / "docs" / "images" / "flow.svg"
TITLES = {
    "intake": ("Intake", "accueil"),
    "diagnostic": ("Diagnostic", "diagnostic partagé"),
    "parcours": ("Parcours", "élaboration, coordination"),
    "followup": ("Follow-up", "suivi et consolidation"),
}
WIDTH, BOX_WIDTH, BOX_HEIGHT, GAP, MARGIN = 1260, 165, 92, 190, 15
BOX_TOP, LEVEL, LINE = 136, 46, 15
BUS_TOP = BOX_TOP + BOX_HEIGHT + 130
STYLE = """
text { font: 13px system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: #17313a }
.name { font-size: 17px; font-weight: 600 }
.small { font-size: 12px; fill: #44606a }
.event { font: 11.5px ui-monospace, "DejaVu Sans Mono", monospace; fill: #0b5f66 }
.box { fill: #fff; stroke: #0f766e; stroke-width: 1.6 }
.log { fill: #e3f1ef; stroke: #0f766e }
.bus { fill: #17313a }
.on-dark { fill: #fff }
.arrow { fill: none; stroke: #0b5f66; stroke-width: 1.6; marker-end: url(#head) }
.thin { fill: none; stroke: #7c949c; stroke-width: 1.2; marker-end: url(#tail) }
"""


def messages() -> dict[tuple[str, str], list[str]]:
    """By publisher and receiver: the events that move a case. Left out: what every phase receives or confirms (rights,
    who is in charge, erasure)."""
    found: list[tuple[str, str, str]] = []
    for receiver in PHASES:
        api = json.loads((ROOT / "shared" / "schemas" / f"{receiver}.asyncapi.json").read_text())
        for operation in api["operations"].values():
            if operation["action"] == "receive":
                channel = operation["channel"]["$ref"].rpartition("/")[2].replace("%20", " ")
                _, _, publisher, _, event, _ = api["channels"][channel]["address"].split(".")
                found.append((publisher, receiver, event))
    pairs: dict[tuple[str, str], list[str]] = {}
    for publisher, receiver, event in sorted(found):
        receivers = {to for _, to, name in found if name == event}
        publishers = {by for by, _, name in found if name == event}
        if len(receivers) < len(PHASES) - 1 and len(publishers) == 1:
            pairs.setdefault((publisher, receiver), []).append(event)
    return pairs


def picture() -> str:
    size = f"0 0 {WIDTH} {BUS_TOP + 190}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size}" role="img" aria-label="{_description()}">',
        f"<style>{STYLE}</style>",
        '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0L8 4L0 8z" fill="#0b5f66"/></marker><marker id="tail" viewBox="0 0 8 8" refX="7" refY="4"'
        ' markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="#7c949c"/></marker></defs>',
        f'<rect width="{WIDTH}" height="{BUS_TOP + 190}" rx="10" fill="#fbfdfd"/>',
        *(line for name in PHASES for line in _phase(name)),
        *_arrows(),
        *_below(),
        "</svg>\n",
    ]
    return "\n".join(parts)


def _description() -> str:
    flows = "; ".join(f"{by} to {to}: {', '.join(events)}" for (by, to), events in messages().items())
    return escape(f"Events between services. {flows}. Audit receives all.")


def _left(name: str) -> int:
    return MARGIN + PHASES.index(name) * (BOX_WIDTH + GAP)


def _phase(name: str) -> Iterator[str]:
    left, middle = _left(name), _left(name) + BOX_WIDTH // 2
    yield f'<rect class="box" x="{left}" y="{BOX_TOP}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="8"/>'
    for words, style, down in zip(TITLES[name], ("name", "small"), (32, 54), strict=True):
        yield _text(middle, BOX_TOP + down, words, style)
    yield f'<rect class="log" x="{left + 18}" y="{BOX_TOP + 64}" width="{BOX_WIDTH - 36}" height="20" rx="4"/>'
    yield _text(middle, BOX_TOP + 78, "its own event log", "small")
    yield f'<path class="thin" d="M{middle} {BOX_TOP + BOX_HEIGHT}V{BUS_TOP}"/>'


def _arrows() -> Iterator[str]:
    """Neighbours are joined directly, forwards above and backwards below; others by a line over or under the boxes."""
    over, under = count(1), count(1)
    for (by, to), events in sorted(messages().items(), key=lambda pair: abs(_step(*pair[0]))):
        step = _step(by, to)
        if abs(step) == 1:
            start, end = (_left(by) + BOX_WIDTH, _left(to)) if step > 0 else (_left(by), _left(to) + BOX_WIDTH)
            y = BOX_TOP + (30 if step > 0 else 66)
            yield f'<path class="arrow" d="M{start} {y}H{end}"/>'
            yield from _names((start + end) // 2, y, events, above=step > 0)
        elif step < 0:
            yield from _detour(by, to, events, BOX_TOP, -next(over))
        else:
            yield from _detour(by, to, events, BOX_TOP + BOX_HEIGHT, next(under))


def _step(by: str, to: str) -> int:
    return PHASES.index(to) - PHASES.index(by)


def _detour(by: str, to: str, events: list[str], edge: int, level: int) -> Iterator[str]:
    shift = 12 * abs(level)
    start, end = _left(by) + BOX_WIDTH // 2 + shift, _left(to) + BOX_WIDTH // 2 + (shift if level < 0 else -shift)
    y = edge + level * LEVEL + (0 if level < 0 else 40)
    yield f'<path class="arrow" d="M{start} {edge}V{y}H{end}V{edge}"/>'
    yield _text((start + 2 * end) // 3, y - 6, " · ".join(events), "event")


def _names(x: int, y: int, events: list[str], *, above: bool) -> Iterator[str]:
    for nth, event in enumerate(reversed(events) if above else events):
        yield _text(x, y - 7 - nth * LINE if above else y + 16 + nth * LINE, event, "event")


def _below() -> Iterator[str]:
    yield f'<rect class="bus" x="{MARGIN}" y="{BUS_TOP}" width="{WIDTH - 2 * MARGIN}" height="34" rx="6"/>'
    words = "NATS JetStream: transport only. What it loses is read again from the publisher’s log"
    yield _text(WIDTH // 2, BUS_TOP + 22, words, "on-dark")
    left, top = WIDTH // 2 - 330, BUS_TOP + 84
    yield f'<path class="thin" d="M{WIDTH // 2} {BUS_TOP + 34}V{top}"/>'
    yield f'<rect class="box" x="{left}" y="{top}" width="660" height="78" rx="8"/>'
    yield _text(WIDTH // 2, top + 30, "Audit", "name")
    label = (
        "every event of every service, in a signed ledger (C2SP tiles) that anybody can verify, and witnesses cosign"
    )
    yield _text(WIDTH // 2, top + 54, label, "small")


def _text(x: int, y: int, words: str, style: str) -> str:
    return f'<text class="{style}" x="{x}" y="{y}" text-anchor="middle">{escape(words)}</text>'


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(picture())
