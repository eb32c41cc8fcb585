"""The values of a district's elements from its own file: shown first, saved once that has been
seen, with *Undo*.
"""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ActionView
from cte_portal.pages.file_form import ListFileForm
from cte_portal.refusals import Refusal
from cte_portal.ui.wording import number_of
from pathways.elements import many, returned_file
from pathways.elements.returned_file import NewValue
from pathways.files.text import FileRefused

KEPT = 12 * 60 * 60
"""Seconds for which a preview can be saved: no longer than a session lasts."""
SHOWN = 50
DONE = "pathways.elements.file"
OUTDATED = "This preview is no longer valid. Choose the file again."


class ElementValuesFile(ActionView):
    """The preview sends the values back, signed for the person, district and year; the file is kept
    nowhere.
    """

    capability = Capability.EDIT_RECORDS
    keeps = ""
    template_name = "pathways/elements/returned_file.html"

    @property
    def salt(self) -> str:
        return f"pathways.elements.{self.person.pk}.{self.scope.district}.{self.scope.end_year}"

    @property
    def is_of_a_file(self) -> bool:
        return not {"rows", "undo"} & set(self.request.POST)

    def get_form(self, form_class: Any = None) -> forms.Form:
        arguments = self.get_form_kwargs()
        return self.file_form(**arguments) if self.is_of_a_file else forms.Form(**arguments)

    def file_form(self, **arguments: Any) -> ListFileForm:
        size = f"{returned_file.MOST_BYTES // 1_000_000} MB"
        return ListFileForm(
            **arguments,
            request=self.request,
            most_bytes=returned_file.MOST_BYTES,
            help_text=f"CSV, {size} and {returned_file.MOST_ROWS:,} rows at most",
        )

    def act(self, form: Any) -> HttpResponse:
        if "undo" in self.request.POST:
            return self.undo(self.request.POST["undo"])
        return self.preview(form) if self.is_of_a_file else self.save()

    def preview(self, form: Any) -> HttpResponse:
        try:
            planned = returned_file.plan(self.scope, form.cleaned_data["file"].read())
        except FileRefused as refusal:
            raise Refusal(refusal.sentence, field="file") from None
        rows = signing.dumps([list(row) for row in planned.new], salt=self.salt, compress=True)
        context = self.get_context_data(form=form, plan=planned, number_shown=SHOWN, rows=rows)
        return self.render_to_response(context)

    def save(self) -> HttpResponse:
        try:
            rows = signing.loads(self.request.POST["rows"], salt=self.salt, max_age=KEPT)
        except signing.BadSignature:
            raise Refusal(OUTDATED) from None
        batch, rest = returned_file.save(
            self.scope, [NewValue(*row) for row in rows], **self.author
        )
        words = f"{number_of(len(rows) - rest, 'value')} saved." if batch else "No changes to save."
        if rest:
            words += f" {number_of(rest, 'value')} changed since the preview, and stay as they are."
        return self.tell(words, batch, attention=bool(rest))

    def undo(self, typed: str) -> HttpResponse:
        try:
            batch = uuid.UUID(typed)
        except ValueError:
            return self.tell("Nothing was undone.")
        undone = many.take_back(self.scope, batch, **self.author, source=many.Source.FILE)
        words = (
            f"{number_of(undone.written, 'value')} as before."
            if undone.written
            else "Nothing was undone."
        )
        if undone.moved:
            words += (
                f" {number_of(len(undone.moved), 'value')} changed since, and stay as they are."
            )
        return self.tell(words, attention=bool(undone.moved))

    @property
    def author(self) -> dict[str, Any]:
        return {"by": self.person.record_name, "by_id": self.person.pk}

    def tell(
        self, words: str, batch: uuid.UUID | None = None, *, attention: bool = False
    ) -> HttpResponse:
        """Say it on the next page, once."""
        self.request.session[DONE] = {
            "words": words,
            "batch": str(batch) if batch else "",
            "attention": attention,
        }
        return redirect(self.request.path)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        form = context["form"]
        elements = returned_file.elements_of(self.scope)
        done = self.request.session.pop(DONE, None) if DONE in self.request.session else None
        return {
            **context,
            "columns": returned_file.COLUMNS,
            "elements": list(elements.items()),
            "may_define": self.can(Capability.DEFINE_ELEMENTS),
            "done": done,
            "file_form": form if isinstance(form, ListFileForm) else self.file_form(),
        }
