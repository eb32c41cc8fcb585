"""The form of an end status on OPI's list."""

from __future__ import annotations

from typing import Any

from django import forms

from pathways.files.values import tidy
from pathways.lists.forms import FIRST, LAST, RegisterForm
from pathways.models import EndStatus


class EndStatusForm(RegisterForm):
    code = forms.CharField(
        max_length=3,
        label="Code",
        help_text="as in files, like 400",
        widget=forms.TextInput(attrs={"size": 4}),
    )
    name = forms.CharField(max_length=100, label="End Status")
    family = forms.ChoiceField(
        label="Family",
        choices=[("", "Select a family"), *EndStatus.Family.choices],
        help_text="graduates and dropouts are followed up",
    )
    first_year = forms.IntegerField(
        min_value=FIRST,
        max_value=LAST,
        label="First end year",
        help_text="2025 means 2024-25",
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    last_year = forms.IntegerField(
        min_value=FIRST,
        max_value=LAST,
        required=False,
        label="Last end year",
        help_text="leave empty while it is used",
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    is_provisional = forms.BooleanField(
        required=False, label="Provisional: the code or its meaning is not confirmed"
    )

    class Meta:
        model = EndStatus
        fields = ["code", "name", "family", "first_year", "last_year", "is_provisional"]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if not self.adding:
            # Enrollments hold the code itself; another one would be another end status.
            del self.fields["code"]

    def clean_code(self) -> str:
        return tidy(self.cleaned_data["code"]).upper()
