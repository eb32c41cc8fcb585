"""Step Two B and Step Three: files that go in and out, the Batch Queue, the resync."""

from __future__ import annotations

from collections.abc import Mapping

from cte_portal.frame import Sentences

FILES: Mapping[str, Sentences] = {
    "mt-data-upload": (
        (
            "Here you upload CTE data from your Student Information System or the template, as a *.tsv"
            " file."
        ),
        (
            "Choose the import type, Validate and Test File or Upload File, choose the file, and Submit"
            " to Batch."
        ),
        "The results show under Batch Queue List; the process is not complete until a Batch Resync.",
    ),
    "mt-data-upload-columns": (
        "These are the columns of the file, in their order.",
        "Compare them with what your Student Information System writes.",
        "The template has the same columns.",
    ),
    "mt-data-upload-undo": (
        "Here an upload is taken back.",
        "Look at what would change; records changed since stay as they are.",
        "The state keeps what it has until the next resync.",
    ),
    "roster-columns": (
        "These are the columns of the roster files that the portal reads.",
        "Compare them with what your Student Information System writes.",
        "Columns are known by their header, so their order does not matter in a CSV file.",
    ),
    "roster-sources": (
        "These are the systems whose OneRoster files your district uploads.",
        "Open one to see how its schools, students and courses are matched.",
        "The next file from the same system is read in the same way.",
    ),
    "roster-undo": (
        "Here a roster upload is taken back.",
        "Look at what would change; lines changed since stay as they are.",
        "CTE records stay.",
    ),
    "mt-extracts": (
        "Here your records leave as a file in State Format.",
        "Choose the type and submit; the file waits in the Batch Queue List.",
        "Uploaded again unchanged, it changes nothing.",
    ),
    "batch-queue": (
        "These are the jobs that your district submitted, with their status and files.",
        "Select Refresh for the latest status, and Get the report when a job has completed.",
        "You may leave the page; jobs go on, and a notice tells you of the end.",
    ),
    "batch": (
        "This is one job: what was submitted, how far it is, and what came of it.",
        "Its report and files stand here for as long as they are kept.",
        "What an upload saved is sent to the state by a resync.",
    ),
    "statewide-queue": (
        "These are the jobs that work for all districts.",
        "Open one to see how each district's part ended.",
        "Parts that failed can be run again by themselves.",
    ),
    "resync": (
        "Here you send your district's data to the state.",
        "A complete resync sends all objects; Check dependencies adds what the chosen ones rest on.",
        "It comes before Step Four. The Batch Queue says when it has ended.",
    ),
    "district-and-state": (
        "Here the district's records stand beside the state's.",
        "Look at what differs.",
        "A complete resync sends what differs.",
    ),
    "resync-all": (
        "Here OPI sends the data of all districts to the state.",
        "Use it when the data of all districts must be at the state at once.",
        "Each district's part is a job of its own.",
    ),
}
