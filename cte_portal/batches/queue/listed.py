"""The Batch Queue List as a list that a person works from: what narrows it, and its columns."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable
from typing import Any

import django_tables2 as tables
from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from cte_portal.accounts.listing.filter import PAGE, ListFilter
from cte_portal.accounts.listing.table import ListTable
from cte_portal.batches.models import Batch, BatchQuerySet, Status
from cte_portal.batches.queue.line import Line
from cte_portal.editions import Scope
from cte_portal.folding import Folded
from cte_portal.pages.days import DayField, in_days
from cte_portal.pages.offered import offer
from cte_portal.prepared import counted, prepared

LIKE = "Enter a date like 05/08/2025"
DATE = {"autocomplete": "off", "inputmode": "numeric", "size": "10", "maxlength": "10"}
STATUSES = [("", "All"), *Status.choices]
BY = [("", "Whole district"), ("me", "Only mine")]
NOT_LISTED = {"invalid_choice": "Choose from the list"}


class QueueListFilter(ListFilter):
    title = forms.ChoiceField(label="Report Title", required=False, error_messages=NOT_LISTED)
    status = forms.ChoiceField(
        label="Status", required=False, choices=STATUSES, error_messages=NOT_LISTED
    )
    by = forms.ChoiceField(label="By", required=False, choices=BY, error_messages=NOT_LISTED)
    first = DayField(label="From", required=False, wrong=LIKE, attrs=DATE)
    last = DayField(label="To", required=False, wrong=LIKE, attrs=DATE)

    def __init__(self, query: QueryDict, table: type[ListTable], scope: Scope) -> None:
        super().__init__(query, table)
        offer(
            self, "title", [("", "All"), *((title, title) for (title,) in _titles(scope.district))]
        )

    @property
    def hides(self) -> str:
        """What of it may hide every job: the `period` alone, or a `choice`."""
        if not self.is_readable or any(self.values.get(name) for name in ("title", "status", "by")):
            return "choice"
        return "period" if self.is_narrowed else ""

    def jobs(self, scope: Scope, user_id: int) -> BatchQuerySet:
        values = self.values
        batches = Batch.objects.of_district(scope.district).filter(
            in_days(values.get("first"), values.get("last"), field="queued_at")
        )
        chosen = {name: values.get(name) for name in ("title", "status")}
        batches = batches.filter(**{name: value for name, value in chosen.items() if value})
        return batches.filter(submitted_by=user_id) if values.get("by") else batches


class Newest:
    """The keys of all jobs of a district, newest first, as the queue is opened. Of the first page
    the jobs themselves are read with them.
    """

    def __init__(self, district: str) -> None:
        self.district = district
        self._read: dict[uuid.UUID, Batch] = {}

    def __len__(self) -> int:
        return int(_number(self.district)[0][0])

    def __getitem__(self, part: slice) -> list[uuid.UUID]:
        if part.start or part.stop is None or part.stop > PAGE:
            jobs = Batch.objects.of_district(self.district)
            return list(jobs.values_list("pk", flat=True)[part])
        self._read = {job.pk: job for job in _first(self.district)}
        return list(self._read)[part]

    def known(self, keys: Iterable[uuid.UUID]) -> list[Batch] | None:
        """The jobs with these keys; None where not all of them were read."""
        return [self._read[key] for key in keys] if self._read.keys() >= set(keys) else None


class QueueTable(ListTable):
    """As a file has it; the page writes its cells itself (batches/rows.html)."""

    spare = ("finished",)

    queued = tables.Column(
        accessor="batch__queued_at",
        verbose_name="Queue Time",
        orderable=True,
        order_by=("queued_at",),
    )
    title = tables.Column(
        accessor="batch__title", verbose_name="Report Title", orderable=True, order_by=("by_title",)
    )
    by = tables.Column(
        accessor="batch__submitted_name",
        verbose_name="Submitted by",
        orderable=True,
        order_by=("by_person",),
    )
    status = tables.Column(
        accessor="word", verbose_name="Status", orderable=True, order_by=("status",)
    )
    finished = tables.Column(accessor="batch__finished_at", verbose_name="Finished")
    download = tables.Column(accessor="file", verbose_name="Download")

    class Meta(ListTable.Meta):
        attrs = {"caption": "Batch Queue List"}

    @classmethod
    def named(cls) -> str:
        return "title"

    def value_queued(self, value: datetime.datetime) -> str:
        return _moment(value)

    def value_title(self, value: str, record: Line) -> str:
        return f"{value}: {record.batch.subject}" if record.batch.subject else value

    def value_status(self, value: str, record: Line) -> str:
        return f"{value}. {record.sentence}" if record.sentence else value

    def value_finished(self, value: datetime.datetime) -> str:
        return _moment(value)

    def value_download(self, value: Any) -> str:
        return "Yes"


def in_order(batches: BatchQuerySet, order: tuple[str, ...]) -> BatchQuerySet:
    """Without capitals and accents; jobs alike stand newest first."""
    folded = {"by_title": Folded("title"), "by_person": Folded("submitted_name")}
    return batches.annotate(**folded).order_by(*order, "-queued_at", "-pk")


@counted("COUNT(*)")
def _number(district: str) -> QuerySet[Batch, tuple[uuid.UUID]]:
    return Batch.objects.of_district(district).order_by().values_list("pk")


@prepared
def _first(district: str) -> BatchQuerySet:
    return Batch.objects.of_district(district)[:PAGE]


@prepared
def _titles(district: str) -> QuerySet[Batch, tuple[str]]:
    """What has been in the district's queue."""
    return Batch.objects.of_district(district).order_by("title").values_list("title").distinct()


def _moment(value: datetime.datetime) -> str:
    return f"{timezone.localtime(value):%m/%d/%Y %H:%M:%S}"
