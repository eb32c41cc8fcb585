"""The forms about certifiers."""

from __future__ import annotations

from typing import Any, cast

from django import forms

from certification.certifiers.certifiers import eligible
from certification.models import Certifier
from cte_portal.accounts.models import User
from cte_portal.pages.typed import number


class CertifierForm(forms.Form):
    """The facts about a certifier that the district enters."""

    use_required_attribute = False

    level = forms.ChoiceField(
        label="Primary or Secondary",
        choices=Certifier.Level.choices,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose Primary or Secondary",
            "invalid_choice": "Choose Primary or Secondary",
        },
    )
    job_title = forms.CharField(
        label="Job title",
        max_length=80,
        help_text="like Superintendent",
        error_messages={"required": "Enter the job title"},
    )


class PersonField(forms.ModelChoiceField):
    def label_from_instance(self, obj: User) -> str:
        return f"{obj.choice_name}{' – has never signed in' if obj.last_login is None else ''}"


class NewCertifierForm(CertifierForm):
    """Somebody of the district's people."""

    person = PersonField(
        label="Person",
        queryset=User.objects.none(),
        empty_label="Choose a person",
        error_messages={
            "required": "Choose a person",
            "invalid_choice": "This person is already on the list, or has no role in this district",
        },
    )
    mail = forms.BooleanField(label="Send an invitation", required=False)

    field_order = ["person", "level", "job_title", "mail"]

    def __init__(self, *arguments: Any, district: str, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.people = eligible(district)
        cast(PersonField, self.fields["person"]).queryset = self.people


class InvitationForm(forms.Form):
    """An invitation is sent to the certifier as the page showed it. What is no version is one that
    nobody has seen.
    """

    version = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean_version(self) -> int:
        return number(self.cleaned_data["version"]) or 0


class ChangeCertifierForm(CertifierForm):
    is_active = forms.BooleanField(label="Active", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2_000_000_000)

    def show_version(self, number: int) -> None:
        """The page shows what is stored by now: its next save replaces this version."""
        self.data = {**dict(self.data.items()), "version": str(number)}
