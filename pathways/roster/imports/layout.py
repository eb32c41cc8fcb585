"""What roster files look like, as data: columns, layouts, and the portal's own CSV, whose columns
are named by their titles.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

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
    and what the template's sample row says there. A `telling` column tells the sample row from a
    district's rows, none of which says the same.
    """

    title: str
    name: str
    kind: str
    most: int
    example: str
    required: bool = False
    telling: bool = False


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

    @cached_property
    def fills(self) -> dict[str, tuple[str, ...]]:
        """By kind of row, the columns that fill its staged values, in their order."""
        return {
            shape.name: tuple(names[staged] for staged in shape.staged)
            for shape, names in self.shapes
        }

    @property
    def needs(self) -> list[tuple[RosterColumn, str]]:
        """The columns, and in words whether a row needs them."""
        for_new = {
            names[staged]
            for shape, names in self.shapes
            for staged in shape.new_needs
            if staged in names
        }
        return [
            (
                column,
                "Yes" if column.required else "For a new row" if column.name in for_new else "No",
            )
            for column in self.columns
        ]


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


_DISTRICT = RosterColumn("District Number", "district", "district", 4, "0000")
SCHOOL_COLUMN = RosterColumn("School Number", "school_number", "digits4", 4, "0001", True)
CALENDAR_COLUMN = RosterColumn("Calendar Number", "calendar_number", "digits3", 3, "001", True)
_END_YEAR = RosterColumn("End Year", "end_year", "year", 4, "2025", True)
SCHOOL_NAME_COLUMN = RosterColumn(
    "School Name", "school_name", "text", 100, "Sample High School", telling=True
)
STATE_ID_COLUMN = RosterColumn(
    "Student State ID", "state_id", "state_id", 9, "000000000", True, telling=True
)
COURSE_COLUMN = RosterColumn(
    "Course Number", "course_number", "code", 13, "SAMPLE", True, telling=True
)
SECTION_COLUMN = RosterColumn("Section Number", "section_number", "code", 4, "1", True)
SCED_COLUMNS = (
    RosterColumn("SCED Subject Area", "sced_area", "sced_area", 200, "13"),
    RosterColumn("SCED Course Identifier", "sced_course", "sced_course", 200, "207"),
)

TO_SCHOOL = (SCHOOL, {"number": "school_number", "name": "school_name"})
TO_CALENDAR = (
    CALENDAR,
    {"school_number": "school_number", "end_year": "end_year", "number": "calendar_number"},
)
TO_STUDENT = (
    STUDENT,
    _same("state_id", "local_id", "last_name", "first_name", "middle_name", "birth_date", "gender"),
)
TO_ENROLLMENT = (
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
TO_COURSE = (
    COURSE,
    {
        "school_number": "school_number",
        "number": "course_number",
        "name": "name",
        "pathway_id": "pathway",
        "credits": "credits",
        "sced_area": "sced_area",
        "sced_course": "sced_course",
    },
)
TO_SECTION = (
    SECTION,
    {
        "school_number": "school_number",
        "course_number": "course_number",
        "end_year": "end_year",
        "calendar_number": "calendar_number",
        "number": "section_number",
    },
)
TO_ROSTER = (
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

STUDENT_COLUMNS = (
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
            SCHOOL_COLUMN,
            SCHOOL_NAME_COLUMN,
            CALENDAR_COLUMN,
            _END_YEAR,
        ),
        (TO_SCHOOL, TO_CALENDAR),
    ),
    RosterLayout(
        "students",
        "Student Demographics",
        (_DISTRICT, STATE_ID_COLUMN, *STUDENT_COLUMNS),
        (TO_STUDENT,),
    ),
    RosterLayout(
        "enrollments",
        "Student Enrollments",
        (
            _DISTRICT,
            SCHOOL_COLUMN,
            CALENDAR_COLUMN,
            _END_YEAR,
            STATE_ID_COLUMN,
            *_ENROLLMENT_COLUMNS,
        ),
        (TO_ENROLLMENT,),
    ),
    RosterLayout(
        "courses",
        "Course",
        (
            _DISTRICT,
            SCHOOL_COLUMN,
            COURSE_COLUMN,
            RosterColumn("Course Name", "name", "text", 60, "Welding 1"),
            RosterColumn("Credits", "credits", "credits", 5, "1.00"),
            RosterColumn("CTE Pathway", "pathway", "pathway", 100, "05"),
            *SCED_COLUMNS,
        ),
        (TO_COURSE,),
    ),
    RosterLayout(
        "sections",
        "Section",
        (_DISTRICT, SCHOOL_COLUMN, CALENDAR_COLUMN, _END_YEAR, COURSE_COLUMN, SECTION_COLUMN),
        (TO_SECTION,),
    ),
    RosterLayout(
        "rosters",
        "Roster",
        (
            _DISTRICT,
            SCHOOL_COLUMN,
            CALENDAR_COLUMN,
            _END_YEAR,
            COURSE_COLUMN,
            SECTION_COLUMN,
            STATE_ID_COLUMN,
            RosterColumn("Credits Earned", "credits_earned", "credits", 5, ""),
        ),
        (TO_ROSTER,),
    ),
)

BY_SLUG = {layout.slug: layout for layout in CSV_LAYOUTS}
