"""One noun a module: the model, its QuerySet and the facts that always hold, as database constraints."""

from pathways.models.calendar import Calendar, School, SchoolYear
from pathways.models.change import Change
from pathways.models.district import District
from pathways.models.lock import CollectionLock
from pathways.models.participation import Participation, StagedParticipation
from pathways.models.pathway import Approval, Pathway, ReferenceGeneration
from pathways.models.student import Enrollment, Student

__all__ = [
    "Approval",
    "Calendar",
    "Change",
    "CollectionLock",
    "District",
    "Enrollment",
    "Participation",
    "Pathway",
    "ReferenceGeneration",
    "School",
    "SchoolYear",
    "StagedParticipation",
    "Student",
]
