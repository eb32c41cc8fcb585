"""What happened, as a list that OPI narrows and as a file of the same rows; each kind of event says
how it is looked for and what a row holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import StatewideView
from cte_portal.accounts.season import SeasonForm
from cte_portal.pages.days import DayField
from cte_portal.pages.typed import paged
from cte_portal.ui import csv_file

PAGE = 50
LIKE = "Enter the date as MM/DD/YYYY, like 07/14/2025"


class EventFilter(SeasonForm):
    """What to look for; nothing given finds everything."""

    model: ClassVar[Any]

    first = DayField(required=False, label="From", help_text="MM/DD/YYYY", wrong=LIKE)
    last = DayField(required=False, label="To", help_text="MM/DD/YYYY", wrong=LIKE)

    def events(self) -> Any:
        """Newest first. A filter that cannot be read finds nothing: a list must not say more than
        was asked for.
        """
        if not self.is_valid():
            return self.model.objects.none()
        fields = self.cleaned_data
        events = (
            self.model.objects.newest_first()
            .between(fields["first"], fields["last"])
            .naming(fields["find"])
        )
        return self.narrowed(self.narrowed_by_season(events))

    def narrowed(self, events: Any) -> Any:
        """By the fields that this kind of event alone has."""
        raise NotImplementedError


class EventList(StatewideView):
    capability = Capability.SEE_LISTS
    filter_class: type[EventFilter]
    template_name = ""

    def get(self, request: HttpRequest) -> HttpResponse:
        form = self.filter_class(request.GET)
        page, query = paged(request, form.events(), PAGE)
        context = {
            "form": form,
            "page": page,
            "query": query,
            "filtered": any(form.data.get(name) for name in form.fields),
        }
        return render(request, self.template_name, context)


class EventDownload(StatewideView):
    """The same events as a file for a spreadsheet."""

    capability = Capability.SEE_LISTS
    filter_class: type[EventFilter]
    file_name = ""
    heads: tuple[str, ...] = ()

    def get(self, request: HttpRequest) -> HttpResponseBase:
        events = self.filter_class(request.GET).events()
        name = f"{self.file_name}-{timezone.localdate()}.csv"
        return csv_file.download(name, self.heads, self._rows(events))

    def _rows(self, events: Any) -> Iterator[list[object]]:
        for event in events.iterator(chunk_size=500):
            at = timezone.localtime(event.at).strftime("%m/%d/%Y %H:%M:%S")
            yield [at, *self.values(event)]

    @staticmethod
    def values(event: Any) -> list[object]:
        """What stands behind the moment."""
        raise NotImplementedError
