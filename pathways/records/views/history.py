"""A record's history, and bringing an earlier version back: from the history, or as the Undo of
what was just done.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.generic import TemplateView

from cte_portal.accounts.access.capabilities import Capability
from pathways.elements import values
from pathways.ledger import ledger
from pathways.ledger.shape import Row
from pathways.models import Change, Participation
from pathways.records import entry, undo
from pathways.records.history import differences, entries
from pathways.records.undo import Step
from pathways.records.views.one_record import OneRecord

_STEP = re.compile(r"([0-9]{1,18}):([0-9]{1,9}):([0-9]{1,9})", re.ASCII)
_MOST_STEPS = 50  # a student has at most one record in each pathway on OPI's list


class RecordHistory(OneRecord, TemplateView):
    """Every change of a record, newest first: when, who, what, from where. A deleted record has its
    history still.
    """

    capability = Capability.VIEW_RECORDS
    template_name = "pathways/records/record_history.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            entries=entries(self.changes, self.record),
            seen=self.record.version if self.record else 0,
            back=(
                self.address("cte-record", self.pathway.pk)
                if self.record
                else self.address("cte-student")
            ),
            restore=self.address("cte-record-restore", self.pathway.pk),
            undo=undo.offered(self.request),
            element_changes=values.history_of(self.scope, self.student.pk, self.pathway.pk),
            **kwargs,
        )


class StepsField(forms.Field):
    """Further records to bring back, each as `pathway:version:seen`."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Sequence[str] | None) -> list[Step]:
        parts = [_STEP.fullmatch(text) for text in value or []]
        if len(parts) > _MOST_STEPS or not all(parts):
            raise forms.ValidationError("This is not a list of records.")
        return [Step(*(int(number) for number in part.groups())) for part in parts if part]


class RestoreForm(forms.Form):
    """`version` is the one to bring back, `seen` the one the page showed as the present one; 0
    stands for no record.
    """

    version = forms.IntegerField(min_value=0, max_value=10**9)
    seen = forms.IntegerField(min_value=0, max_value=10**9)
    undo = forms.BooleanField(required=False)
    also = StepsField(required=False)
    elements = forms.UUIDField(required=False)


class RestoreRecord(OneRecord):
    """Brings records of one student back to versions they had; nothing is overwritten that the
    person did not see.
    """

    capability = Capability.EDIT_RECORDS
    elements: UUID | None = None

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.in_active_year:
            raise PermissionDenied("Records can be changed only in the current school year.")
        form = RestoreForm(request.POST)
        if not (
            self.changes and form.is_valid()
        ):  # a record that is not there answers 404, whatever was sent
            raise BadRequest("The request does not name a version of this record.")
        self.undoing: bool = form.cleaned_data["undo"]
        steps = [
            Step(self.pathway.pk, form.cleaned_data["version"], form.cleaned_data["seen"]),
            *form.cleaned_data["also"],
        ]
        images = self._images(steps)
        rows = [
            Row.of(image, version=step.seen, delete_row=not step.version)
            for step, image in zip(steps, images, strict=True)
        ]
        source = Change.Source.UNDO if self.undoing else Change.Source.RESTORE
        findings: list[str] = []
        by, by_id = self.person.record_name, self.person.pk
        batch = form.cleaned_data["elements"]
        try:
            with transaction.atomic() if batch and self.record else nullcontext():
                saved = entry.bring_back(self.scope, rows, by=by, by_id=by_id, source=source)
                if batch and self.record:
                    self.elements = values.take_back(
                        self.scope, self.record, batch, by=by, by_id=by_id
                    )
            findings = list(dict.fromkeys(finding.message for finding in saved.warnings))
        except ledger.Stale:
            if not self._already(
                steps, images
            ):  # the second click of a double click finds its work done
                return self._refused(
                    "Someone saved this record after you opened that page. The history shows what"
                    " is different."
                )
        except (ledger.NotApplied, values.ValueMoved) as refusal:
            return self._refused(refusal.sentence)
        return self._done(steps, findings)

    def _images(self, steps: Sequence[Step]) -> list[Change]:
        """For each step the image to bring back, or, to take back a creation, the one that was
        entered.
        """
        pathways = {step.pathway for step in steps}
        if len(pathways) < len(steps):
            raise BadRequest("A record is named twice.")
        changes = Change.objects.filter(
            district=self.scope.district, student_id=self.student.pk, pathway_id__in=pathways
        )
        known = {(change.pathway_id, change.version): change for change in changes}
        images = [known.get((step.pathway, step.version or step.seen)) for step in steps]
        for step, image in zip(steps, images, strict=True):
            if image is None or (not step.version and image.operation != Change.Operation.CREATE):
                raise BadRequest("The record never had that version.")
        return [image for image in images if image is not None]

    def _standing(self, steps: Sequence[Step]) -> dict[int, Participation]:
        """The records as they stand now, by pathway."""
        records = Participation.objects.of_district(self.scope).filter(
            student=self.student, pathway_id__in=[step.pathway for step in steps]
        )
        return {record.pathway_id: record for record in records}

    def _already(self, steps: Sequence[Step], images: Sequence[Change]) -> bool:
        """Whether the records are already as they should become."""
        standing = self._standing(steps)
        for step, image in zip(steps, images, strict=True):
            record = standing.get(step.pathway)
            if (record is not None) != bool(step.version) or (
                record is not None and differences(record, image)
            ):
                return False
        return True

    def _done(self, steps: Sequence[Step], findings: Sequence[str]) -> HttpResponse:
        """Say what was done, and offer the way back from that too."""
        standing = self._standing(steps)
        record = standing.get(self.pathway.pk)
        outcome = f"{record.total_credits:.2f} credits" if record else "the new record was removed"
        more = f", and {len(steps) - 1} more" if len(steps) > 1 else ""
        undo.offer(
            self.request,
            student=self.student.pk,
            title="Undone." if self.undoing else "Restored.",
            words=" ".join(
                [
                    f"{self.student.name}, {self.pathway.name}, {outcome}{more}.",
                    *(f"{finding}." for finding in findings),
                ]
            ),
            steps=[
                Step(
                    step.pathway,
                    step.seen,
                    standing[step.pathway].version if step.pathway in standing else 0,
                )
                for step in steps
            ],
            elements=(self.pathway.pk, self.elements) if self.elements else None,
        )
        return HttpResponseRedirect(
            self.address("cte-record", self.pathway.pk) if record else self.address("cte-student")
        )

    def _refused(self, sentence: str) -> HttpResponse:
        title = "Nothing was undone." if self.undoing else "Nothing was restored."
        undo.offer(
            self.request,
            student=self.student.pk,
            title=title,
            words=sentence,
            steps=[],
            attention=True,
        )
        return HttpResponseRedirect(self.address("cte-record-history", self.pathway.pk))
