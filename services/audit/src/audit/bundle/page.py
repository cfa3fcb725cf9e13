"""How is a case read and printed? A page made of nothing but what the bundle holds, so that it can be made again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape
from typing import Any

from audit.bundle.content import parse_content
from audit.bundle.labels import ERASED, SEALED
from audit.bundle.model import Bundle, BundleEvent
from audit.tlog import VerificationError, parse_checkpoint, parse_proof
from shared.kernel import ROLE_LABELS, SERVICE_LABELS, format_date, stored_tokens

STYLE = """
body { font: 11pt/1.45 sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #161616; }
article { border-top: 1px solid #888; padding: .6em 0; break-inside: avoid; }
h2 { font-size: 1em; margin: 0; } p { margin: .2em 0; } .who, .proof { color: #3a3a3a; font-size: .9em; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1em 1em; margin: .4em 0 .4em 1em; font-size: .9em; }
dt { color: #3a3a3a; } dd { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
"""


def render_page(bundle: Bundle) -> str:
    signed = parse_checkpoint(bundle.checkpoint.partition("\n\n")[0] + "\n")
    kept = "".join(
        f"<p>{escape(SERVICE_LABELS.get(name, name))}\u00a0: les contenus n’ont pas été montrés."
        f" {escape(reading.answer)}</p>\n"
        for name, reading in bundle.services.items()
        if not reading.shown
    )
    closed = f"<p>Les valeurs scellées le restent dans ce fichier\u00a0: {SEALED}.</p>\n" if bundle.sealed else ""
    return f"""<!DOCTYPE html>
<html lang="fr">
<head><meta charset="utf-8"><title>Dossier {escape(bundle.case)}</title><style>{STYLE}</style></head>
<body>
<h1>Dossier {escape(bundle.case)}</h1>
<p>{len(bundle.lines)} événements, dans l’ordre où ils ont été consignés, en temps universel (UTC).</p>
<p>Registre {escape(signed.origin)}, signé à {signed.size} lignes. Les personnes figurent sous un pseudonyme.</p>
{kept}{closed}{"".join(_article(line, bundle.sealed) for line in bundle.lines)}</body>
</html>
"""


def _article(line: BundleEvent, sealed: bool) -> str:
    told, rank = line.header, parse_proof(line.proof).index
    phase, role = SERVICE_LABELS.get(told.publisher, told.publisher), ROLE_LABELS.get(told.role, told.role)
    unit = f", {told.unit}" if told.unit else ""
    happened = "" if told.effective_at == told.recorded_at else f"\u202f; survenu le {_instant(told.effective_at)}"
    cause = f"\u202f; suite à {told.causation}" if told.causation else ""
    return (
        f'<article id="{told.id}">\n<h2>{escape(line.said.label)}</h2>\n'
        f'<p class="who">{escape(phase)}, le {_instant(told.recorded_at)}{happened}\u202f; {escape(role)} '
        f"{escape(told.actor)}{escape(unit)}</p>\n"
        f"{_content(line, sealed)}"
        f'<p class="proof">Événement {told.id} ({escape(told.topic)}), version {told.version} de {told.stream}{cause}'
        f"\u202f; position {told.position} du service, rang {rank} du registre</p>\n</article>\n"
    )


def _content(line: BundleEvent, sealed: bool) -> str:
    if line.content is None:
        return ""
    try:
        data = parse_content(line.content).data
    except VerificationError:
        return "<p>Contenu illisible.</p>\n"
    closed = set(dict(stored_tokens(data)))
    values = (dict.fromkeys(closed, SEALED) if sealed else line.said.values) | dict(_leaves(data, closed))
    rows = "".join(f"<dt>{escape(path)}</dt><dd>{escape(_said(values[path]))}</dd>\n" for path in sorted(values))
    return f"<dl>\n{rows}</dl>\n" if rows else ""


def _leaves(value: Any, sealed: set[str], path: str = "") -> Iterator[tuple[str, Any]]:
    """What is in clear in a content, by path; nothing for what is empty."""
    if path in sealed:
        return
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _leaves(item, sealed, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for n, item in enumerate(value):
            yield from _leaves(item, sealed, f"{path}.{n}")
    elif value is not None:
        yield path, value


def _said(value: Any) -> str:
    match value:
        case None:
            return ERASED
        case bool():
            return "oui" if value else "non"
    return str(value)


def _instant(at: datetime) -> str:
    there = at.astimezone(UTC)
    return f"{format_date(there.date())} à {there:%H:%M:%S}"
