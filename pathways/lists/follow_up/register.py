"""Post-program statuses and follow-up years as people read them, and what follows from a change."""

from __future__ import annotations

from django.db.models import Q

from cte_portal.editions import school_year_label
from cte_portal.ui.wording import number_of
from cte_portal.words import text
from pathways.lists.changing import subject, words
from pathways.lists.effects import effects
from pathways.models import (
    Attempt,
    DrawnList,
    FollowUpEntry,
    FollowUpYear,
    Outcome,
    PostProgramStatus,
)


def target_of(row: FollowUpYear) -> str:
    return "none" if row.target is None else f"{row.target:.2f} percent placed"


@words.register
def _(row: PostProgramStatus) -> dict[str, str]:
    return {
        "Code": row.code,
        "Post-program Status": row.name,
        "Rank": str(row.rank),
        "Counts as placed": text(row.is_placed),
        "Counts as answered": text(row.is_answered),
        "Only after the required attempts": text(row.needs_attempts),
        "First school year": school_year_label(row.first_year),
        "Last school year": school_year_label(row.last_year) if row.last_year else "none",
        "Provisional": text(row.is_provisional),
    }


@words.register
def _(row: FollowUpYear) -> dict[str, str]:
    return {
        "Leavers of": row.school_year,
        "First day of contact": text(row.opens),
        "Last day of contact": text(row.closes),
        "List refreshed until": text(row.refreshed_until),
        "Attempts required": str(row.attempts_required),
        "Different means required": str(row.means_required),
        "Different days required": str(row.days_required),
        "Target": target_of(row),
    }


@subject.register
def _(row: PostProgramStatus) -> tuple[str, str, str]:
    return "post-program status", row.code, str(row)


@subject.register
def _(row: FollowUpYear) -> tuple[str, str, str]:
    return "follow-up year", str(row.end_year), f"Follow-up of {row.school_year}"


@effects.register
def _(after: PostProgramStatus, before: PostProgramStatus) -> list[str]:
    outcomes = Outcome.objects.filter(status=after.code)
    sentences = []
    if number := outcomes.count():
        affected = f"Affects {number_of(number, 'outcome')} with {after.code}:"
        if after.name != before.name:
            sentences.append(f"{affected} pages show “{after}” from now on.")
        for name, counted in (("is_placed", "placed"), ("is_answered", "answered")):
            if getattr(after, name) != getattr(before, name):
                counts = "count" if getattr(after, name) else "no longer count"
                sentences.append(f"{affected} they {counts} as {counted} in the rates.")
    if after.rank != before.rank:
        sentences.append(
            "Another status wins where several are true. Outcomes that stand stay as they are."
        )
    if after.last_year and after.last_year != before.last_year:
        sentences.append(
            f"Leavers after {school_year_label(after.last_year)} cannot be given this status."
        )
    return sentences


@effects.register
def _(after: FollowUpYear, before: FollowUpYear) -> list[str]:
    own = {"end_year": after.end_year}
    lists = DrawnList.objects.filter(**own).count()
    leavers = FollowUpEntry.objects.on_list().filter(**own).count()
    if not lists:
        return []
    affected = f"Affects {number_of(lists, 'list')} with {number_of(leavers, 'student')}:"
    sentences = []
    if (after.opens, after.closes) != (before.opens, before.closes):
        outside = Q(date__lt=after.opens) | Q(date__gt=after.closes)
        attempts = Attempt.objects.standing().filter(outside, entry__end_year=after.end_year)
        stay = attempts.count()
        sentences.append(
            f"{affected} they are called from {text(after.opens)} to {text(after.closes)}."
            + (
                f" {number_of(stay, 'attempt')} outside these days stay as they are."
                if stay
                else ""
            )
        )
    if after.refreshed_until != before.refreshed_until:
        sentences.append(f"{affected} they move until {text(after.refreshed_until)}.")
    if _demands(after) != _demands(before):
        sentences.append(f"{affected} the attempts required apply to what is entered from now on.")
    if after.target != before.target:
        sentences.append(f"{affected} they are compared with the new target.")
    return sentences


def _demands(row: FollowUpYear) -> tuple[int, int, int]:
    return row.attempts_required, row.means_required, row.days_required
