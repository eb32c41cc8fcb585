"""What a caller enters about a try, and what a person sets as the outcome."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from cte_portal.editions import Scope
from cte_portal.pages.days import DayField
from cte_portal.pages.offered import offer
from pathways.files.values import tidy
from pathways.models import Attempt, FollowUpYear, PostProgramStatus

NO_ANSWER = "none"
MOST_NOTE = 300
TIMES = ["%H:%M", "%I:%M %p", "%I:%M%p"]


def contacted(label: str) -> DayField:
    return DayField(
        label=label,
        wrong=f"{label} must be a real date, like 11/05/2024",
        attrs={"autocomplete": "off", "placeholder": "MM/DD/YYYY"},
        error_messages={"required": f"Enter the {label.lower()}"},
    )


def statuses(scope: Scope) -> list[tuple[str, str]]:
    return [(row.code, row.name) for row in PostProgramStatus.objects.offered_in(scope.end_year)]


class AttemptForm(forms.Form):
    """`seen` is the last attempt that the page showed."""

    use_required_attribute = False
    status = forms.ChoiceField(
        label="Result",
        widget=forms.RadioSelect,
        error_messages={
            "required": "Select the result",
            "invalid_choice": "Select a result from the list",
        },
    )
    means = forms.ChoiceField(
        label="Means",
        choices=Attempt.Means.choices,
        error_messages={
            "required": "Select how the student was tried",
            "invalid_choice": "Select how the student was tried",
        },
    )
    date = contacted("Date")
    time = forms.TimeField(
        label="Time",
        required=False,
        input_formats=TIMES,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "2:30 PM"}),
        error_messages={"invalid": "Time must be like 2:30 PM"},
    )
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=MOST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off"}),
        help_text="For whoever calls next",
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "status", [(NO_ANSWER, "No answer"), *statuses(scope)])

    def clean_note(self) -> str:
        return tidied(self.cleaned_data["note"])

    @property
    def answer(self) -> str:
        """The status code; empty while nobody was reached."""
        status: str = self.cleaned_data["status"]
        return "" if status == NO_ANSWER else status


def tidied(text: str) -> str:
    """On one line, without characters that cannot be seen."""
    line = tidy(" ".join(text.split()))
    if not line.isprintable():
        raise forms.ValidationError("The value contains a hidden character. Type it again")
    return line


def day_to_propose(year: FollowUpYear | None) -> Any:
    """Today, or the last day that counts."""
    today = timezone.localdate()
    return min(today, year.closes) if year else today


class OutcomeForm(forms.Form):
    """`seen_status` and `seen_origin` are those of the outcome that the page showed."""

    use_required_attribute = False
    status = forms.ChoiceField(
        label="Post-program Status",
        error_messages={
            "required": "Select a post-program status",
            "invalid_choice": "Select a status from the list",
        },
    )
    date = contacted("Date Contacted")
    seen_status = forms.CharField(widget=forms.HiddenInput, required=False, max_length=2)
    seen_origin = forms.CharField(widget=forms.HiddenInput, required=False, max_length=8)

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "status", [("", "Select"), *statuses(scope)])

    @property
    def seen(self) -> tuple[str, str]:
        return self.cleaned_data["seen_status"], self.cleaned_data["seen_origin"]
