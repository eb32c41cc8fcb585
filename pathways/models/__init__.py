"""One noun a module: the model, its QuerySet and the facts that always hold, as database constraints."""

from pathways.models.calendar import Calendar, School, SchoolYear
from pathways.models.change import Change
from pathways.models.course import Course, Roster, Section
from pathways.models.district import District
from pathways.models.explanation import Explanation, RuleSeverity
from pathways.models.lock import CollectionLock
from pathways.models.participation import Participation, StagedParticipation
from pathways.models.pathway import Approval, Pathway, ReferenceGeneration
from pathways.models.state_copy import Publication, StateCopy
from pathways.models.student import Enrollment, Student
from pathways.models.validation import GroupAssignment, RosterDecision

__all__ = [
    "Approval",
    "Calendar",
    "Change",
    "CollectionLock",
    "Course",
    "District",
    "Enrollment",
    "Explanation",
    "GroupAssignment",
    "Participation",
    "Pathway",
    "Publication",
    "ReferenceGeneration",
    "Roster",
    "RosterDecision",
    "RuleSeverity",
    "School",
    "SchoolYear",
    "Section",
    "StagedParticipation",
    "StateCopy",
    "Student",
]
