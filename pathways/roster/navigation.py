"""Where the screens of roster data stand in the navigation, under the guide's paths."""

from __future__ import annotations

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.frame import Screen, Standing
from pathways.roster.worklist.balance import kept_balance

PATH = ("Student Information", "State Programs")


def open_on_the_worklist(standing: Standing) -> int:
    """Students in CTE courses without the record; in other years than the active one nothing is
    left to do.
    """
    scope = standing.scope
    return (
        kept_balance(scope, standing.known).open
        if scope and (scope.end_year, True) in standing.school_years
        else 0
    )


SCREENS = (
    Screen(
        name="CTE Roster Entry",
        path=PATH,
        url_name="cte-roster-entry",
        step="Step 2",
        capability=Capability.VIEW_RECORDS,
        synonyms=(
            "grid",
            "whole class",
            "many students",
            "batch entry",
            "enter credits",
            "class roster",
            "spreadsheet",
            "paste",
            "section",
            "class of students",
            "thirty students",
            "fill down",
            "add credits to several",
            "mass update",
            "bulk entry",
            "0.50 to all",
            "data entry",
            "class list",
            "copy from Excel",
            "credits for a class",
            "keyboard entry",
            "class of 30",
        ),
    ),
    Screen(
        name="Roster worklist",
        path=PATH,
        url_name="roster-worklist",
        capability=Capability.VIEW_RECORDS,
        synonyms=(
            "dismiss a line",
            "CTE Students Rostered to Courses with Pathways",
            "missing records",
            "no record",
            "courses",
            "sections",
            "transcript",
            "rosters",
            "students without a record",
            "who is missing",
            "enrolled in a CTE course",
            "Course > Section > Roster",
        ),
        also=("roster-worklist-of", "roster-worklist-file"),
        open=open_on_the_worklist,
    ),
    Screen(
        name="Roster Data",
        path=PATH,
        url_name="roster-data",
        capability=Capability.VIEW_RECORDS,
        synonyms=(
            "SCED",
            "gender",
            "name change",
            "no show",
            "summer graduates",
            "June graduates",
            "students",
            "enrollments",
            "schools",
            "calendars",
            "courses",
            "sections",
            "start a district",
            "new school year",
            "year change",
            "rollover",
            "load students",
            "add a student",
            "end enrollments",
            "withdraw a student",
            "State ID",
            "drop a student from a class",
            "merge two students",
            "duplicate student",
            "Course > Course Information",
            "master schedule",
            "demographics",
            "census",
            "AIM",
            "SIS",
            "service type",
            "roll over",
            "move a student",
            "enroll a student",
            "transfer a student",
            "class list",
            "Infinite Campus",
            "birth date",
        ),
        also=(
            "roster-courses",
            "roster-schools",
            "roster-students",
            "roster-student",
            "roster-merge",
            "roster-sections",
            "roster-section",
            "roster-end",
            "roster-new-year",
            "roster-row",
            "roster-row-add",
            "roster-row-history",
            "roster-row-remove",
        ),
    ),
)
