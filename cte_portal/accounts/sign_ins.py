"""Who signed in, who tried to and who signed out, for OPI to look through and to keep by
district.
"""

from __future__ import annotations

from django import forms

from cte_portal.accounts.event_list import EventDownload, EventFilter, EventList
from cte_portal.accounts.models import SignInEvent
from cte_portal.accounts.models.sign_in_event import REFUSALS, SignInEventQuerySet

REFUSED = "refused"
"""Of the filter *What*: everything that did not let the person in."""


class SignInFilter(EventFilter):
    model = SignInEvent
    field_order = ("find", "act", "district", "season", "first", "last")

    find = forms.CharField(required=False, max_length=100, label="Name or network address")
    act = forms.ChoiceField(
        required=False,
        label="What",
        choices=[("", "Everything"), (REFUSED, "Not let in"), *SignInEvent.Act.choices],
    )
    district = forms.CharField(
        required=False,
        max_length=4,
        label="District",
        help_text="of people with a role in it, now or before",
    )

    def narrowed(self, events: SignInEventQuerySet) -> SignInEventQuerySet:
        act, district = self.cleaned_data["act"], self.cleaned_data["district"]
        if district:
            events = events.of_district(district)
        if act:
            events = events.filter(act__in=REFUSALS if act == REFUSED else [act])
        return events


class SignIns(EventList):
    filter_class = SignInFilter
    template_name = "accounts/sign_ins.html"


class SignInsDownload(EventDownload):
    filter_class = SignInFilter
    file_name = "sign-ins"
    heads = ("When", "Who", "What", "Network address", "What the identity provider said")

    @staticmethod
    def values(event: SignInEvent) -> list[object]:
        return [event.person, event.get_act_display(), event.address or "", event.proof_words]
