"""The status of services in a terminal: one line for each, what hurts with what to do, and all measures of one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

WATCH_SECONDS = 2.0
LATE_SECONDS = 60.0
Document = dict[str, Any]
"""As `status_document` makes it; with `error` alone where a service does not answer."""
HEAD = ("service", "state", "log", "outbox", "behind", "lists", "deadlines", "parked")


def show(find: Callable[[], Sequence[Document]], console: Console, *, watch: bool, detailed: bool) -> bool:
    """Prints the status, or shows it anew every two seconds until Ctrl-C. True when nothing hurts."""
    documents = find()
    if not watch:
        console.print(render(documents, detailed=detailed))
        return is_well(documents)
    with Live(render(documents, detailed=detailed), console=console, auto_refresh=False) as live:
        while True:
            try:
                time.sleep(WATCH_SECONDS)
                live.update(render(documents := find(), detailed=detailed), refresh=True)
            except KeyboardInterrupt:
                return is_well(documents)


def is_well(documents: Iterable[Document]) -> bool:
    return not any("error" in each or each["faults"] for each in documents)


def render(documents: Sequence[Document], *, detailed: bool) -> RenderableType:
    table = Table(*HEAD, title="DLA", title_justify="left")
    for document in documents:
        table.add_row(*_row(document))
    faults = [line for document in documents for line in _fault_lines(document)]
    parts: list[RenderableType] = [table, *faults]
    if detailed:
        parts += [_all_measures(document) for document in documents if "error" not in document]
    return Group(*parts)


def _row(document: Document) -> list[Text]:
    if "error" in document:
        return [Text(document["service"]), Text("✘ no answer", style="bold red"), *[Text("")] * 6]
    count = len(document["faults"])
    state = Text(f"▲ {count} to look at", style="bold red") if count else Text("● well", style="green")
    return [
        Text(document["service"], style="bold"),
        state,
        _number(document, "dla_log_position"),
        _seconds(document, "dla_outbox_age_seconds"),
        _seconds(document, "dla_lag_seconds"),
        _seconds(document, "dla_projection_lag_seconds"),
        _seconds(document, "dla_deadline_late_seconds"),
        _number(document, "dla_parked_cases", bad_from=1),
    ]


def _fault_lines(document: Document) -> Iterable[Text]:
    if "error" in document:
        yield Text(f"{document['service']}: {document['error']}", style="bold red")
    for fault in document.get("faults", ()):
        about = f" ({fault['about']})" if fault["about"] else ""
        yield Text.assemble(
            (f"{document['service']}: {fault['fault']}{about}", "bold red"),
            f"  {fault['detail']}\n    → ",
            (fault["advice"].replace("`", ""), "yellow"),
        )


def _all_measures(document: Document) -> Table:
    table = Table("measure", "of", "value", title=document["service"], title_justify="left")
    for measure in document["measures"]:
        labels = " ".join(measure["labels"].values())
        table.add_row(measure["name"].removeprefix("dla_"), labels, _text(measure))
    return table


def _worst(document: Document, name: str) -> float | None:
    values = [each["value"] for each in document["measures"] if each["name"] == name]
    return max(values, default=None)


def _seconds(document: Document, name: str) -> Text:
    value = _worst(document, name)
    if value is None:
        return Text("–", style="dim")
    return Text(duration(value), style="red" if value > LATE_SECONDS else "green")


def _number(document: Document, name: str, bad_from: float = float("inf")) -> Text:
    value = _worst(document, name) or 0.0
    return Text(f"{value:,.0f}".replace(",", "\u202f"), style="red" if value >= bad_from else "")


def _text(measure: dict[str, Any]) -> str:
    value: float = measure["value"]
    return duration(value) if measure["name"].endswith("_seconds") else f"{value:,.0f}".replace(",", "\u202f")


def duration(seconds: float) -> str:
    """`4 s`, `12 min`, `3.5 h`, `2.0 d`."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 172_800 else f"{seconds / 86_400:.1f} d"
