"""Contacts of many students from a file: shown first, saved once that has been seen."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ActionView
from cte_portal.pages.file_form import ListFileForm
from cte_portal.refusals import Refusal
from cte_portal.ui.wording import number_of
from pathways.files.text import FileRefused
from pathways.follow_up.workbench import contacts_file
from pathways.follow_up.workbench.contacts_file import ContactsLine
from pathways.follow_up.workbench.views.pages import WorkbenchPage

KEPT = 12 * 60 * 60
"""Seconds for which a preview can be saved: no longer than a session lasts."""
SHOWN = 50
OUTDATED = "This preview is no longer valid. Choose the file again."


class ContactsFile(WorkbenchPage, ActionView):
    """The preview sends the rows back, signed for the person, district and year. Nothing of the
    file is kept: no job, no session and no draft of a form holds a contact.
    """

    capability = Capability.EDIT_RECORDS
    template_name = "pathways/follow_up/contacts_file.html"

    @property
    def salt(self) -> str:
        return f"pathways.contacts.{self.person.pk}.{self.scope.district}.{self.scope.end_year}"

    @property
    def saves(self) -> bool:
        return "rows" in self.request.POST

    def get_form(self, form_class: Any = None) -> forms.Form:
        arguments = self.get_form_kwargs()
        return forms.Form(**arguments) if self.saves else self.file_form(**arguments)

    def file_form(self, **arguments: Any) -> ListFileForm:
        size = f"{contacts_file.MOST_BYTES // 1_000} KB"
        return ListFileForm(
            **arguments,
            request=self.request,
            most_bytes=contacts_file.MOST_BYTES,
            help_text=f"CSV, {size} and {contacts_file.MOST_ROWS:,} rows at most",
        )

    def act(self, form: Any) -> HttpResponse:
        return self.save() if self.saves else self.preview(form)

    def preview(self, form: Any) -> HttpResponse:
        try:
            lines = contacts_file.read(form.cleaned_data["file"].read())
        except FileRefused as refusal:
            raise Refusal(refusal.sentence, field="file") from None
        planned = contacts_file.plan(self.scope, lines)
        context = self.get_context_data(
            form=form,
            plan=planned,
            number_shown=SHOWN,
            rows=signing.dumps([list(line) for line in lines], salt=self.salt, compress=True),
        )
        return self.render_to_response(context)

    def save(self) -> HttpResponse:
        try:
            rows = signing.loads(self.request.POST["rows"], salt=self.salt, max_age=KEPT)
        except signing.BadSignature:
            raise Refusal(OUTDATED) from None
        lines = [ContactsLine(line, tuple(cells), problem) for line, cells, problem in rows]
        planned = contacts_file.save(self.scope, lines, **self.author)
        self.tell(
            f"{number_of(planned.contacts, 'contact')} added."
            if planned.contacts
            else "No changes to save."
        )
        return redirect(self.address("follow-up"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = {"lock": self.lock, "may_write": self.may_write, "columns": contacts_file.COLUMNS}
        context = super().get_context_data(**{**own, **kwargs})
        form = context["form"]
        is_file = isinstance(form, ListFileForm)
        return {**context, "file_form": form if is_file else self.file_form()}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.may_write:
            return redirect(request.path)
        return super().post(request, *args, **kwargs)
