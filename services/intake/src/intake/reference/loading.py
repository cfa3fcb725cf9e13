"""The reference data of a deployment: what is shipped, with the files that its settings name."""

from __future__ import annotations

from intake.domain.reference.communes import merge_communes
from intake.domain.reference.reference import SHIPPED, ReferenceData
from intake.reference import files
from intake.settings import IntakeSettings


def load_reference(settings: IntakeSettings) -> ReferenceData:
    """A deployment's criteria replace the shipped ones; its targets, communes and activities are added to them."""
    own_targets = files.read_targets(settings.targets) if settings.targets else ()
    own_codes = {target.code for target in own_targets}
    own_communes = files.read_communes(settings.communes) if settings.communes else {}
    own_activities = files.read_activities(settings.activities) if settings.activities else {}
    return ReferenceData(
        files.read_criteria(settings.criteria) if settings.criteria else SHIPPED.criteria,
        (*(target for target in SHIPPED.targets if target.code not in own_codes), *own_targets),
        communes=merge_communes(files.read_communes(files.COMMUNES), own_communes),
        activities=files.read_activities(files.ACTIVITIES) | own_activities,
    )
