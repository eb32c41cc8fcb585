"""What a certifier looks through before signing: Review Snapshot in full, changes since the last
seal, explanations, the lists behind the figures.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.functional import cached_property

from certification.collections.collection import Lists
from certification.models import CertificationEvent, SealedCopy
from certification.review import changes
from certification.review.explanations import explanations_of
from certification.review.html import drawn
from certification.review.records import Records, last_seal, records_of
from certification.review.snapshot import snapshot_of
from certification.status.district_event import DistrictEvent
from certification.status.status import event_of
from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ScopedView, access
from cte_portal.pages.typed import paged
from cte_portal.ui import csv_file
from pathways.files import writer

PAGE = 50


class OfEvent(ScopedView):
    """A page under an event that the district may see."""

    capability = Capability.VIEW_RECORDS

    @cached_property
    def district_event(self) -> DistrictEvent:
        district_event = event_of(self.scope, self.kwargs["event"])
        if district_event is None:
            raise Http404("This page does not exist.")
        return district_event

    @property
    def event(self) -> CertificationEvent:
        return self.district_event.event

    @cached_property
    def records(self) -> Records:
        return records_of(self.district_event)

    def show(self, template: str, **context: Any) -> HttpResponse:
        about = {
            "event": self.event,
            "records": self.records,
            "may_export": self.can(Capability.EXPORT_RECORDS),
        }
        return render(self.request, template, {**about, **context})

    def keys(self, state_ids: list[str]) -> dict[str, int]:
        """State ID → key of the student's page, of students who have one that the person may see."""
        pages = self.records.collection.pages
        return pages.keys(self.scope, state_ids) if self.can(pages.capability) else {}

    def page_of(self, lines: Sequence[Any]) -> Any:
        return paged(self.request, lines, PAGE)[0]

    def file(
        self, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]
    ) -> HttpResponseBase:
        """A list as CSV, with its download in the access log."""
        content = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
        csv_file.write(content, columns, rows)
        content.seek(0)
        access.info(
            "downloaded file=%s user=%s district=%s",
            title.lower().replace(" ", "-"),
            self._user_id,
            self.scope.district,
        )
        name = f"{title} {self.scope.district} {self.scope.end_year}.csv"
        return FileResponse(content, as_attachment=True, filename=name, content_type=writer.CSV)


class ReviewSnapshot(OfEvent):
    """All figures, by one measure at a time."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        count = request.GET.get("count", "students")
        measures = self.records.collection.measures
        if count not in measures:
            raise Http404("There is no such figure.")
        snapshot = snapshot_of(self.district_event, count)
        return self.show(
            "certification/review/review_snapshot.html",
            snapshot=snapshot,
            figures=drawn(snapshot.sections, snapshot, request.path),
            measures=list(measures.items()),
            unusual_percent=settings.UNUSUAL_PERCENT,
            unusual_students=settings.UNUSUAL_STUDENTS,
        )


class Changes(OfEvent):
    """Changed since last certification: students added, removed and changed."""

    @cached_property
    def base(self) -> SealedCopy | None:
        return last_seal(self.district_event, self.records)

    def changes(self) -> list[changes.StudentChange]:
        if self.base is None:
            return []
        same_year = self.base.round.event.end_year == self.event.end_year
        collection = self.records.collection
        before = collection.rows_of(self.base)
        return changes.changes(collection, before, self.records.rows, same_year=same_year)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        everyone, kind = self.changes(), request.GET.get("kind", "")
        if kind and kind not in changes.KINDS:
            raise Http404("There is no such kind of change.")
        filters = [("", "All", len(everyone))]
        filters += [
            (slug, word, sum(change.kind == slug for change in everyone))
            for slug, word in changes.KINDS.items()
        ]
        page = self.page_of([change for change in everyone if kind in ("", change.kind)])
        key_of = self.keys([change.state_id for change in page.object_list])
        return self.show(
            "certification/review/changes.html",
            base=self.base,
            other_year=self.base is not None
            and self.base.round.event.end_year != self.event.end_year,
            filters=filters,
            kind=kind,
            page=page,
            query=f"kind={kind}" if kind else "",
            lines=[(change, key_of.get(change.state_id)) for change in page.object_list],
        )


class ChangesFile(Changes):
    capability = Capability.EXPORT_RECORDS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        columns = ("State ID", "Student", "What", "CTE Pathway", "Field", "Before", "After")
        rows = [
            (
                change.state_id,
                change.name,
                change.word,
                field.pathway,
                field.label,
                field.before,
                field.after,
            )
            for change in self.changes()
            for field in change.fields
        ]
        return self.file("Changed since last certification", columns, rows)


class StudentList(OfEvent):
    """Concentrators or participants, each student once: as many as the figure says."""

    @property
    def lists(self) -> Lists:
        return self.records.collection.lists

    @property
    def slug(self) -> str:
        slug = str(self.kwargs["slug"])
        if slug not in self.lists.titles:
            raise Http404("There is no such list.")
        return slug

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        page = self.page_of(self.lists.students(self.records.rows, self.slug))
        key_of = self.keys([line.state_id for line in page.object_list])
        titles = [head.removesuffix("#") for head in self.lists.heads]
        are_numbers = [head.endswith("#") for head in self.lists.heads]
        lines = [
            (
                line,
                key_of.get(line.state_id),
                list(zip(titles, line.shown(), are_numbers, strict=True)),
            )
            for line in page.object_list
        ]
        return self.show(
            "certification/review/student_list.html",
            title=self.lists.titles[self.slug],
            slug=self.slug,
            heads=self.lists.heads,
            page=page,
            lines=lines,
        )


class StudentListFile(StudentList):
    capability = Capability.EXPORT_RECORDS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        rows = (student.cells() for student in self.lists.students(self.records.rows, self.slug))
        return self.file(self.lists.titles[self.slug], self.lists.columns, rows)


class Explanations(OfEvent):
    """The warnings that were explained, with the reasons."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        page = self.page_of(explanations_of(self.records))
        key_of = self.keys([line.state_id for line in page.object_list])
        return self.show(
            "certification/review/explanations.html",
            page=page,
            lines=[(line, key_of.get(line.state_id)) for line in page.object_list],
        )
