"""What can be wrong with a row of roster data, each with a stable id, the words for the person, and
what becomes of the row.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Becomes(Enum):
    """What becomes of a row that has the problem."""

    REFUSED = "refused"
    HELD = "held"
    SET_ASIDE = "set_aside"
    KEPT = "kept"


@dataclass(frozen=True)
class RosterProblem:
    """`title` names what is wrong, `remedy` what to do about it. A held row is right as a row;
    somebody has to decide first.
    """

    id: str
    title: str
    remedy: str
    becomes: Becomes = Becomes.REFUSED

    @property
    def severity(self) -> str:
        return (
            "error"
            if self.becomes is Becomes.REFUSED
            else "info"
            if self.becomes is Becomes.KEPT
            else "warning"
        )


def _held(problem_id: str, title: str, remedy: str) -> RosterProblem:
    return RosterProblem(problem_id, title, remedy, Becomes.HELD)


COLUMNS = RosterProblem(
    "ROS-001",
    "Wrong number of columns",
    "Compare the line with the title row. A separator inside a value needs quotes. Excel may leave"
    " out the last separators of a CSV line: upload the workbook (.xlsx) itself.",
)
MISSING = RosterProblem(
    "ROS-002", "Required value is missing", "Fill in the value and upload the row again."
)
UNREADABLE = RosterProblem(
    "ROS-003",
    "Value cannot be read",
    "Correct the value. The columns page shows how to enter each one.",
)
NOT_YOURS = RosterProblem(
    "ROS-004", "Not your district", "Only your own district's rows can be uploaded here."
)
QUOTE = RosterProblem(
    "ROS-005", "Quotation mark is not closed", "Remove the quotation mark or add the missing one."
)
CHARACTER = RosterProblem(
    "ROS-006", "Character is not allowed", "Type the value again instead of pasting it."
)
TOO_LONG = RosterProblem("ROS-007", "Value is too long", "Shorten the value.")
PATHWAY = RosterProblem(
    "ROS-008", "Pathway not on OPI's list", "Use the pathway's code or name from OPI's list."
)
TWICE = RosterProblem(
    "ROS-009",
    "Two different rows for the same item",
    "Keep the row that is right and remove the other.",
)
REPEATED = RosterProblem("ROS-010", "Repeats an earlier row", "No action needed.", Becomes.KEPT)
OTHER_YEAR = RosterProblem(
    "ROS-011",
    "Belongs to another school year",
    "Upload it again when that school year is current.",
    Becomes.SET_ASIDE,
)
LOWER_GRADE = RosterProblem(
    "ROS-012",
    "Below grade 7",
    "No action needed. To load these students too, upload the file again with all grades.",
    Becomes.SET_ASIDE,
)
SCHOOL = RosterProblem(
    "ROS-020", "School not in the portal", "Add the school under Schools and Calendars first."
)
CALENDAR = RosterProblem(
    "ROS-021", "Calendar not in the portal", "Add the calendar under Schools and Calendars first."
)
STUDENT = RosterProblem(
    "ROS-022",
    "Student not found in this district",
    "Check the State ID, or upload the student first.",
)
COURSE = RosterProblem("ROS-023", "Course not in the portal", "Upload the course first.")
SECTION = RosterProblem("ROS-024", "Section not in the portal", "Upload the section first.")
NOT_ENROLLED = RosterProblem(
    "ROS-025", "Student not enrolled in this calendar", "Upload the student's enrollment first."
)
ENDS_FIRST = RosterProblem(
    "ROS-026", "Enrollment ends before it starts", "Correct the start date or the end date."
)
STATUS_ALONE = RosterProblem(
    "ROS-027", "End status without an end date", "Add the end date, or remove the end status."
)
END_STATUS = _held(
    "ROS-036",
    "End status not on OPI's list",
    "Use a code from the columns page. If the code is right, ask OPI to add it.",
)
NEW_NEEDS = _held(
    "ROS-030",
    "New row lacks required values",
    "Add what is missing: a new student needs a name, birth date, and gender; "
    "a new enrollment a grade; a new school or course a name.",
)
MIX_UP = _held(
    "ROS-031",
    "May be a different person",
    "The portal has another last name and another birth date under this State ID. "
    "Check the State ID against the student's file.",
)
LEAVES_SEAL = _held(
    "ROS-032",
    "Would remove a certified record from the collection",
    "This year is certified. Ask OPI for a recertification first, or correct the end date.",
)
RECYCLED = _held(
    "ROS-035",
    "May be another course under a number used before",
    "If it is the same course, change its name on screen. If not, change its name and pathway.",
)
ENTERS_SEAL = _held(
    "ROS-034",
    "Would bring a record into the certified collection",
    "This year is certified. Ask OPI for a recertification first.",
)
ON_SCREEN = _held(
    "ROS-033",
    "Changed on screen since the last file",
    "The value on screen stays. To use the file's value, choose Validate and Test File, and check "
    "the row there.",
)

UNMATCHED = _held(
    "ROS-037",
    "Cannot be matched to the portal",
    "Correct it in the system the file comes from, or enter the row on screen.",
)
OTHER_STATE_ID = _held(
    "ROS-038",
    "Had another State ID before",
    "Check the State ID. If it was corrected, correct it on the student's page first, "
    "then upload the export again.",
)
MARKED_GONE = RosterProblem(
    "ROS-039",
    "Marked for deletion in the export",
    "Nothing is removed. If the student has left, end the enrollment from the link on this page; if "
    "a class was dropped, remove the student from the section.",
    Becomes.SET_ASIDE,
)
NO_PLACE = RosterProblem(
    "ROS-040",
    "Value has no place in the portal",
    "It was left empty, so a value that is there stays. A new row needs one: enter it on screen.",
    Becomes.KEPT,
)
SAME_PERSON = _held(
    "ROS-041",
    "May be a student of the portal",
    "Nobody is matched by name alone. If it is the same student, choose Validate and Test File, and "
    "check the row there. If not, add the State ID, also in the system the file comes from.",
)

PROBLEMS = {
    problem.id: problem
    for problem in list(globals().values())
    if isinstance(problem, RosterProblem)
}
