"""The sign-in page of the development identity provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

ROLE_NAMES = {
    "adviser": "chargé·e d’accompagnement",
    "manager": "responsable de la structure porteuse",
    "regional": "DLA régional",
    "leader": "dirigeant·e de la structure",
    "provider": "prestataire",
    "recipient": "destinataire d’une orientation",
    "committee": "comité d’appui",
    "resource_centre": "centre de ressources",
    "pilot": "pilote",
    "partner": "partenaire",
    "auditor": "auditeur·rice",
    "dpo": "délégué·e à la protection des données",
    "ops": "exploitation",
}
"""As the services label them; nothing of the services is imported here. A test compares both."""
FORWARDED_PARAMETERS = (
    "client_id",
    "redirect_uri",
    "response_type",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
)
STYLE = """
:root{color-scheme:light dark}body{font:100%/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}
ul{list-style:none;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(18rem,1fr));gap:.5rem}
button,input,select{font:inherit;padding:.5rem .75rem;border:1px solid #8a8f94;border-radius:8px}
li button{width:100%;text-align:left;display:grid;cursor:pointer}label{display:grid;margin:.5rem 0}
"""


@dataclass(frozen=True)
class Person:
    """`units`: the territory, where the role has one; `case`: the only one that a leader or a provider sees."""

    subject: str
    name: str
    role: str
    unit: str | None = None
    units: tuple[str, ...] = ()
    case: str | None = None


def sign_in_page(people: Mapping[str, Person], parameters: Mapping[str, str]) -> str:
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(parameters[name])}">'
        for name in FORWARDED_PARAMETERS
        if name in parameters
    )
    listed = "".join(
        f'<li><button name="who" value="{key}"><strong>{escape(person.name)}</strong>'
        f"<span>{_describe(person)}</span></button></li>"
        for key, person in people.items()
    )
    roles = "".join(f'<option value="{role}">{name}</option>' for role, name in ROLE_NAMES.items())
    return _html_page(
        "Qui êtes-vous\u202f?",
        "<p>Ce fournisseur d’identité ne sert qu’à essayer\u00a0: il croit qui s’assied à cette machine.</p>"
        f'<form method="post" action="/authorize">{hidden}<ul>{listed}</ul></form>'
        "<details><summary>Quelqu’un d’autre</summary>"
        f'<form method="post" action="/authorize">{hidden}'
        f'<label>Rôle<select name="role">{roles}</select></label>'
        '<label>Nom<input name="name"></label>'
        '<label>Structure porteuse, comme dla-44<input name="unit"></label>'
        '<label>Territoire\u00a0: structures porteuses, séparées par des espaces<input name="units"></label>'
        '<label>Identifiant du dossier, pour une ou un dirigeant ou prestataire<input name="case"></label>'
        "<button>Entrer</button></form></details>",
    )


def message_page(sentence: str) -> str:
    return _html_page("Connexion impossible", f"<p>{escape(sentence)}</p>")


def _describe(person: Person) -> str:
    where = person.unit or (f"{len(person.units)} structures porteuses" if person.units else "")
    return escape(ROLE_NAMES[person.role] + (f" · {where}" if where else ""))


def _html_page(title: str, content: str) -> str:
    return (
        f'<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style></head>'
        f"<body><main><h1>{title}</h1>{content}</main></body></html>"
    )
