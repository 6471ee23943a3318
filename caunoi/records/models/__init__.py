from caunoi.records.models.entities import (
    Conflict,
    Entity,
    EntityBacklog,
    EntityList,
    EntityProblem,
    EntityVersion,
)
from caunoi.records.models.filled import FillsRecord
from caunoi.records.models.held import HeldFile, HeldSending
from caunoi.records.models.submissions import (
    STATE_CHOICES,
    Attachment,
    RepeatedInstance,
    Source,
    Submission,
    SubmissionVersion,
)

__all__ = [
    "STATE_CHOICES",
    "Attachment",
    "Conflict",
    "Entity",
    "EntityBacklog",
    "EntityList",
    "EntityProblem",
    "EntityVersion",
    "FillsRecord",
    "HeldFile",
    "HeldSending",
    "RepeatedInstance",
    "Source",
    "Submission",
    "SubmissionVersion",
]
