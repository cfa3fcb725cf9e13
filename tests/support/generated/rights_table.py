"""Table of rights: each role, on which cases, reading or writing; allowed or refused, and by which rule.

python -m tests.support.generated.rights_table      writes it anew"""

from __future__ import annotations

import re
from pathlib import Path
from uuid import UUID

from tests.support.checks.declared import declared
from tests.support.generated.golden_samples import SERVICES

from shared.access import AccessAction, ProtectedCase, evaluate
from shared.kernel import Actor, Role

FILE = Path(__file__).parents[3] / "docs" / "rights.md"
OWN, REGION, OTHER = "dla-44", "dla-49", "dla-75"
DOSSIER, ANOTHER = UUID(int=1), UUID(int=2)
BOUND = (Role.LEADER, Role.PROVIDER, Role.RECIPIENT)
WHOSE = {
    "own unit": OWN,
    "another unit of the territory": REGION,
    "elsewhere": OTHER,
    "own unit, confidential, in charge": OWN,
    "own unit, confidential": OWN,
    "own unit, confidential, opened in an emergency": OWN,
    "another unit of the territory, confidential": REGION,
    "own unit, archived": OWN,
    "own unit, confidential, archived": OWN,
    "another unit of the territory, archived": REGION,
    "another unit of the territory, register": REGION,
    "elsewhere, register": OTHER,
    "shared by all": None,
}
ONES = {
    "the one dossier": DOSSIER,
    "the one dossier, confidential": DOSSIER,
    "the one dossier, archived": DOSSIER,
    "another dossier": ANOTHER,
}


def decision(role: Role, whose: str, action: AccessAction) -> tuple[bool, str]:
    """Of somebody of the unit `OWN` whose territory is `OWN` and `REGION`; leaders and providers have one dossier."""
    actor = Actor("somebody", role, unit=None if role in BOUND else OWN, units=() if role in BOUND else (OWN, REGION))
    only = DOSSIER if role in BOUND else None
    in_charge = "somebody" if whose.endswith("in charge") else "somebody else"
    units = frozenset(filter(None, {WHOSE.get(whose, OWN)}))
    case = ProtectedCase(
        ONES.get(whose, DOSSIER),
        units,
        confidential="confidential" in whose,
        adviser=in_charge,
        archived="archived" in whose,
        register="register" in whose,
        shared="shared" in whose,
        emergency="emergency" in whose,
    )
    found = evaluate(actor, only, action, case)
    return found.allowed, found.policy


def lines() -> list[str]:
    rows = []
    for role in Role:
        for whose in ONES if role in BOUND else WHOSE:
            cells = [decision(role, whose, action) for action in AccessAction]
            rows.append(f"| `{role}` | {whose} | {' | '.join(_cell(*cell) for cell in cells)} |")
    return rows


DOSSIER_NAMED = re.compile(r"(?P<collection>/api/v1/[a-z-]+)/\{(?P<name>id|case|unit)\}")
OF_DOSSIERS = {
    "/api/v1/requests",
    "/api/v1/diagnoses",
    "/api/v1/parcours",
    "/api/v1/follow-ups",
    "/api/v1/cases",
    "/api/v1/events",
    "/api/v1/funds",
    "/api/v1/operations",
    "/api/v1/retention",
    "/api/v1/identities",
    "/api/v1/sheets",
}
"""Whose ids the policy knows: cases, what belongs to a unit alike, an identity by its rights, an event by its case, and
a capitalisation sheet, by the unit that proposed it."""


def is_known(role: Role, whose: str) -> bool:
    """Whether somebody sees anything of it: of what they do not, they are told the same as of nothing."""
    return any(decision(role, whose, action)[0] for action in (AccessAction.READ, AccessAction.HEADERS))


def action_on_a_dossier(operation: str) -> AccessAction | None:
    """By "GET /path": what it does to the dossier that it names, if it names one."""
    method, _, path = operation.partition(" ")
    named = DOSSIER_NAMED.match(path)
    if named is None or named["collection"] not in OF_DOSSIERS:
        return None
    if named["collection"] == "/api/v1/retention":
        return AccessAction.DATA_PROTECTION
    return AccessAction.READ if method == "GET" else AccessAction.WRITE


HEADERS_ALONE = {("GET /api/v1/cases/{id}/timeline", Role.PARTNER)}
"""Who is never shown more of a case than headers, by operation."""


def action_of(operation: str, role: Role) -> AccessAction | None:
    """What the operation does to the dossier that it names, for this role."""
    return AccessAction.HEADERS if (operation, role) in HEADERS_ALONE else action_on_a_dossier(operation)


def operations() -> list[str]:
    rows = []
    for name in SERVICES:
        for operation, roles in sorted(declared(name).items(), key=lambda told: told[0].split()[::-1]):
            whom = " ".join(f"`{each}`" for each in Role if each in roles) if roles else "who asks for no right"
            rows.append(f"| {name} | `{operation}` | {action_on_a_dossier(operation) or ''} | {whom} |")
    return rows


def table() -> str:
    return f"""# Rights: who may do what, on which case

Written by `make schemas` from [policy.cedar](../shared/src/shared/access/policy.cedar) and the endpoints, compared and
tried over HTTP by tests. Each operation is for some roles (second table). On which cases a role may use it is the same
for every operation (first table). A refusal is 403, and its `policy` names the rule: `role` when the operation is not
for the caller's role, `own-case` for leaders and providers on another case. Where reading and `headers` are both
refused by another rule, nothing is said: the answer is the 404 of an id that nothing has. A territory includes the own
unit; a transferred request belongs to both units. `headers` is what audit shows of a confidential case to auditors and
data protection officers: in timeline, proofs and bundle, what was recorded, when and by whom, and none of its content.
`follow`: its row in a list, and the events that it publishes in the feeds. `data protection`: what is known of the
people in a case, and how long it is kept. A case “opened in an emergency” is one whose reader opened it, with a reason
and for three hours ([decision 82](adr/0082-emergency-access.md)). A case “of the register” is an identity, with rights
over such a unit; who grants or revokes gives no more than they have. One “shared by all” is a capitalisation sheet that
is published; until then, and in its history, it is of the unit that proposed it, and of resource centres.

A partner, the information system of a region or of a network, follows cases and reads none: lists, feeds, and of a
timeline the headers. Encrypted names are null in its lists; the structure's own name, which intake keeps beside its
SIRET, is not encrypted.

| role | case of | {" | ".join(action.replace("-", " ") for action in AccessAction)} |
|---|---|{"---|" * len(AccessAction)}
{chr(10).join(lines())}

## Each operation

Its roles, and whether it reads or writes the case that it names: the table above then says on which cases. A partner's
timeline is `headers`. Every other
role is refused by `role`; leaders and providers, outside their one case, by `own-case`. `ops` gets the proof of any
event, without the event.

| service | operation | on a case | roles |
|---|---|---|---|
{chr(10).join(operations())}
"""


def _cell(allowed: bool, policy: str) -> str:
    return f"allowed: `{policy}`" if allowed else f"refused: `{policy}`"


if __name__ == "__main__":
    FILE.write_text(table())
