"""Names of structures and people: recorded in each service that shows them, encrypted on their way, erasable."""

from shared.names.name import (
    PersonNameRecorded,
    RecordPersonName,
    RecordStructureName,
    StructureNameRecorded,
    person_name_id,
    structure_name_id,
)
from shared.names.name import decider as name_decider

__all__ = [
    "PersonNameRecorded",
    "RecordPersonName",
    "RecordStructureName",
    "StructureNameRecorded",
    "name_decider",
    "person_name_id",
    "structure_name_id",
]
