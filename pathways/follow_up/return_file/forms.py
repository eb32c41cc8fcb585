"""What a person confirms about the columns of a return file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from cte_portal.editions import Scope
from cte_portal.pages.offered import offer
from pathways.follow_up.proposals.forms import answers
from pathways.follow_up.return_file.columns import Columns
from pathways.follow_up.workbench.forms import tidied

OPTIONAL = ("found_column", "enrollment_column", "detail_column")


def _column(label: str, help_text: str = "", *, required: bool = True) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        help_text=help_text,
        required=required,
        error_messages={
            "required": f"Select the column of {label}",
            "invalid_choice": f"Select the column of {label} from the list",
        },
    )


class ColumnsForm(forms.Form):
    use_required_attribute = False

    source_name = forms.CharField(
        label="Who sent the file",
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Enter who sent the file"},
    )
    status = forms.ChoiceField(
        label="Post-program Status",
        help_text="Of every student whom the source has found",
        error_messages={
            "required": "Select a post-program status",
            "invalid_choice": "Select a status from the list",
        },
    )
    state_id_column = _column("State ID", "The number that you sent with your request")
    date_column = _column("As of", "The first day of which the row speaks, like Enrollment Begin")
    found_column = _column("Found", "Y or N: rows with N say nothing", required=False)
    enrollment_column = _column(
        "Enrollment Status", "Rows with W, A, or D (not enrolled) say nothing", required=False
    )
    detail_column = _column("Detail", "Shown beside the answer, like the college", required=False)

    def __init__(self, *args: Any, scope: Scope, names: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        columns = [(name, name) for name in names]
        choices = {"status": [("", "Select"), *answers(scope)]}
        for field in Columns._fields[2:]:
            first = "Not in this file" if field in OPTIONAL else "Select"
            choices[field] = [("", first), *columns]
        for name, offered in choices.items():
            offer(self, name, offered)

    def clean_source_name(self) -> str:
        return tidied(self.cleaned_data["source_name"])

    @property
    def columns(self) -> Columns:
        return Columns(**{field: self.cleaned_data[field] for field in Columns._fields})
