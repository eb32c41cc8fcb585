"""Who signed in, who tried to and who signed out, for OPI to look through and to keep by
district.
"""

from __future__ import annotations

from collections.abc import Iterator

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import StatewideView
from cte_portal.accounts.models import SignInEvent
from cte_portal.accounts.models.sign_in_event import REFUSALS, SignInEventQuerySet
from cte_portal.pages.days import DayField
from cte_portal.pages.typed import paged
from cte_portal.ui import csv_file

PAGE = 50
HEADS = ("When", "Who", "What", "Network address")
LIKE = "Enter the date as MM/DD/YYYY, like 07/14/2025"
REFUSED = "refused"
"""Of the filter *What*: everything that did not let the person in."""


class SignInFilter(forms.Form):
    """What to look for; nothing given finds everything."""

    find = forms.CharField(required=False, max_length=100, label="Name or network address")
    act = forms.ChoiceField(
        required=False,
        label="What",
        choices=[("", "Everything"), (REFUSED, "Not let in"), *SignInEvent.Act.choices],
    )
    district = forms.CharField(
        required=False, max_length=4, label="District", help_text="of people with a role in it"
    )
    first = DayField(required=False, label="From", help_text="MM/DD/YYYY", wrong=LIKE)
    last = DayField(required=False, label="To", help_text="MM/DD/YYYY", wrong=LIKE)

    def events(self) -> SignInEventQuerySet:
        """Newest first. A filter that cannot be read finds nothing: a list must not say more than
        was asked for.
        """
        if not self.is_valid():
            return SignInEvent.objects.none()
        fields = self.cleaned_data
        events = (
            SignInEvent.objects.newest_first()
            .between(fields["first"], fields["last"])
            .naming(fields["find"])
        )
        if fields["district"]:
            events = events.of_district(fields["district"])
        if fields["act"]:
            events = events.filter(
                act__in=REFUSALS if fields["act"] == REFUSED else [fields["act"]]
            )
        return events


class SignIns(StatewideView):
    capability = Capability.SEE_LISTS

    def get(self, request: HttpRequest) -> HttpResponse:
        form = SignInFilter(request.GET)
        page, query = paged(request, form.events(), PAGE)
        context = {
            "form": form,
            "page": page,
            "query": query,
            "filtered": any(form.data.get(name) for name in form.fields),
        }
        return render(request, "accounts/sign_ins.html", context)


class SignInsDownload(StatewideView):
    """The same events as a file for a spreadsheet."""

    capability = Capability.SEE_LISTS

    def get(self, request: HttpRequest) -> HttpResponseBase:
        return csv_file.download(
            f"sign-ins-{timezone.localdate()}.csv",
            HEADS,
            _rows(SignInFilter(request.GET).events()),
        )


def _rows(events: SignInEventQuerySet) -> Iterator[list[object]]:
    for event in events.iterator(chunk_size=500):
        at = timezone.localtime(event.at).strftime("%m/%d/%Y %H:%M:%S")
        yield [at, event.person, event.get_act_display(), event.address or ""]
