"""Page of a bundle, to read and print. It is derived from the rest of the bundle, so that it can be verified."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape
from typing import Any

from audit.bundle.content import parse_content
from audit.bundle.model import Bundle, BundleEvent
from audit.tlog import VerificationError, parse_checkpoint, parse_proof
from shared.kernel import ROLE_LABELS, SERVICE_LABELS, format_date, stored_tokens

ERASED, SEALED = "«\u202feffacé\u202f»", "«\u202fscellé\u202f»"
STYLE = """
body { font: 11pt/1.45 sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #161616; }
article { border-top: 1px solid #888; padding: .6em 0; break-inside: avoid; }
h2 { font-size: 1em; margin: 0; } p { margin: .2em 0; } .who, .proof { color: #3a3a3a; font-size: .9em; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1em 1em; margin: .4em 0 .4em 1em; font-size: .9em; }
dt { color: #3a3a3a; } dd { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
"""


def render_page(bundle: Bundle) -> str:
    checkpoint = parse_checkpoint(bundle.checkpoint.partition("\n\n")[0] + "\n")
    log = f"Registre {escape(checkpoint.origin)}, signé à {checkpoint.size} lignes."
    not_shown = "".join(
        f"<p>{escape(SERVICE_LABELS.get(name, name))}\u00a0: les contenus n’ont pas été montrés."
        f" {escape(service.answer)}</p>\n"
        for name, service in bundle.services.items()
        if not service.shown
    )
    sealed = f"<p>Les valeurs scellées le restent dans ce fichier\u00a0: {SEALED}.</p>\n" if bundle.sealed else ""
    return f"""<!DOCTYPE html>
<html lang="fr">
<head><meta charset="utf-8"><title>Dossier {escape(bundle.case)}</title><style>{STYLE}</style></head>
<body>
<h1>Dossier {escape(bundle.case)}</h1>
<p>{len(bundle.events)} événements, dans l’ordre où ils ont été consignés, en temps universel (UTC).</p>
<p>{log} Les personnes figurent sous un pseudonyme.</p>
{not_shown}{sealed}{"".join(_article(event, bundle.sealed) for event in bundle.events)}</body>
</html>
"""


def _article(event: BundleEvent, sealed: bool) -> str:
    header, index = event.header, parse_proof(event.proof).index
    service = SERVICE_LABELS.get(header.publisher, header.publisher)
    role = ROLE_LABELS.get(header.role, header.role)
    unit = f", {header.unit}" if header.unit else ""
    is_dated = header.effective_at != header.recorded_at
    happened = f"\u202f; survenu le {_format_instant(header.effective_at)}" if is_dated else ""
    cause = f"\u202f; suite à {header.causation}" if header.causation else ""
    return (
        f'<article id="{header.id}">\n<h2>{escape(event.description.label)}</h2>\n'
        f'<p class="who">{escape(service)}, le {_format_instant(header.recorded_at)}{happened}\u202f; {escape(role)} '
        f"{escape(header.actor)}{escape(unit)}</p>\n"
        f"{_content(event, sealed)}"
        f'<p class="proof">Événement {header.id} ({escape(header.topic)}), version {header.version} de {header.stream}'
        f"{cause}\u202f; position {header.position} du service, rang {index} du registre</p>\n</article>\n"
    )


def _content(event: BundleEvent, sealed: bool) -> str:
    if event.content is None:
        return ""
    try:
        data = parse_content(event.content).data
    except VerificationError:
        return "<p>Contenu illisible.</p>\n"
    sealed_paths = set(dict(stored_tokens(data)))
    opened = dict.fromkeys(sealed_paths, SEALED) if sealed else event.description.values
    values = opened | dict(_plain_values(data, sealed_paths))
    rows = "".join(
        f"<dt>{escape(path)}</dt><dd>{escape(_format_value(values[path]))}</dd>\n" for path in sorted(values)
    )
    return f"<dl>\n{rows}</dl>\n" if rows else ""


def _plain_values(value: Any, sealed: set[str], path: str = "") -> Iterator[tuple[str, Any]]:
    """The values of a content that are not sealed, by path; empty ones are left out."""
    if path in sealed:
        return
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _plain_values(item, sealed, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for n, item in enumerate(value):
            yield from _plain_values(item, sealed, f"{path}.{n}")
    elif value is not None:
        yield path, value


def _format_value(value: Any) -> str:
    match value:
        case None:
            return ERASED
        case bool():
            return "oui" if value else "non"
    return str(value)


def _format_instant(at: datetime) -> str:
    utc = at.astimezone(UTC)
    return f"{format_date(utc.date())} à {utc:%H:%M:%S}"
