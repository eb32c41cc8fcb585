"""How many tests of each file speak of one collection alone, and why; all others run for both from
the same body (either.py). A new test that asserts something true of both takes `both` or the like;
one that cannot is counted here.
"""

from __future__ import annotations

OF_EITHER = "of the event, whatever its collection: nothing of the collection is read"
OF_PARTS = "of functions, tables and triggers that both collections pass through"
OF_PRACTICE = "of the practice data as they are"

SINGLE = {
    "archives/test_archives.py": (9, "of a student's file; what it holds of a seal runs for both"),
    "board/test_board.py": (
        7,
        "of errors, records and rows not sent on the board, of the current year, and of no event",
    ),
    "board/test_perkins.py": (7, "3S1 is made of Fall CTE alone"),
    "board/test_reminders.py": (
        2,
        "of a school year's end, which ends no Fall event, and of the hour of letters",
    ),
    "board/test_rows.py": (1, "its lines are drawn with figures of records and of leavers"),
    "certifiers/test_certifiers.py": (
        15,
        "certifiers are a district's, for both collections at once",
    ),
    "certifiers/test_certifiers_home.py": (1, "Fall CTE has no certification report to run"),
    "collections/test_chosen.py": (5, "of the choice itself, and of older forms of Fall CTE"),
    "collections/test_counted_elsewhere.py": (4, "leavers alone count in another district"),
    "collections/test_fall.py": (22, "of lists, attempts and rates, which records do not have"),
    "collections/test_fall_page_costs.py": (4, "of leavers; pages of records are in page costs"),
    "collections/test_figures.py": (
        4,
        "of sums of credits and groups of records; the Fall counts have test_perkins",
    ),
    "collections/test_files_after_the_seal.py": (2, "of rosters after End of Year's seal"),
    "events/test_events.py": (
        6,
        "of fields, extensions and OPI's list alike for either, and of both in one body",
    ),
    "events/test_finishing.py": (6, "the year of records ends; a Fall event has its own dates"),
    "events/test_years.py": (13, "the year of records ends; a Fall event has its own dates"),
    "letters/test_left.py": (
        4,
        "of invitations, which have no event; of a reminder that either event has",
    ),
    "letters/test_letters_of_fall.py": (
        1,
        "of both collections in one body",
    ),
    "models/test_dates.py": (10, OF_EITHER),
    "receipts/test_receipts.py": (2, "past years show records, which Fall CTE does not have"),
    "receipts/test_register.py": (4, "of the register's own file"),
    "recertification/test_recertification.py": (
        1,
        "Fall CTE has gates where records have findings",
    ),
    "review/test_snapshot.py": (
        10,
        "of sums, bars, explanations and fields of records; what pages say runs for both",
    ),
    "signing/test_gates.py": (
        1,
        "of the gates of errors and warnings, which Fall CTE does not have",
    ),
    "signing/test_last_validation.py": (
        1,
        "of the list of all gates, which holds those of both collections",
    ),
    "signing/test_review_and_sign.py": (
        1,
        "of the links to reports, which stand under End of Year's own addresses",
    ),
    "signing/test_seal_triggers.py": (
        8,
        "of triggers; those of sealed rows are tried on records and on outcomes",
    ),
    "signing/test_shown_case.py": (
        2,
        "of what the page of records hangs on, rules and explanations among it",
    ),
    "signing/test_signed_text.py": (9, "of the written forms, each in its own test"),
    "signing/test_signing.py": (
        10,
        "of rules, findings and credits, and of the resync's figures of records",
    ),
    "signing/test_titles.py": (5, "of rules and their titles"),
    "signing/test_write_paths.py": (6, "of every address that writes records"),
    "status/test_status.py": (
        4,
        "of which event is the next among both, of the end of a year, and of no event",
    ),
    "status/test_transitions.py": (5, OF_PARTS),
    "student_files/test_student_files.py": (
        3,
        "of what a file leaves out and who gets it; what it holds runs for both",
    ),
    "test_demo.py": (5, OF_PRACTICE),
    "test_kept_forms.py": (4, OF_EITHER),
    "test_small_demo.py": (2, OF_PRACTICE),
    "years/test_years_side_by_side.py": (12, "of records by year, which Fall CTE does not have"),
}
