"""Names of public classes: one name means one thing in services/, shared/ and deploy/."""

import ast
import subprocess
from collections import defaultdict
from pathlib import Path

from tests.support import ROOT

ONE_FACT = "the contract publishes this event of the service: one fact, once for others and once for the service's log"
SAME_CLASSES = {
    "BaselineCorrected": (ONE_FACT, {"diagnostic.domain.plan", "shared.contracts.diagnostic"}),
    "CaseClosed": (ONE_FACT, {"intake.domain.request.ending", "shared.contracts.intake"}),
    "DiagnosisContested": (ONE_FACT, {"diagnostic.domain.validation", "shared.contracts.diagnostic"}),
    "EmergencyAccessOpened": (ONE_FACT, {"intake.domain.request.emergency", "shared.contracts.intake"}),
    "FollowUpClosed": (ONE_FACT, {"followup.domain.closure", "shared.contracts.followup"}),
    "LinkedRequestOpened": (ONE_FACT, {"intake.domain.request.reception", "shared.contracts.intake"}),
    "NeedFound": (ONE_FACT, {"followup.domain.needs", "shared.contracts.followup"}),
    "ParcoursAbandoned": (ONE_FACT, {"parcours.domain.ending", "shared.contracts.parcours"}),
    "ParcoursCompleted": (ONE_FACT, {"parcours.domain.ending", "shared.contracts.parcours"}),
    "ParcoursContested": (ONE_FACT, {"parcours.domain.building.validation", "shared.contracts.parcours"}),
    "ParcoursUpdateRequested": (ONE_FACT, {"followup.domain.parcours_update", "shared.contracts.followup"}),
    "ParcoursUpdateWithdrawn": (ONE_FACT, {"followup.domain.parcours_update", "shared.contracts.followup"}),
    "ParcoursValidated": (ONE_FACT, {"parcours.domain.building.validation", "shared.contracts.parcours"}),
    "PlanAgreed": (ONE_FACT, {"diagnostic.domain.plan", "shared.contracts.diagnostic"}),
    "RequestAdmitted": (ONE_FACT, {"intake.domain.request.outcome", "shared.contracts.intake"}),
    "RequestNotAdmitted": (ONE_FACT, {"intake.domain.request.outcome", "shared.contracts.intake"}),
    "RequestOriented": (ONE_FACT, {"intake.domain.request.outcome", "shared.contracts.intake"}),
    "ReviewRecorded": (ONE_FACT, {"followup.domain.reviews.reporting", "shared.contracts.followup"}),
    "RightGranted": (ONE_FACT, {"intake.domain.register.rights", "shared.contracts.intake"}),
    "RightRevoked": (ONE_FACT, {"intake.domain.register.rights", "shared.contracts.intake"}),
    "TransferReceived": (ONE_FACT, {"intake.domain.request.transfer", "shared.contracts.intake"}),
    "TransferTakenOver": (ONE_FACT, {"intake.domain.request.transfer", "shared.contracts.intake"}),
    "AccessLogSealed": (
        "the event by which each service seals a day of its access log, and the contract by which audit receives it",
        {
            "shared.access.access_log_seal",
            "shared.contracts.access_log",
            "shared.contracts.diagnostic",
            "shared.contracts.followup",
            "shared.contracts.intake",
            "shared.contracts.parcours",
        },
    ),
    "PersonErased": (
        "the event of each service that destroys a person's key, and the contract by which each of them confirms it",
        {
            "shared.erasure.erasure",
            "shared.contracts.erasure",
            "shared.contracts.diagnostic",
            "shared.contracts.followup",
            "shared.contracts.parcours",
        },
    ),
    "DocumentFormat": (
        "the same two formats of a document; the console must not import a package with the event log",
        {"console.pages.reading.documents", "shared.web.resources.documents"},
    ),
}
"""Names that two modules may share, with the reason and these modules alone."""


def public_classes(sources: dict[str, str]) -> dict[str, set[str]]:
    """The modules that define each public class, by its name."""
    modules: defaultdict[str, set[str]] = defaultdict(set)
    for module, source in sources.items():
        for node in ast.parse(source).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                modules[node.name].add(module)
    return modules


def shared_names(sources: dict[str, str]) -> dict[str, set[str]]:
    return {name: modules for name, modules in public_classes(sources).items() if len(modules) > 1}


def test_no_two_public_classes_share_a_name_unless_they_are_the_same_thing() -> None:
    command = ["git", "ls-files", "services/*.py", "shared/*.py", "deploy/*.py"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    sources = {_module(Path(line)): (ROOT / line).read_text() for line in listed if (ROOT / line).exists()}
    assert shared_names(sources) == {name: modules for name, (_, modules) in SAME_CLASSES.items()}


def test_a_name_of_two_classes_is_found() -> None:
    sources = {
        "one.state": "class Plan: pass\nclass _Row: pass\n",
        "two.state": "class Plan: pass\nclass _Row: pass\nclass Fund: pass\n",
    }
    assert shared_names(sources) == {"Plan": {"one.state", "two.state"}}


def _module(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[parts.index("src") + 1 :] if "src" in parts else parts)
