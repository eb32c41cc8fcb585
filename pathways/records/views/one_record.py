"""What the pages about one student's record in one pathway have in common, whether the record
stands or has been deleted.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property

from pathways.certified import certified
from pathways.models import Change, Participation, Pathway, Student
from pathways.models.author import told_apart
from pathways.pages.scoped import RecordsView
from pathways.records.history import modified_by
from pathways.records.search import Search


class OneRecord(RecordsView):
    """A page at `…/cte-concentrator/<student>/<pathway>/…`. A student who is not in scope, and a
    record that never was, answer 404.
    """

    @cached_property
    def student(self) -> Student:
        return get_object_or_404(Student.objects.in_scope(self.scope), pk=self.kwargs["student"])

    @cached_property
    def pathway(self) -> Pathway:
        return get_object_or_404(Pathway.objects.in_scope(self.scope), pk=self.kwargs["pathway"])

    @cached_property
    def record(self) -> Participation | None:
        """The record as it stands, or None where it has been deleted."""
        return (
            Participation.objects.of_district(self.scope)
            .filter(student=self.student, pathway=self.pathway)
            .first()
        )

    @cached_property
    def changes(self) -> list[Change]:
        """The record's history, newest first."""
        changes = told_apart(
            Change.objects.of_record(self.student.pk, self.pathway.pk).order_by("-version")
        )
        if not changes:
            raise Http404("There is no such record.")
        return changes

    @property
    def list_query(self) -> str:
        """The result list that is open beside the record, as links carry it on."""
        return Search.of(self.request).query

    def address(self, name: str, *arguments: object) -> str:
        """A page of this student: `cte-student`, or with the pathway `cte-record`,
        `cte-record-history` and so on.
        """
        return (
            reverse(
                name, args=[self.scope.district, self.scope.end_year, self.student.pk, *arguments]
            )
            + self.list_query
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {
            "student": self.student,
            "pathway": self.pathway,
            "record": self.record,
            "changes": self.changes,
            "modified_by": modified_by(self.record, self.changes),
            "may_edit": self.may_edit,
            "lock": self.lock,
            "lock_links": certified().lock_links(self.lock, self.request.user),
            "list_query": self.list_query,
        }
        return dict(super().get_context_data(**{**kwargs, **context}))  # type: ignore[misc]
