"""Archives of districts: asked for by OPI with a reason and a proof of who asks, listed, and taken
out with a purpose.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from certification.archives import archiving
from certification.archives.forms import ArchiveForm
from cte_portal.accounts.access import purpose
from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.purpose import PurposeForm
from cte_portal.accounts.access.scoped import StatewideActionView, StatewideView, access
from cte_portal.batches.files import is_stored, open_stored
from cte_portal.batches.models import BatchFile, BatchQuerySet
from cte_portal.batches.queue.line import Line

PAGE = 50


class Archives(StatewideActionView):
    capability = Capability.EXPORT_FOR_PURPOSE
    keeps = ""
    form_class = ArchiveForm
    template_name = "certification/archives/archives.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "request": self.request}

    def form_valid(self, form: BaseForm) -> HttpResponse:
        """The proof is spent last, when everything else is right."""
        if isinstance(form, ArchiveForm) and not form.confirm().ok:
            return self.form_invalid(form)
        return super().form_valid(form)

    def act(self, form: ArchiveForm) -> HttpResponse:
        typed = form.cleaned_data
        archiving.ask(
            typed["district"], by=self.person, reason=typed["reason"], key=str(typed["key"] or "")
        )
        messages.success(
            self.request,
            f"The archive of district {typed['district']} is being made. It is listed below.",
        )
        return redirect("district-archives")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        batches = archiving.archives().with_standing().prefetch_related("files")[:PAGE]
        lines = [Line(batch) for batch in batches]
        return super().get_context_data(
            lines=lines, live=any(line.batch.is_live for line in lines), **kwargs
        )


class TakeArchive(StatewideView):
    """The file itself: each time with the purpose, which stands in the audit with the name."""

    capability = Capability.EXPORT_FOR_PURPOSE
    template_name = "certification/archives/take.html"
    role = archiving.ROLE

    def batches(self) -> BatchQuerySet:
        """The jobs whose files are taken here."""
        return archiving.archives()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.ask(PurposeForm())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        form, file = PurposeForm(request.POST), self.file
        if not form.is_valid():
            return self.ask(form)
        batch = file.batch
        district = str(batch.options.get("district", ""))
        purpose.record(
            self.person,
            form.cleaned_data["purpose"],
            file=file.name,
            key=f"{batch.pk}/{file.role}",
            district=district,
        )
        access.info(
            "downloaded file=%s batch=%s user=%s district=%s",
            file.role,
            batch.pk,
            self._user_id,
            district,
        )
        return FileResponse(
            open_stored(file.stored),
            as_attachment=True,
            filename=file.name,
            content_type=file.content_type,
        )

    @property
    def file(self) -> BatchFile:
        files = BatchFile.objects.select_related("batch").filter(
            batch__in=self.batches(), role=self.role
        )
        file = get_object_or_404(files, batch=self.kwargs["batch"])
        if not is_stored(file.stored):
            raise Http404("This file is no longer stored.")
        return file

    def ask(self, form: PurposeForm) -> HttpResponse:
        return render(
            self.request,
            self.template_name,
            {"form": form, "file": self.file},
        )
