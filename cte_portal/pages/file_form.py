"""The form that takes a file to be read at once: a list, or a table of values."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest

from cte_portal.pages.upload_limit import too_large


class ListFileForm(forms.Form):
    use_required_attribute = False

    file = forms.FileField(
        label="File", error_messages={"required": "Choose a file", "empty": "This file is empty"}
    )

    def __init__(
        self, *arguments: Any, request: HttpRequest, most_bytes: int, help_text: str, **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        self.most_bytes, self.dropped = most_bytes, self.is_bound and too_large(request)
        self.fields["file"].help_text = help_text
        self.fields["file"].required = not self.dropped

    @property
    def too_large(self) -> str:
        size = (
            f"{self.most_bytes // 1_000_000} MB"
            if self.most_bytes >= 1_000_000
            else f"{self.most_bytes // 1_000} KB"
        )
        return f"This file is larger than {size}"

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if self.dropped or file.size > self.most_bytes:
            raise forms.ValidationError(self.too_large)
        return file
