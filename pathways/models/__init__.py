"""One noun a module: the model, its QuerySet and the facts that always hold, as database
constraints.
"""

from pathways.models.calendar import Calendar, School, SchoolYear
from pathways.models.change import Change
from pathways.models.course import SUBJECT_AREAS, Course, Roster, Section, SubjectPathway
from pathways.models.district import District
from pathways.models.elements import Element, ElementChoice, ElementValue, ElementValueChange
from pathways.models.end_status import EndStatus
from pathways.models.explanation import Explanation, RuleSeverity
from pathways.models.follow_up import (
    AnswerLink,
    Attempt,
    Contact,
    DrawnList,
    FollowUpEntry,
    FollowUpPathway,
    FollowUpYear,
    ListRequest,
    MergedRow,
    Outcome,
    OutcomeChange,
    OutcomeDifference,
    OutcomeProposal,
    PostProgramStatus,
    ReturnFileMapping,
)
from pathways.models.lock import CollectionLock
from pathways.models.oneroster import OneRosterMapping, OneRosterSchool, SourceLink
from pathways.models.participation import Participation, StagedParticipation
from pathways.models.pathway import Approval, Pathway, ReferenceGeneration
from pathways.models.roster_change import (
    CalendarChange,
    CourseChange,
    EnrollmentChange,
    RosterChange,
    RowChange,
    SchoolChange,
    SectionChange,
    StudentChange,
)
from pathways.models.state_copy import Publication, StateCopy
from pathways.models.student import Enrollment, Student
from pathways.models.validation import GroupAssignment, RosterDecision

__all__ = [
    "SUBJECT_AREAS",
    "AnswerLink",
    "Approval",
    "Attempt",
    "Calendar",
    "CalendarChange",
    "Change",
    "CollectionLock",
    "Contact",
    "Course",
    "CourseChange",
    "District",
    "DrawnList",
    "Element",
    "ElementChoice",
    "ElementValue",
    "ElementValueChange",
    "EndStatus",
    "Enrollment",
    "EnrollmentChange",
    "Explanation",
    "FollowUpEntry",
    "FollowUpPathway",
    "FollowUpYear",
    "GroupAssignment",
    "ListRequest",
    "MergedRow",
    "OneRosterMapping",
    "OneRosterSchool",
    "Outcome",
    "OutcomeChange",
    "OutcomeDifference",
    "OutcomeProposal",
    "Participation",
    "Pathway",
    "PostProgramStatus",
    "Publication",
    "ReferenceGeneration",
    "ReturnFileMapping",
    "Roster",
    "RosterChange",
    "RosterDecision",
    "RowChange",
    "RuleSeverity",
    "School",
    "SchoolChange",
    "SchoolYear",
    "Section",
    "SectionChange",
    "SourceLink",
    "StagedParticipation",
    "StateCopy",
    "Student",
    "StudentChange",
    "SubjectPathway",
]
