"""What is asked before a district's whole data is put into one file."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from cte_portal.accounts.sign_in.confirming import ProofForm
from cte_portal.pages.reason import ReasonField
from pathways.models import District


class ArchiveForm(ProofForm):
    purpose = "to confirm"

    district = forms.CharField(
        label="District Number",
        help_text="4 digits",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": "Enter the district number"},
    )
    reason = ReasonField(
        label="Reason",
        help_text="Recorded in the audit log with your name",
        max_length=200,
        error_messages={"required": "Enter the reason, such as the contract's end and its date"},
    )
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    """Of the page that was shown: a double click asks for one archive."""

    field_order = ["district", "reason", "proof"]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["key"].initial = uuid.uuid4()

    def clean_district(self) -> str:
        number = str(self.cleaned_data["district"]).strip()
        if not District.objects.filter(pk=number).exists():
            raise ValidationError("There is no district with this number")
        return number
