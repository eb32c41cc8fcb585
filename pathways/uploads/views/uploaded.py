"""What may be done with an upload that has ended: save what a test showed, take back what was
saved.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.generic import TemplateView

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.batches.files import is_stored, open_stored
from cte_portal.batches.models import Batch
from cte_portal.batches.queue.views import OneBatch
from cte_portal.batches.submit import submit
from pathways.models import Change
from pathways.uploads.result import follower
from pathways.uploads.result import of as result_of
from pathways.uploads.run import NAMES, TITLE, UPLOAD


class OneUpload(OneBatch):
    write_capability = Capability.EDIT_RECORDS

    def upload(self) -> Batch:
        if self.batch.kind != "upload":
            raise Http404("This batch is no upload.")
        if not self.in_active_year or self.batch.end_year != self.scope.end_year:
            raise PermissionDenied("Records can be changed only in the current school year.")
        return self.batch


class SaveTested(OneUpload):
    """*Upload this file* after Validate and Test: the very same bytes; rows that somebody has
    changed since are left out and listed.
    """

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        tested = self.upload()
        if earlier := follower(tested, "upload"):
            return redirect("batch", self.scope.district, self.scope.end_year, earlier.pk)
        if not result_of(tested)[1]["can_upload"] or not is_stored(tested.input_file):
            messages.warning(request, "This file cannot be uploaded from here. Choose it again.")
            return redirect("mt-data-upload", self.scope.district, self.scope.end_year)
        batch = submit(
            "upload",
            by=self.person,
            title=f"{TITLE} – {NAMES[UPLOAD]}",
            subject=tested.subject,
            scope=self.scope,
            options={**tested.options, "work": UPLOAD, "since": tested.result["cursor"]},
            key=f"save:{tested.pk}:{tested.followers.filter(kind='upload').count()}",
            content=open_stored(tested.input_file),
            about=tested,
            notify=tested.notify,
        )
        return redirect("batch", self.scope.district, self.scope.end_year, batch.pk)


class UndoUpload(OneUpload, TemplateView):
    """Says first what will happen."""

    capability = Capability.EDIT_RECORDS
    template_name = "pathways/uploads/upload_undo.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        upload = self.upload()
        records = Change.objects.filter(batch=upload.pk).count()
        own = {"batch": upload, "records": records, "can_undo": result_of(upload)[1]["can_undo"]}
        return super().get_context_data(**{**kwargs, **own})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        upload = self.upload()
        if earlier := follower(upload, "undo"):
            return redirect("batch", self.scope.district, self.scope.end_year, earlier.pk)
        if not result_of(upload)[1]["can_undo"]:
            messages.warning(request, "This upload saved nothing, so there is nothing to undo.")
            return redirect(self.address)
        batch = submit(
            "undo",
            by=self.person,
            title=f"{TITLE} – Undo",
            subject=upload.subject,
            scope=self.scope,
            key=f"{upload.pk}:{upload.followers.filter(kind='undo').count()}",
            about=upload,
        )
        return redirect("batch", self.scope.district, self.scope.end_year, batch.pk)
