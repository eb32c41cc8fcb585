"""The follow-up of concentrators who left: November 1 to December 31."""

from __future__ import annotations

from collections.abc import Mapping

from cte_portal.frame import Sentences

FOLLOW_UP: Mapping[str, Sentences] = {
    "follow-up-list": (
        (
            "These are the concentrators who graduated or dropped out in the school year and must be"
            " followed up with."
        ),
        "Check who is on the list and why; ask OPI to add or remove a student.",
        "Each needs a Post-program Status by the end of December.",
    ),
    "follow-up": (
        "Here you call the leavers and keep what they say.",
        (
            "Those tried least come first; each caller gets another student, and others see who is"
            " calling."
        ),
        "The best answer of the attempts becomes the outcome.",
    ),
    "follow-up-print": (
        "This is the call list on paper: whom to call, the phones, and the attempts so far.",
        "Print it and write the results on it; those tried least come first.",
        "Who printed it, when, and how many students are on it stands in the audit log.",
    ),
    "follow-up-line": (
        "This is one leaver: what to say, how to reach the student, and all attempts.",
        "Each attempt has its day, means and result, and stays with the student.",
        "Contacts are seen in your district alone and are never sent to the state.",
    ),
    "follow-up-entry": (
        "Enter the results of many calls at once, as from a printed call list.",
        "Each row with a result becomes an attempt of its student; the others stay as they are.",
        "A row that somebody else has worked on meanwhile is kept and says so.",
    ),
    "follow-up-outcome": (
        "Here you set the Post-program Status yourself.",
        "Choose the status and the date of contact.",
        "It stays until you let the attempts decide again.",
    ),
    "follow-up-contacts": (
        "These are phone numbers and addresses of one leaver.",
        "Enter or paste them, one on a line.",
        "They are deleted 90 days after the last day of contact.",
    ),
    "follow-up-contacts-file": (
        "Here contacts of many students come from one CSV file, such as a survey of seniors.",
        "Choose the file; which lines would be added and which are refused is shown first.",
        "The file itself is not kept.",
    ),
    "follow-up-differences": (
        "Here a Fall CTE file and the portal say different things of a leaver.",
        "Choose for each line which answer is right.",
        "Nothing is overwritten until you choose.",
    ),
    "follow-up-elsewhere": (
        "These are answers about your leavers that came from elsewhere, such as another district.",
        "Accept an answer or turn it down.",
        "Only an accepted answer counts.",
    ),
    "follow-up-pairs": (
        "These students stand on the follow-up lists of two districts.",
        "Look at both answers and choose where the student counts.",
        "The other line is counted elsewhere; its answer stays as it is.",
    ),
    "follow-up-request": (
        "This is one request about the follow-up list, with its answer.",
        "Read it, or answer it where it waits for you.",
        "Request and answer stay with the list.",
    ),
    "follow-up-request-add": (
        "Here you ask OPI to add a student to the follow-up list.",
        "Name the student and give the reason.",
        "You get a notice when OPI has answered.",
    ),
    "follow-up-request-remove": (
        "Here you ask OPI to remove a student from the follow-up list.",
        "Give the reason.",
        "The student stays on the list until OPI agrees.",
    ),
    "follow-up-requests": (
        "These are districts' requests to add a leaver to the list or to remove one.",
        "Open a request to approve or deny it.",
        "An answer can be taken back.",
    ),
}
