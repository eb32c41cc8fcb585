"""Answers from Elsewhere › Return file: a file is chosen, its columns are confirmed, what would be
kept is shown, and kept once that has been seen.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ActionView
from cte_portal.pages.file_form import ListFileForm
from cte_portal.refusals import Refusal
from cte_portal.ui.wording import number_of
from pathways.files.text import FileRefused
from pathways.follow_up.return_file import rows
from pathways.follow_up.return_file.columns import Columns, proposed
from pathways.follow_up.return_file.forms import ColumnsForm
from pathways.follow_up.return_file.keeping import keep_answers
from pathways.follow_up.return_file.rows import ReturnFile, ReturnLine
from pathways.follow_up.workbench.views.pages import WorkbenchPage
from pathways.models import PostProgramStatus

KEPT = 12 * 60 * 60
"""Seconds for which a preview can be kept: no longer than a session lasts."""
SHOWN = 50
OUTDATED = "This preview is no longer valid. Choose the file again."


class ReturnFilePage(WorkbenchPage, ActionView):
    """Each step sends the rows back, signed for the person, district and year. The file is kept
    nowhere: no job, no session and no draft of a form holds it.
    """

    capability = Capability.EDIT_RECORDS
    template_name = "pathways/follow_up/return_file.html"
    keeps = ""

    @property
    def salt(self) -> str:
        return f"pathways.return.{self.person.pk}.{self.scope.district}.{self.scope.end_year}"

    @property
    def step(self) -> str:
        """What the button does: preview, change the columns, or keep; empty for a file."""
        return self.request.POST.get("do", "")

    @cached_property
    def sent(self) -> tuple[ReturnFile, Columns | None] | None:
        """The rows that the page had, and the columns if they were confirmed. None where they are
        not this person's, or too old.
        """
        try:
            names, lines, columns = signing.loads(
                self.request.POST.get("rows", ""), salt=self.salt, max_age=KEPT
            )
        except signing.BadSignature:
            return None
        file = ReturnFile(
            tuple(names),
            tuple(ReturnLine(line, tuple(cells), problem) for line, cells, problem in lines),
        )
        return file, Columns(*columns) if columns else None

    def signed(self, file: ReturnFile, columns: Columns | None = None) -> str:
        content = [file.names, file.lines, columns]
        return signing.dumps(content, salt=self.salt, compress=True)

    def get_form(self, form_class: Any = None) -> forms.Form:
        arguments = self.get_form_kwargs()
        if not self.step:
            return self.file_form(**arguments)
        if self.step == "preview" and self.sent:
            return self.columns_form(self.sent[0], **arguments)
        return forms.Form(**arguments)

    def file_form(self, **arguments: Any) -> ListFileForm:
        size = f"{rows.MOST_BYTES // 1_000_000} MB"
        return ListFileForm(
            **arguments,
            request=self.request,
            most_bytes=rows.MOST_BYTES,
            help_text=f"CSV, {size} and {rows.MOST_ROWS:,} rows at most",
        )

    def columns_form(self, file: ReturnFile, **arguments: Any) -> ColumnsForm:
        return ColumnsForm(**arguments, scope=self.scope, names=file.names)

    def act(self, form: Any) -> HttpResponse:
        if not self.step:
            return self.choose(form)
        if self.sent is None:
            raise Refusal(OUTDATED)
        file, columns = self.sent
        if self.step == "preview":
            return self.preview(form, file)
        if columns is None:
            raise Refusal(OUTDATED)
        if self.step == "columns":
            return self.ask_columns(file, columns._asdict())
        return self.keep(file, columns)

    def choose(self, form: Any) -> HttpResponse:
        try:
            file = rows.read(form.cleaned_data["file"].read())
        except FileRefused as refusal:
            raise Refusal(refusal.sentence, field="file") from None
        return self.ask_columns(file, proposed(self.scope, file.names))

    def ask_columns(self, file: ReturnFile, initial: dict[str, str]) -> HttpResponse:
        form = self.columns_form(file, initial=initial)
        return self.render_to_response(self.get_context_data(form=form, rows=self.signed(file)))

    def preview(self, form: ColumnsForm, file: ReturnFile) -> HttpResponse:
        columns = form.columns
        status = PostProgramStatus.objects.get(code=columns.status)
        context = self.get_context_data(
            form=form,
            plan=rows.plan(self.scope, file, columns),
            source_name=columns.source_name,
            status=status.name,
            number_shown=SHOWN,
            rows=self.signed(file, columns),
        )
        return self.render_to_response(context)

    def keep(self, file: ReturnFile, columns: Columns) -> HttpResponse:
        new = keep_answers(self.scope, file, columns, **self.author)
        self.tell(
            f"{number_of(new, 'answer')} added. Each waits to be accepted or declined."
            if new
            else "No changes to save."
        )
        return redirect(self.address("follow-up-elsewhere"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = {"lock": self.lock, "lock_links": self.lock_links, "may_write": self.may_write}
        context = super().get_context_data(**{**own, **kwargs})
        form = context["form"]
        if isinstance(form, ColumnsForm):
            context.setdefault("rows", self.request.POST.get("rows", ""))
            return {**context, "columns_form": form}
        is_file = isinstance(form, ListFileForm)
        return {**context, "file_form": form if is_file else self.file_form()}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.may_write:
            return redirect(request.path)
        return super().post(request, *args, **kwargs)
