"""Attempts of every kind on the call lists of the practice portal."""

from __future__ import annotations

import datetime

from django.utils import timezone

from cte_portal.accounts.models import User
from cte_portal.editions import Scope
from pathways.demo.leavers import LEFT, SIZES
from pathways.follow_up import attempts
from pathways.follow_up.attempts import Try
from pathways.follow_up.drawing import follow_up_list
from pathways.follow_up.workbench.contacts import add, way
from pathways.models import Attempt, FollowUpEntry
from pathways.models.student import by_name_of

COLLEGE, MILITARY, WORK, OTHER_WORK, LOOKING, NOT_REACHED = "01", "02", "04", "05", "06", "08"
PHONE, TEXT, EMAIL, ADULT = (
    Attempt.Means.PHONE,
    Attempt.Means.TEXT,
    Attempt.Means.EMAIL,
    Attempt.Means.ADULT,
)
CALLERS = {"9012": ("cmartin", "dkeller"), "9020": ("lstone",), "0965": ("cmartin",)}
STORIES = (
    ((9, PHONE, COLLEGE, "Montana State, first semester"),),
    ((9, PHONE, "", "Voice mail is full"), (6, TEXT, WORK, "Works at a clinic in Billings")),
    (
        (10, PHONE, "", "No answer"),
        (7, TEXT, "", ""),
        (2, EMAIL, NOT_REACHED, "Address bounced"),
    ),
    (),
    ((8, ADULT, MILITARY, "His mother says he began basic training in July"),),
    ((3, PHONE, "", "Try again after 5 PM"),),
    ((5, PHONE, LOOKING, "Would like to hear about apprenticeships"),),
    (),
    ((4, PHONE, OTHER_WORK, ""), (1, PHONE, WORK, "Began in the shop this week")),
)
"""Days ago, means, result, note of each try: answered, unreachable after the required attempts,
tried once, and not tried at all.
"""
TAKEN_BACK = 6
"""The line on which a further attempt was entered by mistake."""
CONTACTS = (
    ("406-555-01{:02}",),
    ("406-555-01{:02}", "leaver{}@example.org"),
    (),
    ("Aunt Ruth, evenings, 406-555-01{:02}",),
)


def add_calls(district: str) -> None:
    """Somebody has called for two weeks; about two of three lines are worked on."""
    scope = Scope(district, LEFT)
    follow_up_list(scope)
    callers = User.objects.filter(username__in=CALLERS[district]).order_by("username")
    people = [{"by": caller.record_name, "by_id": caller.pk} for caller in callers]
    lines = FollowUpEntry.objects.in_scope(scope).on_list().order_by(*by_name_of("student"))
    keys = list(enumerate(lines.values_list("pk", flat=True)))
    for place, author in enumerate(people):
        of_author = keys[place :: len(people)]
        for number, line in of_author:
            if ways := CONTACTS[number % len(CONTACTS)]:
                reached = [way(contact.format(number, number)) for contact in ways]
                add(scope, line, reached, **author)
        for turn in range(max(map(len, STORIES))):
            stories = {line: STORIES[number % len(STORIES)][turn:] for number, line in of_author}
            tries = {line: _try(*story[0]) for line, story in stories.items() if story}
            if refused := attempts.record_each(scope, tries, **author).refused:
                raise next(iter(refused.values()))
    if len(keys) > TAKEN_BACK:
        (_, line), author = keys[TAKEN_BACK], people[TAKEN_BACK % len(people)]
        mistake = _try(0, PHONE, COLLEGE, "Entered on the wrong student")
        attempt = attempts.record(scope, line, mistake, **author).attempt
        attempts.take_back(scope, attempt.pk, **author)


def _try(days: int, means: Attempt.Means, status: str, note: str) -> Try:
    return Try(timezone.localdate() - datetime.timedelta(days=days), means, status, note)


def add_all(districts: set[str]) -> None:
    """Of the districts whose last year is certified, and that are there."""
    for district in SIZES:
        if district in districts:
            add_calls(district)
