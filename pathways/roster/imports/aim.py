"""The AIM layouts, whose lines name their record type.

The columns are as OPI's upload pages give them; `provisional` names those that no public page
shows, and the columns page says so.
"""

from __future__ import annotations

from pathways.roster.imports.layout import (
    CALENDAR_COLUMN,
    COURSE_COLUMN,
    SCED_COLUMNS,
    SCHOOL_COLUMN,
    SCHOOL_NAME_COLUMN,
    SECTION_COLUMN,
    STATE_ID_COLUMN,
    STUDENT_COLUMNS,
    TO_CALENDAR,
    TO_COURSE,
    TO_ENROLLMENT,
    TO_ROSTER,
    TO_SCHOOL,
    TO_SECTION,
    TO_STUDENT,
    RosterColumn,
    RosterLayout,
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
            SCHOOL_COLUMN,
            SCHOOL_NAME_COLUMN,
            CALENDAR_COLUMN,
        ),
        (TO_SCHOOL, TO_CALENDAR),
        "SC",
        ("School Name", "Calendar Number"),
    ),
    RosterLayout(
        "aim-sd",
        "Student Demographics (SD)",
        _aim("SD", STATE_ID_COLUMN, *STUDENT_COLUMNS),
        (TO_STUDENT,),
        "SD",
        ("Last Name", "First Name", "Middle Name", "Birth Date", "Gender"),
    ),
    RosterLayout(
        "aim-en",
        "Student Enrollments (EN)",
        _aim(
            "EN",
            SCHOOL_COLUMN,
            CALENDAR_COLUMN,
            STATE_ID_COLUMN,
            *_unread("Student Local ID", "Last Name", "First Name"),
            RosterColumn("Start Date", "start_date", "date", 10, "08/21/2024", True),
            RosterColumn("End Date", "end_date", "date", 10, ""),
            RosterColumn("End Status", "end_status", "code", 3, ""),
            RosterColumn("Grade", "grade", "grade", 2, "11"),
            RosterColumn("Service Type", "service_type", "service_type", 20, "P", True),
        ),
        (TO_ENROLLMENT,),
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
            SCHOOL_COLUMN,
            RosterColumn("Calendar Number", "calendar", "unread", 3, "001"),
            COURSE_COLUMN,
            RosterColumn("Course Name", "name", "text", 60, "Welding 1"),
            *SCED_COLUMNS,
            *_unread("SCED Lowest Grade", "SCED Highest Grade"),
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
        (TO_COURSE,),
        "CU",
    ),
    RosterLayout(
        "aim-su",
        "Section (SU)",
        _aim(
            "SU",
            SCHOOL_COLUMN,
            CALENDAR_COLUMN,
            COURSE_COLUMN,
            SECTION_COLUMN,
            *_unread("Session Type", "Session Number"),
        ),
        (TO_SECTION,),
        "SU",
    ),
    RosterLayout(
        "aim-ru",
        "Roster (RU)",
        _aim(
            "RU",
            SCHOOL_COLUMN,
            CALENDAR_COLUMN,
            COURSE_COLUMN,
            SECTION_COLUMN,
            STATE_ID_COLUMN,
            *_unread("Start Date", "End Date"),
        ),
        (TO_ROSTER,),
        "RU",
        ("Start Date", "End Date"),
    ),
)

BY_RECORD_TYPE = {layout.record_type: layout for layout in AIM_LAYOUTS}
