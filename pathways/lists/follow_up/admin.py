"""Post-program statuses and follow-up years in the admin site."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from cte_portal.accounts.access.reach import person_of
from pathways.certified import certified
from pathways.lists.changing import changing, words
from pathways.lists.follow_up import register
from pathways.lists.follow_up.forms import FollowUpYearForm, PostProgramStatusForm
from pathways.lists.register_admin import OfYears, RegisterAdmin
from pathways.models import Attempt, FollowUpYear, Outcome, OutcomeChange, PostProgramStatus


class PostProgramStatusAdmin(OfYears, RegisterAdmin):
    form = PostProgramStatusForm
    path_of = "Set up the collection › Post-program statuses"
    about = (
        "What may have become of a leaver, and how it counts. Of several true answers the one with"
        " the lowest rank wins. A status that has been used cannot be removed. Give it a last school"
        " year instead."
    )
    list_display = ("rank", "code", "name", "placed", "answered", "first", "last", "provisional")
    list_display_links = ("name",)
    search_fields = ("code", "name")
    ordering = ("rank",)

    def unused(self) -> QuerySet[PostProgramStatus]:
        own = {"status": OuterRef("code")}
        return PostProgramStatus.objects.filter(
            ~Exists(Outcome.objects.filter(**own)),
            ~Exists(OutcomeChange.objects.filter(**own)),
            ~Exists(Attempt.objects.filter(**own)),
        )

    @admin.display(description="Placed", ordering="is_placed")
    def placed(self, row: PostProgramStatus) -> str:
        return words(row)["Counts as placed"]

    @admin.display(description="Answered", ordering="is_answered")
    def answered(self, row: PostProgramStatus) -> str:
        return words(row)["Counts as answered"]


class FollowUpYearAdmin(RegisterAdmin):
    form = FollowUpYearForm
    path_of = "Set up the collection › Follow-up years"
    about = (
        "When the leavers of a school year are called, until when their list still moves, and what"
        " must be tried before a leaver counts as not reached. Certification events show these"
        " dates."
    )
    list_display = ("label", "first", "last", "list_until", "demands", "goal")
    list_display_links = ("label",)
    ordering = ("-end_year",)

    def save_model(self, request: HttpRequest, obj: FollowUpYear, form: Any, change: bool) -> None:
        """The certification events of the year say the same dates, in the same change."""
        with changing(by=person_of(request), reason=form.cleaned_data["reason"]) as entries:
            if change:
                entries.save(obj, seen=form.seen_words)
            else:
                entries.add([obj])
            certified().follow_up_moved(obj.end_year)

    @admin.display(description="Leavers of", ordering="end_year")
    def label(self, row: FollowUpYear) -> str:
        return row.school_year

    @admin.display(description="First day of contact", ordering="opens")
    def first(self, row: FollowUpYear) -> str:
        return words(row)["First day of contact"]

    @admin.display(description="Last day of contact", ordering="closes")
    def last(self, row: FollowUpYear) -> str:
        return words(row)["Last day of contact"]

    @admin.display(description="List refreshed until", ordering="refreshed_until")
    def list_until(self, row: FollowUpYear) -> str:
        return words(row)["List refreshed until"]

    @admin.display(description="Attempts")
    def demands(self, row: FollowUpYear) -> str:
        return f"{row.attempts_required}, {row.means_required} means, {row.days_required} days"

    @admin.display(description="Target", ordering="target")
    def goal(self, row: FollowUpYear) -> str:
        return register.target_of(row)
