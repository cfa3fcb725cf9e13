"""The decision tables of each service's README, written from what the commands and the operations declare.

python -m tests.support.generated.decision_tables      writes them anew"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from tests.support.generated.golden_samples import ROOT, SERVICES, service
from tests.support.histories.decisions import Decision, decisions

from shared.kernel import Refusal, Role
from shared.runtime import Service
from shared.web.auth import STAFF
from shared.web.requests import CommandEndpoint, command_endpoints

BEGIN, END = "<!-- decisions: written by `make schemas` -->\n", "<!-- end of decisions -->"
LEGEND = """
By whom each command comes (*work*: adviser, manager, DLA régional; *itself*: a reaction, a day that falls due, another
aggregate), what it may record, and what may refuse it; nothing at all, where the command was already done.
"""


def readme(name: str) -> Path:
    return ROOT / "services" / name / "README.md"


def with_tables(text: str, tables: str) -> str:
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + tables + END + after


def tables(service: Service) -> str:
    text, refusals = [LEGEND], set[Refusal]()
    endpoints = endpoints_by_command(service)
    for aggregate, table in decisions(service).items():
        text.append(f"\n**{aggregate}**\n\n| command | by | events | refusals |\n|---|---|---|---|\n")
        for command, decision in table.items():
            at_edge = {refusal for endpoint in endpoints[command] for refusal in endpoint.may_refuse}
            roles = dict.fromkeys(role for endpoint in endpoints[command] for role in endpoint.roles)
            text.append(_line(decision, tuple(roles), decision.refusals | at_edge))
            refusals |= decision.refusals | at_edge
    text.append("\n| refusal | status | title |\n|---|---|---|\n")
    rows = sorted({(each.slug, each.status, each.title) for each in refusals})
    return "".join([*text, *(f"| `{slug}` | {status} | {title} |\n" for slug, status, title in rows)])


def endpoints_by_command(service: Service) -> defaultdict[type, list[CommandEndpoint]]:
    """The operations that take a command, or make it of another one."""
    found: defaultdict[type, list[CommandEndpoint]] = defaultdict(list)
    for endpoint in command_endpoints(service.routers):
        for command in {endpoint.command, endpoint.becomes or endpoint.command}:
            found[command].append(endpoint)
    return found


def _line(decision: Decision, roles: tuple[Role, ...], refusals: Iterable[Refusal]) -> str:
    slugs = {refusal.slug for refusal in refusals}
    return f"| `{decision.command.__name__}` | {_by(roles)} | {_codes(decision.event_names)} | {_codes(slugs)} |\n"


def _by(roles: tuple[Role, ...]) -> str:
    if not roles:
        return "itself"
    staff = ["work"] if set(STAFF) <= set(roles) else []
    others = [role.replace("_", " ") for role in roles if not staff or role not in STAFF]
    return ", ".join([*staff, *others])


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


if __name__ == "__main__":
    for each in SERVICES:
        path = readme(each)
        path.write_text(with_tables(path.read_text(), tables(service(each))))
