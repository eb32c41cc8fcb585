"""The layouts that OPI publishes. Reader, writer, template and help page all read these
definitions.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column, by its position. `field` is the name rules and records know it by; `width` is in
    characters.
    """

    name: str
    field: str
    width: int
    holds: str
    example: str
    required: bool = True
    provisional: bool = True


@dataclass(frozen=True)
class Layout:
    """One version of one file. Tab-separated; the first line is the header record `HD`, date, time,
    version.
    """

    slug: str
    title: str
    version: str
    record_type: str
    columns: tuple[Column, ...]
    header_type: str = "HD"
    """What OPI's page prints as the first cell of the header record; read as HD."""

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def position(self, field: str) -> int:
        return next(at for at, column in enumerate(self.columns) if column.field == field)


_CREDITS = "a number with a decimal point and at most 2 decimals, 0 to 30"
_DISTRICT = Column(
    "District Number",
    "district",
    4,
    "4 digits, with leading zeros",
    "0965",
    provisional=False,
)
_STUDENT = (
    Column("Student State ID", "student", 9, "9 digits, as text", "999000123", provisional=False),
    Column(
        "Student Local ID",
        "local_id",
        15,
        "your own number for the student",
        "20113",
        required=False,
        provisional=False,
    ),
    Column(
        "Last Name",
        "last_name",
        50,
        "compared with the portal's; nothing is changed",
        "SAMPLE",
        required=False,
        provisional=False,
    ),
)
"""Whose row it is, alike in every layout."""

CTE_END_OF_YEAR = Layout(
    slug="cte-eoy",
    title="CTE End of Year",
    version="MT9.1",
    record_type="CE",
    columns=(
        Column("Record Type", "record_type", 2, "CE", "CE", provisional=False),
        _DISTRICT,
        *_STUDENT,
        Column(
            "First Name",
            "first_name",
            50,
            "compared with the portal's; nothing is changed",
            "ROW",
            required=False,
        ),
        Column("CTE Pathway", "pathway", 100, "OPI's code or name of the pathway", "10"),
        Column("CTE Concentrator", "concentrator", 3, "Y or N", "Y"),
        Column("Student Single Parent", "single_parent", 3, "Y or N", "N"),
        Column("Start Date", "start_date", 10, "MM/DD/YYYY", "08/28/2023"),
        Column(
            "Pathway Credits",
            "total_credits",
            5,
            f"District Credits + Transfer Credits: {_CREDITS}",
            "2.50",
        ),
        Column(
            "District Credits",
            "in_district_credits",
            5,
            f"In District Credits Earned: {_CREDITS}",
            "2.00",
        ),
        Column(
            "Transfer Credits",
            "out_of_district_credits",
            5,
            "Out of District Credits Earned; empty means 0",
            "0.50",
            required=False,
        ),
        Column(
            "Dual Enrollment Credits",
            "dual_enrollment_credits",
            5,
            "part of the total; empty means 0",
            "0.00",
            required=False,
        ),
        Column(
            "Work Based Learning Credits",
            "work_based_learning_credits",
            5,
            "part of the total; empty means 0",
            "0.50",
            required=False,
        ),
        Column("End Year", "end_year", 4, "4 digits: 2025 for 2024-25", "2025"),
    ),
)

CTE_FALL = Layout(
    slug="cte-fall",
    title="Fall CTE",
    version="MT9.1",
    record_type="CT",
    header_type="CT",
    columns=(
        Column("Record Type", "record_type", 2, "CT", "CT", provisional=False),
        _DISTRICT,
        Column(
            "School Number",
            "school",
            4,
            "4 digits: a school in which the student was enrolled that year",
            "1234",
            provisional=False,
        ),
        Column(
            "Calendar Number",
            "calendar",
            3,
            "the school's calendar; not compared",
            "001",
            required=False,
            provisional=False,
        ),
        *_STUDENT,
        Column(
            "First Name",
            "first_name",
            50,
            "compared with the portal's; nothing is changed",
            "ROW",
            required=False,
            provisional=False,
        ),
        Column(
            "CTE Concentrator",
            "concentrator",
            3,
            "Y in our extract when both columns after it are filled; not read",
            "Y",
            required=False,
            provisional=False,
        ),
        Column(
            "Post-Program Status",
            "status",
            2,
            "OPI's code, 2 characters; empty while there is no answer",
            "01",
            required=False,
            provisional=False,
        ),
        Column(
            "Date Contacted",
            "date_contacted",
            10,
            "MM/DD/YYYY; empty while there is no answer",
            "11/12/2024",
            required=False,
        ),
        Column(
            "End Year",
            "end_year",
            4,
            "4 digits, the year in which the student left: 2024 for 2023-24",
            "2024",
        ),
    ),
)

LAYOUTS = {layout.slug: layout for layout in (CTE_END_OF_YEAR, CTE_FALL)}

# A fifth cell of the header record with these words: columns after the layout's own hold what we
# said of the rows, and are ignored.
ERRORS_ADDED = "Errors are in the last column"
ERRORS_ADDED_BEFORE = (  # in files that were given back by earlier versions
    "Errors stand after End Year"
)
