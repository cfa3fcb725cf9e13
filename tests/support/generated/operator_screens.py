"""Screens of the operator's guide: `make status`, and a trace from a request to the ledger, of a stack that runs.

python -m tests.support.generated.operator_screens      writes them into `docs/guides/operator.md` anew"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from tests.support.guides.trace_waterfall import waterfall
from tests.support.samples.sample_services import eventually
from tests.support.servers.trace_collector import Collector, collecting

from embedded.demo.placeholders import fictional_numbers
from embedded.stack import Stack

PAGE = Path(__file__).parents[3] / "docs" / "guides" / "operator.md"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
HEADERS = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
LAST_SPANS = {"command OpenDiagnosis", "integrate in the ledger"}
"""What the trace waits for: the next service, and the ledger."""

OTHER_EVENT = "send name-recorded:v1"
"""The structure's name travels by an event of its own, in the same way: its branch is left out of the picture."""


def with_screen(page: str, name: str, screen: str) -> str:
    """The page with this screen between its marks. ValueError when the page has no such marks."""
    begin, end = marks(name)
    before, found, rest = page.partition(begin)
    _, ended, after = rest.partition(end)
    if not (found and ended):
        raise ValueError(f"the page has no place for {name}")
    return f"{before}{begin}\n```text\n{screen.rstrip()}\n```\n{end}{after}"


def screen_of(page: str, name: str) -> str:
    begin, end = marks(name)
    return page.partition(begin)[2].partition(end)[0].strip().removeprefix("```text\n").removesuffix("\n```")


def marks(name: str) -> tuple[str, str]:
    return f"<!-- {name}: written by `make pictures` -->", f"<!-- end of {name} -->"


def screens() -> dict[str, str]:
    with collecting() as collector, TemporaryDirectory(prefix="dla-screens-") as folder:
        os.environ["DLA_OTLP_ENDPOINT"] = collector.address
        with Stack(Path(folder) / ".dla") as stack:
            admit_structure(stack)
            eventually(lambda: {span.name for span in spans_of(collector)} >= LAST_SPANS, 60)
            status = [str(Path(sys.executable).with_name("dla")), "status", "--folder", str(stack.folder)]
            shown = subprocess.run(
                status, env=os.environ | {"COLUMNS": "100"}, capture_output=True, text=True, check=True
            )
        return {
            "status": "\n".join(line.rstrip() for line in shown.stdout.splitlines()),
            "trace": waterfall(without_branch(spans_of(collector), OTHER_EVENT), collector.services),
        }


def spans_of(collector: Collector) -> list[Span]:
    return [span for span in collector.spans if span.trace_id.hex() == TRACE]


def without_branch(spans: Sequence[Span], name: str) -> list[Span]:
    """The spans that neither have this name nor come from one that has."""
    by_id = {span.span_id: span for span in spans}

    def is_in_branch(span: Span) -> bool:
        parent = by_id.get(span.parent_span_id)
        return span.name == name or (parent is not None and is_in_branch(parent))

    return [span for span in spans if not is_in_branch(span)]


def admit_structure(stack: Stack) -> None:
    """From the reception to the admission, which is traced."""
    token = stack.issuer.mint("adviser", subject="adviser", unit="dla-44")
    siret, _ = next(fictional_numbers(1))
    structure = {"name": "Les Jardins de l’Erdre", "legal_form": "association", "department": "44", "siret": siret}
    request = {
        "structure": structure | {"headcount": 12, "fte": 9.5},
        "contact": {"name": "Maëlle Kerdoncuff", "function": "Présidente", "email": "maelle@example.org"},
        "need": "Une seule subvention porte les deux tiers de notre budget.",
    }
    with httpx.Client(
        base_url=stack.addresses["intake"], headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=30
    ) as intake:
        case = json.loads(post(intake, "/api/v1/requests", request))["id"]
        meeting = {"held_on": "2026-03-02", "participants": [{"name": "Maëlle Kerdoncuff"}], "notes": "Au siège."}
        post(intake, f"/api/v1/requests/{case}/meetings", meeting)
        for criterion in ("existing", "employer", "ess"):
            verdict = {"criterion": criterion, "verdict": "met", "evidence": "Statuts et contrats vus."}
            post(intake, f"/api/v1/requests/{case}/criteria", verdict)
        intake.headers.update(HEADERS)
        post(intake, f"/api/v1/requests/{case}/admission", {"reason": "Besoin clair, équipe motivée."})


def post(http: httpx.Client, path: str, body: object) -> str:
    answer = http.post(path, json=body)
    answer.raise_for_status()
    return answer.text


def main() -> None:
    page = PAGE.read_text("utf-8")
    for name, screen in screens().items():
        page = with_screen(page, name, screen)
    PAGE.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
