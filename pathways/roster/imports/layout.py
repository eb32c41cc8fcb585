"""What roster files look like, as data: the portal's own CSV, named by its titles, and the AIM
layouts, named by their record type.

AIM's columns are as OPI's upload pages give them; `provisional` names those that no public page
shows, and the columns page says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pathways.roster.shape import Shape
from pathways.roster.shapes import (
    CALENDAR,
    COURSE,
    ENROLLMENT,
    ROSTER,
    SCHOOL,
    SECTION,
    STUDENT,
)


@dataclass(frozen=True)
class RosterColumn:
    """One column: its title, what is in it, how it is read (see `reading`), whether a row needs it,
    and a sample.
    """

    title: str
    name: str
    kind: str
    most: int
    example: str
    required: bool = False


@dataclass(frozen=True)
class RosterLayout:
    """One kind of file. `shapes` gives for each kind of row that a line holds the column that fills
    each staged value.
    """

    slug: str
    title: str
    columns: tuple[RosterColumn, ...]
    shapes: tuple[tuple[Shape, dict[str, str]], ...]
    record_type: str = ""
    provisional: tuple[str, ...] = field(default=())

    @property
    def required(self) -> set[str]:
        return {column.title for column in self.columns if column.required}


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


_DISTRICT = RosterColumn("District Number", "district", "district", 4, "0000")
_SCHOOL = RosterColumn("School Number", "school_number", "digits4", 4, "0001", True)
_CALENDAR = RosterColumn("Calendar Number", "calendar_number", "digits3", 3, "001", True)
_END_YEAR = RosterColumn("End Year", "end_year", "year", 4, "2025", True)
_STATE_ID = RosterColumn("Student State ID", "state_id", "state_id", 9, "000000000", True)
_COURSE = RosterColumn("Course Number", "course_number", "code", 13, "CTE101", True)
_SECTION = RosterColumn("Section Number", "section_number", "code", 4, "1", True)

_TO_SCHOOL = (SCHOOL, {"number": "school_number", "name": "school_name"})
_TO_CALENDAR = (
    CALENDAR,
    {"school_number": "school_number", "end_year": "end_year", "number": "calendar_number"},
)
_TO_STUDENT = (
    STUDENT,
    _same("state_id", "local_id", "last_name", "first_name", "middle_name", "birth_date", "gender"),
)
_TO_ENROLLMENT = (
    ENROLLMENT,
    _same(
        "state_id",
        "school_number",
        "end_year",
        "calendar_number",
        "service_type",
        "start_date",
        "grade",
        "end_date",
        "end_status",
    ),
)
_TO_COURSE = (
    COURSE,
    {
        "school_number": "school_number",
        "number": "course_number",
        "name": "name",
        "pathway_id": "pathway",
        "credits": "credits",
    },
)
_TO_SECTION = (
    SECTION,
    {
        "school_number": "school_number",
        "course_number": "course_number",
        "end_year": "end_year",
        "calendar_number": "calendar_number",
        "number": "section_number",
    },
)
_TO_ROSTER = (
    ROSTER,
    _same(
        "school_number",
        "course_number",
        "end_year",
        "calendar_number",
        "section_number",
        "state_id",
        "credits_earned",
    ),
)

_STUDENT_COLUMNS = (
    RosterColumn("Local ID", "local_id", "code", 15, "0020"),
    RosterColumn("Last Name", "last_name", "text", 50, "SAMPLE"),
    RosterColumn("First Name", "first_name", "text", 50, "ROW"),
    RosterColumn("Middle Name", "middle_name", "text", 50, ""),
    RosterColumn("Birth Date", "birth_date", "date", 10, "01/31/2007"),
    RosterColumn("Gender", "gender", "gender", 6, "F"),
)
_ENROLLMENT_COLUMNS = (
    RosterColumn("Service Type", "service_type", "service_type", 20, "P", True),
    RosterColumn("Grade", "grade", "grade", 2, "11"),
    RosterColumn("Start Date", "start_date", "date", 10, "08/21/2024", True),
    RosterColumn("End Date", "end_date", "date", 10, ""),
    RosterColumn("End Status", "end_status", "code", 3, ""),
)

CSV_LAYOUTS = (
    RosterLayout(
        "schools",
        "Schools and Calendars",
        (
            _DISTRICT,
            _SCHOOL,
            RosterColumn("School Name", "school_name", "text", 100, "Sample High School"),
            _CALENDAR,
            _END_YEAR,
        ),
        (_TO_SCHOOL, _TO_CALENDAR),
    ),
    RosterLayout(
        "students",
        "Student Demographics",
        (_DISTRICT, _STATE_ID, *_STUDENT_COLUMNS),
        (_TO_STUDENT,),
    ),
    RosterLayout(
        "enrollments",
        "Student Enrollments",
        (_DISTRICT, _SCHOOL, _CALENDAR, _END_YEAR, _STATE_ID, *_ENROLLMENT_COLUMNS),
        (_TO_ENROLLMENT,),
    ),
    RosterLayout(
        "courses",
        "Course",
        (
            _DISTRICT,
            _SCHOOL,
            _COURSE,
            RosterColumn("Course Name", "name", "text", 60, "Welding 1"),
            RosterColumn("Credits", "credits", "credits", 5, "1.00"),
            RosterColumn("CTE Pathway", "pathway", "pathway", 100, "05"),
        ),
        (_TO_COURSE,),
    ),
    RosterLayout(
        "sections",
        "Section",
        (_DISTRICT, _SCHOOL, _CALENDAR, _END_YEAR, _COURSE, _SECTION),
        (_TO_SECTION,),
    ),
    RosterLayout(
        "rosters",
        "Roster",
        (
            _DISTRICT,
            _SCHOOL,
            _CALENDAR,
            _END_YEAR,
            _COURSE,
            _SECTION,
            _STATE_ID,
            RosterColumn("Credits Earned", "credits_earned", "credits", 5, ""),
        ),
        (_TO_ROSTER,),
    ),
)


def _aim(record_type: str, *columns: RosterColumn) -> tuple[RosterColumn, ...]:
    return (
        RosterColumn("Record Type", "record_type", "record_type", 2, record_type, True),
        _AIM_DISTRICT,
        *columns,
    )


_AIM_DISTRICT = RosterColumn("District Number", "district", "district", 4, "0000", True)


def _unread(*titles: str) -> tuple[RosterColumn, ...]:
    """Columns that the portal has no place for; they are not kept."""
    return tuple(
        RosterColumn(title, f"unread_{number}", "unread", 200, "")
        for number, title in enumerate(titles)
    )


AIM_LAYOUTS = (
    RosterLayout(
        "aim-sc",
        "Schools and Calendars (SC)",
        _aim(
            "SC",
            _SCHOOL,
            RosterColumn("School Name", "school_name", "text", 100, "Sample High School"),
            _CALENDAR,
        ),
        (_TO_SCHOOL, _TO_CALENDAR),
        "SC",
        ("School Name", "Calendar Number"),
    ),
    RosterLayout(
        "aim-sd",
        "Student Demographics (SD)",
        _aim("SD", _STATE_ID, *_STUDENT_COLUMNS),
        (_TO_STUDENT,),
        "SD",
        ("Last Name", "First Name", "Middle Name", "Birth Date", "Gender"),
    ),
    RosterLayout(
        "aim-en",
        "Student Enrollments (EN)",
        _aim(
            "EN",
            _SCHOOL,
            _CALENDAR,
            _STATE_ID,
            *_unread("Student Local ID", "Last Name", "First Name"),
            RosterColumn("Start Date", "start_date", "date", 10, "08/21/2024", True),
            RosterColumn("End Date", "end_date", "date", 10, ""),
            RosterColumn("End Status", "end_status", "code", 3, ""),
            RosterColumn("Grade", "grade", "grade", 2, "11"),
            RosterColumn("Service Type", "service_type", "service_type", 20, "P", True),
        ),
        (_TO_ENROLLMENT,),
        "EN",
        (
            "Calendar Number",
            "Student State ID",
            "Start Date",
            "End Date",
            "End Status",
            "Grade",
            "Service Type",
        ),
    ),
    RosterLayout(
        "aim-cu",
        "Course (CU)",
        _aim(
            "CU",
            _SCHOOL,
            RosterColumn("Calendar Number", "calendar", "unread", 3, "001"),
            _COURSE,
            RosterColumn("Course Name", "name", "text", 60, "Welding 1"),
            *_unread(
                "SCED Subject Area",
                "SCED Course Identifier",
                "SCED Lowest Grade",
                "SCED Highest Grade",
            ),
            RosterColumn("Available Carnegie Unit Credit", "credits", "credits", 5, "1.00"),
            *(
                RosterColumn(title, f"more_{number}", "unread", 200, "")
                for number, title in enumerate(
                    (
                        "SCED Course Level",
                        "SCED Sequence",
                        "SCED Sequence Total",
                        "Distance Class",
                        "Dual Enrollment Credit",
                        "Alternative Ed Program",
                    )
                )
            ),
        ),
        (_TO_COURSE,),
        "CU",
    ),
    RosterLayout(
        "aim-su",
        "Section (SU)",
        _aim(
            "SU", _SCHOOL, _CALENDAR, _COURSE, _SECTION, *_unread("Session Type", "Session Number")
        ),
        (_TO_SECTION,),
        "SU",
    ),
    RosterLayout(
        "aim-ru",
        "Roster (RU)",
        _aim(
            "RU",
            _SCHOOL,
            _CALENDAR,
            _COURSE,
            _SECTION,
            _STATE_ID,
            *_unread("Start Date", "End Date"),
        ),
        (_TO_ROSTER,),
        "RU",
        ("Start Date", "End Date"),
    ),
)

BY_RECORD_TYPE = {layout.record_type: layout for layout in AIM_LAYOUTS}
BY_SLUG = {layout.slug: layout for layout in (*CSV_LAYOUTS, *AIM_LAYOUTS)}
