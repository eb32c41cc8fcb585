"""Where the screens of the follow-up stand in the navigation, under the guide's paths: one entry,
and what is reached from it.
"""

from __future__ import annotations

from django.db.models import QuerySet

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.frame import Screen
from cte_portal.prepared import counted
from pathways.models import ListRequest

PATH = ("Student Information", "State Programs")
OF_CALLS = (
    "follow-up-line",
    "follow-up-outcome",
    "follow-up-contacts",
    "follow-up-contacts-file",
    "follow-up-elsewhere-add",
    "follow-up-link",
    "follow-up-print",
)


@counted("COUNT(*)")
def _waiting() -> QuerySet[ListRequest]:
    return ListRequest.objects.waiting()


SCREENS = (
    # Before the entry that marks its pages too: another district or year is switched to from here.
    Screen(
        name="Follow-up Calls",
        path=PATH,
        url_name="follow-up",
        capability=Capability.FOLLOW_UP,
        synonyms=(
            "call list",
            "print the call list",
            "phone list on paper",
            "callers",
            "phone",
            "attempts",
            "contacts",
            "contacts from a file",
            "senior survey",
            "outcome",
            "unable to contact",
            "call graduates",
            "call former students",
            "telephone",
            "who to call",
            "log a call",
        ),
        also=OF_CALLS,
        listed=False,
    ),
    Screen(
        name="Follow-up Entry",
        path=PATH,
        url_name="follow-up-entry",
        capability=Capability.EDIT_RECORDS,
        synonyms=(
            "enter results",
            "grid",
            "many calls at once",
            "enter many attempts",
            "results from paper",
            "type in calls",
            "spreadsheet",
        ),
        listed=False,
    ),
    Screen(
        name="Fall CTE Differences",
        path=PATH,
        url_name="follow-up-differences",
        capability=Capability.FOLLOW_UP,
        synonyms=(
            "differences",
            "Fall CTE upload",
            "compare answers",
            "portal and file",
            "conflicts",
            "results file",
            "differences between file and portal",
            "Fall upload results",
        ),
        listed=False,
    ),
    Screen(
        name="Answers from Elsewhere",
        path=PATH,
        url_name="follow-up-elsewhere",
        capability=Capability.FOLLOW_UP,
        synonyms=(
            "proposals",
            "another district's answer",
            "Clearinghouse",
            "return file",
            "accept an answer",
            "link for a student",
            "self-answer",
            "National Student Clearinghouse",
            "college enrollment",
            "wage records",
            "military",
            "other district",
        ),
        also=("follow-up-return-file",),
        listed=False,
    ),
    Screen(
        name="CTE Follow-up",
        path=PATH,
        url_name="follow-up-list",
        capability=Capability.VIEW_RECORDS,
        synonyms=(
            "employed",
            "post-program status",
            "post-secondary",
            "placement",
            "3S1",
            "graduates",
            "dropouts",
            "leavers",
            "Fall CTE",
            "survey",
            "who is on the list",
            "former students",
            "placement survey",
            "Perkins",
            "six months after",
            "left school",
            "exited students",
            "second quarter",
            "follow up",
        ),
        also=(
            "follow-up",
            *OF_CALLS,
            "follow-up-entry",
            "follow-up-differences",
            "follow-up-elsewhere",
            "follow-up-return-file",
            "follow-up-request",
            "follow-up-request-add",
            "follow-up-request-remove",
        ),
    ),
)

REQUESTS = (
    Screen(
        name="Follow-up list requests",
        path=("Requests",),
        url_name="follow-up-requests",
        capability=Capability.WORK_STATEWIDE,
        synonyms=(
            "add a leaver",
            "remove a leaver",
            "appeal",
            "approve",
            "deny",
            "inbox",
            "request to change the list",
            "follow-up appeal",
        ),
        scoped=False,
        open=lambda standing: _waiting()[0][0],
    ),
    Screen(
        name="Students on two follow-up lists",
        path=("Requests",),
        url_name="follow-up-pairs",
        capability=Capability.WORK_STATEWIDE,
        synonyms=("pairs", "counted elsewhere", "3S1", "two districts", "duplicate leavers"),
        scoped=False,
    ),
)
