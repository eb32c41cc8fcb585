"""OPI's list of end statuses in the admin site, with its form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet

from pathways.files.values import tidy
from pathways.lists.changing import words
from pathways.lists.forms import RegisterForm, year_field
from pathways.lists.register_admin import OfYears, RegisterAdmin
from pathways.models import EndStatus, Enrollment, EnrollmentChange


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
    first_year = year_field("First end year", help_text="2025 means 2024-25")
    last_year = year_field(
        "Last end year", required=False, help_text="leave empty while it is used"
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


class EndStatusAdmin(OfYears, RegisterAdmin):
    form = EndStatusForm
    path_of = "Set up the collection › End statuses"
    about = (
        "The codes that say how an enrollment ended. Files and pages accept no other code. The"
        " family says who is followed up: graduates and dropouts. A code that has been used cannot"
        " be removed. Give it a last school year instead."
    )
    list_display = ("code", "name", "label", "first", "last", "provisional")
    list_display_links = ("name",)
    search_fields = ("code", "name")
    ordering = ("code",)

    def unused(self) -> QuerySet[EndStatus]:
        own = {"end_status": OuterRef("code")}
        return EndStatus.objects.filter(
            ~Exists(Enrollment.objects.filter(**own)),
            ~Exists(EnrollmentChange.objects.filter(**own)),
        )

    @admin.display(description="Family", ordering="family")
    def label(self, row: EndStatus) -> str:
        return words(row)["Family"]
