"""The reference data of a deployment: what is shipped, with the deployment's own files."""

from __future__ import annotations

from pathlib import Path

from intake.domain.reference.communes import merge_communes
from intake.domain.reference.reference import SHIPPED_REFERENCE, ReferenceData
from intake.reference import files


def load_reference(
    *,
    criteria: Path | None = None,
    targets: Path | None = None,
    communes: Path | None = None,
    activities: Path | None = None,
) -> ReferenceData:
    """A deployment's criteria replace the shipped ones. Its targets, communes and activities are added to them."""
    own_targets = files.read_targets(targets) if targets else ()
    own_codes = {target.code for target in own_targets}
    own_communes = files.read_communes(communes) if communes else {}
    own_activities = files.read_activities(activities) if activities else {}
    return ReferenceData(
        files.read_criteria(criteria) if criteria else SHIPPED_REFERENCE.criteria,
        (*(target for target in SHIPPED_REFERENCE.targets if target.code not in own_codes), *own_targets),
        communes=merge_communes(files.read_communes(files.COMMUNES), own_communes),
        activities=files.read_activities(files.ACTIVITIES) | own_activities,
    )
