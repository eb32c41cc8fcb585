"""Why an action did nothing: one base for all refusals, with one sentence for the person."""

from __future__ import annotations

from typing import Any

from django.forms import BaseForm


class Refusal(Exception):
    """Nothing was changed. `sentence` says why, and what to do, and ends with a full stop.

    Forms say with Django's ValidationError what is wrong in a field, before anything is done; an
    action that began says it with a Refusal.
    """

    sentence = "Nothing was saved."
    field: str | None = None
    """The form's field that it is about, where it is about one."""

    def __init__(self, sentence: str = "", *, field: str | None = None) -> None:
        self.sentence = sentence or self.sentence
        self.field = field or self.field
        super().__init__(self.sentence)

    def show_on(self, form: BaseForm | Any) -> None:
        """Beside its field, or above the form where it is about none of the form's fields."""
        form.add_error(self.field if self.field in form.fields else None, self.sentence)
