"""The decision tables of each service's README, written from the code.

python -m tests.support.decision_tables      writes them anew"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.support.decisions import Decision, decisions
from tests.support.golden_samples import ROOT, SERVICES, service

from shared.kernel import Refusal, Role, event_name
from shared.runtime import Service
from shared.web.auth import STAFF
from shared.web.requests import command_endpoints

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
    told, refusals = [LEGEND], set[Refusal]()
    by_whom = offered(service)
    for aggregate, table in decisions(service).items():
        told.append(f"\n**{aggregate}**\n\n| command | by | events | refusals |\n|---|---|---|---|\n")
        for command, decision in table.items():
            roles, before = by_whom.get(command, ((), frozenset()))
            told.append(_line(decision, roles, decision.refusals | before))
            refusals |= decision.refusals | before
    told.append("\n| refusal | status | title |\n|---|---|---|\n")
    told += [f"| `{slug}` | {status} | {title} |\n" for slug, status, title in sorted(_told_once(refusals))]
    return "".join(told)


def offered(service: Service) -> dict[type, tuple[tuple[Role, ...], frozenset[Refusal]]]:
    """By command: the roles that may ask for it over HTTP, and what may be refused before the decider is asked."""
    by_whom: dict[type, tuple[tuple[Role, ...], frozenset[Refusal]]] = {}
    for operation in command_endpoints(service.routers):
        before = frozenset(operation.may_refuse)
        for command in {operation.command, operation.becomes or operation.command}:
            roles, known = by_whom.get(command, ((), frozenset[Refusal]()))
            by_whom[command] = (tuple(dict.fromkeys((*roles, *operation.roles))), known | before)
    return by_whom


def _line(decision: Decision, roles: tuple[Role, ...], refusals: Iterable[Refusal]) -> str:
    events = _codes(event_name(event).name for event in decision.events)
    return f"| `{decision.command.__name__}` | {_by(roles)} | {events} | {_codes(each.slug for each in refusals)} |\n"


def _by(roles: tuple[Role, ...]) -> str:
    if not roles:
        return "itself"
    at_work = ["work"] if set(STAFF) <= set(roles) else []
    others = [role.replace("_", " ") for role in roles if not at_work or role not in STAFF]
    return ", ".join([*at_work, *others])


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(set(names)))


def _told_once(refusals: set[Refusal]) -> Iterator[tuple[str, int, str]]:
    yield from {(each.slug, each.status, each.title) for each in refusals}


if __name__ == "__main__":
    for each in SERVICES:
        path = readme(each)
        path.write_text(with_tables(path.read_text(), tables(service(each))))
