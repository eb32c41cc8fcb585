"""Step Two: students, courses and rosters, and records entered from them."""

from __future__ import annotations

from collections.abc import Mapping

from cte_portal.frame import Sentences

ROSTER: Mapping[str, Sentences] = {
    "cte-roster-entry": (
        (
            "Here you enter credits for a whole class on one page, one row for each student and"
            " Pathway."
        ),
        (
            "Choose the school, course, section or Pathway, type the credits, or paste them from a"
            " spreadsheet."
        ),
        "One save keeps the good rows; rows that cannot be saved stay in place with the reason.",
    ),
    "roster-worklist": (
        (
            "These are students whose courses and records disagree, as in CTE Students Rostered to"
            " Courses with Pathways."
        ),
        "Decide each line: create the record, correct it, or say why it is right.",
        "The number beside the screen's name counts lines of Rostered without a record.",
    ),
    "roster-data": (
        "These are the schools, students, enrollments, courses and sections of your district.",
        "Open a list to look at it or to correct it by hand; files come in by MT Data Upload.",
        "A student needs an enrollment in the school year to have a CTE record in it.",
    ),
    "roster-courses": (
        "These are your district's courses of the school year.",
        "Say for each which Pathway it belongs to, or that it is Not CTE.",
        "Students of a course with a Pathway then appear on the Roster worklist.",
    ),
    "roster-schools": (
        "These are your district's schools and their calendars.",
        "Open one to correct it, or add one that is missing.",
        "Each enrollment belongs to a calendar, and each calendar to a school.",
    ),
    "roster-students": (
        "These are your district's students as roster data know them.",
        "Find a student to see the enrollments, or add one.",
        "Nobody is removed because a file left the student out.",
    ),
    "roster-student": (
        "These are one student's own data: names, State ID, enrollments and sections.",
        "Open a line to correct it; its history stands beside it.",
        "The CTE records are on the CTE Concentrator screen.",
    ),
    "roster-merge": (
        "Use this when one student is in the portal under two State IDs.",
        "This student's row stays; name the other one and look at what would follow.",
        "Nothing changes before you confirm.",
    ),
    "roster-sections": (
        "These are the sections of your district's courses.",
        "Open a section to see its students.",
        "A section belongs to a course, and the course names the Pathway.",
    ),
    "roster-section": (
        "These are the students of one section.",
        "Add a student, or drop one from the section.",
        "A student's CTE records stay as they are.",
    ),
    "roster-end": (
        "Here you end enrollments, such as those of students who left.",
        "Choose the students, the last day and the End Status.",
        "What follows is shown before anything is saved.",
    ),
    "roster-new-year": (
        "Here your district's roster data begin in a new school year.",
        "Each line says what is missing and where it is entered.",
        "Last year's data stay as they are.",
    ),
    "roster-row": (
        "Here you correct one line of your district's roster data.",
        "Change what is wrong, then click Save.",
        "The change is kept in the line's history and can be taken back.",
    ),
    "roster-row-add": (
        "Here you add one line to your district's roster data.",
        "Fill in the fields; those that may be empty say so.",
        "For many lines, upload a file under MT Data Upload.",
    ),
    "roster-row-history": (
        "This is every change of one line of your roster data.",
        "The newest change stands first.",
        "A change can be taken back where the line says so.",
    ),
    "roster-row-remove": (
        "Here you remove a line that was entered by mistake.",
        "A student who leaves keeps the enrollment, with an end date.",
        "You can undo the removal.",
    ),
}
