"""The forms of OPI's post-program statuses and follow-up years."""

from __future__ import annotations

from typing import Any

from django import forms

from cte_portal.pages.days import DayField
from cte_portal.pages.offered import offer
from pathways.files.values import tidy
from pathways.lists.forms import RegisterForm, number_field, year_field
from pathways.models import FollowUpYear, PostProgramStatus, SchoolYear

MOST_ATTEMPTS = 20
MOST_RANKS = 99


class PostProgramStatusForm(RegisterForm):
    code = forms.CharField(
        max_length=2,
        label="Code",
        help_text="2 digits or letters, as in files",
        widget=forms.TextInput(attrs={"size": 4}),
    )
    name = forms.CharField(max_length=100, label="Post-program Status")
    rank = number_field(
        "Rank", 1, MOST_RANKS, help_text="of several true answers the lowest rank wins"
    )
    is_placed = forms.BooleanField(required=False, label="Counts as placed")
    is_answered = forms.BooleanField(required=False, label="Counts as answered")
    needs_attempts = forms.BooleanField(
        required=False, label="Given only after the required attempts"
    )
    first_year = year_field("First end year", help_text="2025 means 2024-25")
    last_year = year_field(
        "Last end year", required=False, help_text="leave empty while it is used"
    )
    is_provisional = forms.BooleanField(
        required=False, label="Provisional: the code or its meaning is not confirmed"
    )

    class Meta:
        model = PostProgramStatus
        fields = [
            "code",
            "name",
            "rank",
            "is_placed",
            "is_answered",
            "needs_attempts",
            "first_year",
            "last_year",
            "is_provisional",
        ]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if not self.adding:
            # Outcomes hold the code itself; another one would be another status.
            del self.fields["code"]

    def clean_code(self) -> str:
        return tidy(self.cleaned_data["code"]).upper()


class FollowUpYearForm(RegisterForm):
    end_year = forms.TypedChoiceField(coerce=int, label="Leavers of")
    opens = DayField(label="First day of contact", help_text="MM/DD/YYYY", wrong="Enter a date.")
    closes = DayField(label="Last day of contact", help_text="MM/DD/YYYY", wrong="Enter a date.")
    refreshed_until = DayField(
        label="List refreshed until",
        help_text="afterwards changes of enrollments no longer move the list",
        wrong="Enter a date.",
    )
    attempts_required = number_field(
        "Attempts required", 1, MOST_ATTEMPTS, help_text="before a leaver counts as not reached"
    )
    means_required = number_field("Different means required", 1, MOST_ATTEMPTS)
    days_required = number_field("Different days required", 1, MOST_ATTEMPTS)
    target = forms.DecimalField(
        label="Target, percent placed",
        required=False,
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        help_text="leave empty while there is none",
        widget=forms.TextInput(attrs={"size": 6, "inputmode": "decimal"}),
    )

    class Meta:
        model = FollowUpYear
        fields = [
            "end_year",
            "opens",
            "closes",
            "refreshed_until",
            "attempts_required",
            "means_required",
            "days_required",
            "target",
        ]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if not self.adding:
            del self.fields["end_year"]
            return
        there = FollowUpYear.objects.values("pk")
        years = SchoolYear.objects.exclude(pk__in=there)
        offer(self, "end_year", [("", "Select a school year"), *((y.pk, str(y)) for y in years)])

    def clean_opens(self) -> Any:
        """Nobody is followed up before the year has begun in which they leave."""
        opens = self.cleaned_data["opens"]
        end_year = self.instance.end_year or self.cleaned_data.get("end_year") or 0
        year = SchoolYear.objects.filter(pk=end_year).first()
        if year and opens <= year.starts:
            raise forms.ValidationError(
                f"The first day of contact must come after {year.starts:%m/%d/%Y}, the first day of"
                f" {year}"
            )
        return opens
