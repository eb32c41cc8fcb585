"""The words of the rules as certifiers have signed them: part of each digest, and so never edited,
whatever the screen says today.

A rule that is not here came later; it is signed by its id alone, so that its words may change
without voiding a signature (docs/adr/0007).
"""

from __future__ import annotations

from typing import NamedTuple


class SignedWords(NamedTuple):
    title: str
    message: str
    remedy: str

    @classmethod
    def of(cls, rule_id: str) -> SignedWords:
        return _SIGNED.get(rule_id) or cls(rule_id, "", "")


CAME_LATER = frozenset({"CTE-205"})
"""Rules that came after release 0.1.0: what was signed before they came does not name them."""

_SIGNED = {
    "CTE-111": SignedWords(
        "In District Credits are between 0 and 30",
        "In District Credits must be between 0 and 30",
        "Correct the credits.",
    ),
    "CTE-112": SignedWords(
        "Out of District Credits are between 0 and 30",
        "Out of District Credits must be between 0 and 30",
        "Correct the credits.",
    ),
    "CTE-113": SignedWords(
        "Total Pathway Credits are 30 or less",
        "In District and Out of District Credits come to {total}. The total must be 30 or less",
        "Correct the credits.",
    ),
    "CTE-114": SignedWords(
        "Dual Enrollment Credits are not negative",
        "Dual Enrollment Credits must be between 0 and 30",
        "Correct the credits.",
    ),
    "CTE-115": SignedWords(
        "Work Based Learning Credits are not negative",
        "Work Based Learning Credits must be between 0 and 30",
        "Correct the credits.",
    ),
    "CTE-116": SignedWords(
        "Dual Enrollment Credits are also counted in or out of district",
        "Dual Enrollment Credits are more than the total of {total}. Count them in In District or"
        " Out of District Credits too",
        "Add these credits to In District or Out of District Credits as well.",
    ),
    "CTE-117": SignedWords(
        "Work Based Learning Credits are also counted in or out of district",
        "Work Based Learning Credits are more than the total of {total}. Count them in In District"
        " or Out of District Credits too",
        "Add these credits to In District or Out of District Credits as well.",
    ),
    "CTE-121": SignedWords(
        "In District Credits have no more than two decimals",
        "In District Credits must have no more than 2 decimal places, like 1.75",
        "Correct the credits.",
    ),
    "CTE-122": SignedWords(
        "Out of District Credits have no more than two decimals",
        "Out of District Credits must have no more than 2 decimal places, like 1.75",
        "Correct the credits.",
    ),
    "CTE-123": SignedWords(
        "Dual Enrollment Credits have no more than two decimals",
        "Dual Enrollment Credits must have no more than 2 decimal places, like 1.75",
        "Correct the credits.",
    ),
    "CTE-124": SignedWords(
        "Work Based Learning Credits have no more than two decimals",
        "Work Based Learning Credits must have no more than 2 decimal places, like 1.75",
        "Correct the credits.",
    ),
    "CTE-126": SignedWords(
        "Start Date is not in the future",
        "Start Date must be today or earlier",
        "Write the date the student began the program.",
    ),
    "CTE-127": SignedWords(
        "Start Date lies far back",
        "Start Date is more than 6 school years before {school_year}. Check the year",
        "Correct the Start Date. If the student did begin that early, explain it.",
    ),
    "CTE-131": SignedWords(
        "2 or more credits, but not a concentrator",
        "Total is {total}. Choose Yes for CTE Concentrator, or check the credits",
        "A student with 2 or more credits in one pathway is a concentrator.",
    ),
    "CTE-132": SignedWords(
        "A concentrator with fewer than 2 credits",
        "Total is {total}. Choose No for CTE Concentrator, or check the credits",
        "A student with fewer than 2 credits in the pathway is a participant.",
    ),
    "CTE-133": SignedWords(
        "Dual enrollment and work based credits together exceed the total",
        "Dual Enrollment and Work Based Learning Credits together are more than the total of"
        " {total}. Check them",
        "One course may be both. If it is not, correct one of the two.",
    ),
    "CTE-134": SignedWords(
        "More than 8 credits in one pathway",
        "Total is {total}. More than 8 credits in one pathway are unusual. Check the credits",
        "Correct the credits. If the student did earn them, explain how.",
    ),
    "CTE-204": SignedWords(
        "Start Date is after the student's birth",
        "Start Date must be after the student's date of birth",
        "Write the date the student began the program.",
    ),
    "CTE-213": SignedWords(
        "A record in a pathway without approval",
        "{pathway} is not approved for this district for {school_year}. The record stays; its"
        " credits cannot grow",
        "If students still earn credits in it, ask OPI to approve the pathway.",
    ),
    "CTE-214": SignedWords(
        "A record in a pathway that OPI has retired",
        "{pathway} is not on OPI's list for {school_year}. The record stays; its credits cannot"
        " grow",
        "Nothing has to be done. New credits belong to a pathway of this year's list.",
    ),
    "CTE-301": SignedWords(
        "Single parent differs between pathways",
        "Student Single Parent is not the same on every pathway of this student",
        "Set the same answer on every pathway, or tick Apply to all pathways.",
    ),
}
