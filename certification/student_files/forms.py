"""What is asked before an event's sealed rows are put into one file."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms

from certification.models import CertificationEvent
from certification.student_files import making
from cte_portal.pages.offered import offer_rows
from cte_portal.pages.reason import ReasonField


class StudentFileForm(forms.Form):
    use_required_attribute = False

    event = forms.ModelChoiceField(
        label="Event",
        queryset=CertificationEvent.objects.none(),
        empty_label="Select an event",
        error_messages={
            "required": "Select the event",
            "invalid_choice": "Select an event in which a district has certified",
        },
    )
    reason = ReasonField(
        label="Reason",
        help_text="Recorded in the audit log with your name",
        max_length=200,
        error_messages={"required": "Enter the reason, such as the report that is made of it"},
    )
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    """Of the page that was shown: a double click asks for one file."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        offer_rows(self, "event", making.events())
        self.fields["key"].initial = uuid.uuid4()
