"""What a person enters about an answer that another district gave."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from cte_portal.editions import Scope
from cte_portal.pages.days import DayField
from cte_portal.pages.offered import offer
from cte_portal.pages.typed import KEY_DIGITS, number
from pathways.follow_up.proposals.deciding import Choice
from pathways.follow_up.workbench.forms import tidied
from pathways.models import PostProgramStatus


def answers(scope: Scope) -> list[tuple[str, str]]:
    """The statuses that count as answered."""
    offered = PostProgramStatus.objects.offered_in(scope.end_year).filter(is_answered=True)
    return [(row.code, row.name) for row in offered]


class ElsewhereForm(forms.Form):
    use_required_attribute = False
    source_name = forms.CharField(
        label="Who gave the answer",
        max_length=60,
        help_text="The other district, like Billings",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Enter who gave the answer"},
    )
    status = forms.ChoiceField(
        label="Post-program Status",
        error_messages={
            "required": "Select a post-program status",
            "invalid_choice": "Select a status from the list",
        },
    )
    as_of = DayField(
        label="As of",
        help_text="The day on which the student told them",
        wrong="As of must be a real date, like 11/05/2024",
        attrs={"autocomplete": "off", "placeholder": "MM/DD/YYYY"},
        error_messages={"required": "Enter the day"},
    )

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "status", [("", "Select"), *answers(scope)])
        self.fields["as_of"].initial = timezone.localdate()

    def clean_source_name(self) -> str:
        return tidied(self.cleaned_data["source_name"])


class DecidingForm(forms.Form):
    """One press of a button beside an answer. `seen` is status and origin of the outcome that the
    page showed; `back` is the line whose page it was.
    """

    do = forms.ChoiceField(choices=[("accept", ""), ("decline", ""), ("undo", "")])
    proposal = forms.IntegerField(min_value=1, max_value=10**KEY_DIGITS)
    seen_status = forms.CharField(required=False, max_length=2)
    seen_origin = forms.CharField(required=False, max_length=8)
    back = forms.IntegerField(required=False, min_value=1, max_value=10**KEY_DIGITS)


def choices_of(chosen: list[str]) -> list[Choice]:
    """The answers whose boxes were checked. Raises ValueError for what no page has sent."""
    choices = []
    for box in chosen:
        proposal, status, origin = box.split(":")
        key = number(proposal, digits=KEY_DIGITS)
        if key is None:
            raise ValueError(proposal)
        choices.append(Choice(key, (status, origin)))
    return choices
