"""Files of sealed rows: asked for by OPI with a reason, listed, and taken out with a purpose."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from certification.archives.views import TakeArchive
from certification.student_files import making
from certification.student_files.forms import StudentFileForm
from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import StatewideActionView
from cte_portal.batches.models import BatchQuerySet
from cte_portal.batches.queue.line import Line

PAGE = 50


class StudentFiles(StatewideActionView):
    capability = Capability.EXPORT_FOR_PURPOSE
    keeps = ""
    form_class = StudentFileForm
    template_name = "certification/student_files/student_files.html"

    def act(self, form: StudentFileForm) -> HttpResponse:
        typed = form.cleaned_data
        making.ask(
            typed["event"], by=self.person, reason=typed["reason"], key=str(typed["key"] or "")
        )
        messages.success(
            self.request, f"The file of {typed['event'].name} is being made. It is listed below."
        )
        return redirect("student-files")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        batches = making.student_files().with_standing().prefetch_related("files")[:PAGE]
        lines = [Line(batch) for batch in batches]
        return super().get_context_data(
            lines=lines, live=any(line.batch.is_live for line in lines), **kwargs
        )


class TakeStudentFile(TakeArchive):
    template_name = "certification/student_files/take.html"
    role = making.ROLE

    def batches(self) -> BatchQuerySet:
        return making.student_files()
