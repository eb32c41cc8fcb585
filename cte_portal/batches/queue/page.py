"""The Batch Queue List on its own page, and as a file."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ScopedView
from cte_portal.accounts.listing.rows import RowsFile, RowsView
from cte_portal.batches.models import Batch
from cte_portal.batches.queue.html import drawn
from cte_portal.batches.queue.line import Line, lines_of
from cte_portal.batches.queue.listed import Newest, QueueListFilter, QueueTable, in_order


class QueueRows(ScopedView, RowsView):
    capability = Capability.SEE_BATCHES
    file_name = "batch-queue"
    filter_class = QueueListFilter

    @property
    def table(self) -> type[QueueTable]:
        return QueueTable

    def filter_of(self, query: QueryDict) -> QueueListFilter:
        return QueueListFilter(query, self.table, self.scope)

    @cached_property
    def newest(self) -> Newest:
        return Newest(self.scope.district)

    @cached_property
    def filter(self) -> QueueListFilter:
        return self.filter_of(self.request.GET)

    def keys(self) -> Any:
        """The database reads those of one page."""
        if not self.filter.is_narrowed and not self.filter.sorting:
            return self.newest
        jobs = self.filter.jobs(self.scope, self._user_id)
        order = self.table.fields_of(self.filter.sorting)
        return in_order(jobs, order).values_list("pk", flat=True)

    def rows(self, keys: Sequence[uuid.UUID]) -> list[Line]:
        batches: Iterable[Batch] | None = self.newest.known(keys)
        if batches is None:
            batches = Batch.objects.of_district(self.scope.district).filter(pk__in=list(keys))
        lines = {line.batch.pk: line for line in lines_of(batches)}
        return [lines[key] for key in keys if key in lines]

    def file_address(self, form: str) -> str:
        return reverse("batch-queue-file", args=[self.scope.district, self.scope.end_year, form])


class BatchQueue(QueueRows):
    """The queue's own page; it asks again while something runs."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        listing = self.listing()
        lines = listing.rows
        hides = self.filter.hides if not lines else ""
        context = {
            "listing": listing,
            "lines": lines,
            "queue_rows": drawn(lines, self.scope, self.filter.chosen_columns),
            "queue_live": any(line.batch.is_live for line in lines),
            "queue_hidden": hides if hides and self.has_jobs() else "",
            "queue_address": request.get_full_path(),
        }
        return render(request, "batches/queue.html", context)

    def has_jobs(self) -> bool:
        return Batch.objects.of_district(self.scope.district).exists()


class BatchQueueFile(RowsFile, QueueRows):
    pass
