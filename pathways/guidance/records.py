"""Step Two: the CTE Concentrator screen and what belongs to it."""

from __future__ import annotations

from collections.abc import Mapping

from cte_portal.frame import Sentences

RECORDS: Mapping[str, Sentences] = {
    "cte-concentrator": (
        "Here you enter and update CTE Concentrator and Participants data, one student at a time.",
        "Find the student by name, State ID or Local ID, then open one of the records or click New.",
        "What you save counts as not yet sent to the state until you resync.",
    ),
    "cte-student": (
        "These are the student's records, one for each Pathway.",
        "Click a record to open it, or click New to enter another Pathway.",
        "Student Single Parent must be the same on every Pathway.",
    ),
    "cte-record": (
        "This is the student's record in one Pathway.",
        (
            "Add the credits earned this school year to In District or Out of District Credits Earned;"
            " they update Total Pathway Credits Earned."
        ),
        "If the total is 2 or more, CTE Concentrator should be Yes; then click Save.",
    ),
    "cte-record-new": (
        "Here you enter a new Pathway for the student.",
        (
            "Select the Pathway, enter the credits, and answer CTE Concentrator and Student Single"
            " Parent."
        ),
        (
            "Dual Enrollment and Work Based Learning Credits must also be counted in In District or Out"
            " of District Credits Earned."
        ),
    ),
    "cte-record-delete": (
        "Here you delete the student's record in one Pathway.",
        "Check that it is the right student and Pathway before you go on.",
        "The record's history stays, and a deleted record can be restored from it.",
    ),
    "cte-record-move": (
        "Here you move credits that were entered for the wrong Pathway.",
        "Choose the right Pathway and look at both records before you save.",
        "Both records keep the change in their history, and it can be undone.",
    ),
    "cte-record-elements": (
        "These are your district's own fields on the student's record.",
        "Fill in what your district keeps, then click Save.",
        "District Defined Elements are never sent to the state.",
    ),
    "cte-record-history": (
        "This is every change of the record: who made it, when, and the values afterwards.",
        "The newest change stands first.",
        "A record that was deleted can be restored from here.",
    ),
    "schools": (
        "These are the schools that you may open.",
        "Open one to see its students in CTE.",
        "Each school year has its own page; the bar above names the year.",
    ),
    "school": (
        "This is one school's students in CTE: by pathway and grade, and one by one.",
        "Look for students without a record yet, and for records with open findings.",
        "Nothing is changed here; records are entered by the district's Data Clerks.",
    ),
    "student-list": (
        "These are your district's students as a table.",
        "Narrow it by school, grade, Pathway or no record yet, sort it, and choose its columns.",
        "A filter can be kept under a name, and what is shown downloads as a file.",
    ),
    "district-defined-elements": (
        "Here a District Administrator defines the fields that your district keeps for itself.",
        "Add an element, choose its kind, and put the elements in order.",
        "They stand under District Defined Elements on each record and are never sent to the state.",
    ),
    "district-defined-values-upload": (
        "Here many values of your district's own elements come back from their file.",
        "Choose the file; what would change is shown before anything is saved.",
        "What was saved can be taken back as one act.",
    ),
    "district-view-events": (
        "This is who looked at students of your district and who downloaded their data.",
        "Search it, or download it as a file.",
        "A District Administrator and OPI see this list; nobody can change it.",
    ),
    "record-changes": (
        "These are changes of CTE records in all districts.",
        "Search for the change you want to see.",
        "Each line says who changed what, and when.",
    ),
    "cte-lingo": (
        "These are the guide's own words: Pathway, Concentrator, Single Parent, Pathway Credits.",
        "Find the word you met on a screen.",
        "The fields of a record lead here too.",
    ),
    "practice-tour": (
        "This is a tour of seven steps through a clerk's work, with students who do not exist.",
        "Take the steps in order; each names its screen and what to do there.",
        "Each night the records of the Practice District go back to what they were, unless they are certified.",
    ),
    "rules": (
        "These are the rules that every record is checked against, with what to do about each.",
        "Find the rule by its number or its words.",
        "An error blocks certification; a warning blocks until it is explained.",
    ),
}
