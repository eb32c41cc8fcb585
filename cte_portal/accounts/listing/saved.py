"""Saved lists: a person keeps how a list is narrowed, sorted and shown under a name, opens it
again, hands on its link, and removes it. The link says nothing; who follows it must be allowed to
see the list.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import Resolver404, resolve

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import PortalView, ScopedView, StatewideView
from cte_portal.accounts.listing.rows import RowsFile, RowsView
from cte_portal.accounts.listing.shelf import Shelf
from cte_portal.accounts.models import SavedList
from cte_portal.accounts.models.saved_list import MOST_SAVED, SavedListQuerySet
from cte_portal.pages.own_address import own_address

LONGEST_VALUE = 60


class SavedListForm(forms.Form):
    name = forms.CharField(max_length=60)
    address = forms.CharField(max_length=2000)

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())


class SavedListPage(PortalView, ABC):
    """What the pages of a district and of OPI have in common."""

    @property
    @abstractmethod
    def shelf(self) -> Shelf: ...

    @abstractmethod
    def opens(self, address: str) -> bool:
        """Whether the person may open the page."""

    def own(self) -> SavedListQuerySet:
        return self.shelf.lists_of(self.person.pk)

    def list_at(self, address: str) -> type[RowsView] | None:
        """The list whose page has the address, if the person may open it."""
        path = urlsplit(address).path
        if not own_address(address) or not path.startswith(self.shelf.top):
            return None
        try:
            view = getattr(resolve(path).func, "view_class", None)
        except Resolver404:
            return None
        if not isinstance(view, type) or not issubclass(view, RowsView):
            return None
        return None if issubclass(view, RowsFile) or not self.opens(path) else view


class SaveList(SavedListPage):
    """What cannot be read leaves everything as it is."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = SavedListForm(request.POST)
        fields = form.cleaned_data if form.is_valid() else {}
        address = str(request.POST.get("address", ""))
        view = self.list_at(address)
        if view is None:
            messages.warning(request, "This list cannot be saved.")
            return redirect(self.shelf.first_page)
        if not fields.get("name"):
            messages.warning(
                request, "Enter a name of up to 60 characters. The list was not saved."
            )
        elif self.is_full(fields["name"]):
            messages.warning(
                request, f"{MOST_SAVED} lists are saved. Remove one first; this one was not saved."
            )
        else:
            parts = urlsplit(address)
            SavedList.objects.save_as(
                self.person.pk,
                self.shelf.district,
                parts.path.removeprefix(self.shelf.top),
                fields["name"],
                _query(view, parts.query),
            )
            messages.success(request, "The list was saved.")
        return redirect(address)

    def is_full(self, name: str) -> bool:
        return self.own().count() >= MOST_SAVED and not self.own().filter(name=name).exists()


class OpenSavedList(SavedListPage):
    """Leads to the list, of a district in the year of the address: the own one, or one of somebody
    else there.
    """

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        saved = SavedList.objects.filter(
            district=self.shelf.district, token=kwargs["token"]
        ).first()
        if saved is None or self.list_at(address := f"{self.shelf.top}{saved.path}") is None:
            raise Http404("There is no such list.")
        return redirect(f"{address}?{saved.query}" if saved.query else address)


class RemoveSavedList(SavedListPage):
    """The own one; what is gone already stays gone."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.own().filter(token=kwargs["token"]).delete()
        messages.success(request, "The saved list was removed.")
        address = request.POST.get("address", "")
        return redirect(address if self.list_at(address) else self.shelf.first_page)


class OfDistrict(SavedListPage, ScopedView):
    capability = Capability.SAVE_LISTS

    @property
    def shelf(self) -> Shelf:
        return Shelf(self.scope)

    def opens(self, address: str) -> bool:
        return ScopedView.opens(self, address)


class OfOpi(SavedListPage, StatewideView):
    capability = Capability.MANAGE_EVERYONE

    @property
    def shelf(self) -> Shelf:
        return Shelf(None)

    def opens(self, address: str) -> bool:
        view = getattr(resolve(address).func, "view_class", None)
        return (
            isinstance(view, type) and issubclass(view, StatewideView) and self.can(view.capability)
        )


class SaveDistrictList(SaveList, OfDistrict):
    pass


class OpenDistrictList(OpenSavedList, OfDistrict):
    pass


class RemoveDistrictList(RemoveSavedList, OfDistrict):
    pass


class SaveOpiList(SaveList, OfOpi):
    pass


class OpenOpiList(OpenSavedList, OfOpi):
    pass


class RemoveOpiList(RemoveSavedList, OfOpi):
    pass


def _query(view: type[RowsView], text: str) -> str:
    """What the list's own filter reads, and nothing else that stood in the address."""
    names = {*view.filter_class.base_fields, "columns"}
    query, chosen = QueryDict(text), QueryDict(mutable=True)
    for name in query:
        values = [
            value
            for value in query.getlist(name)
            if value and value.isprintable() and len(value) <= LONGEST_VALUE
        ]
        if name in names and values:
            chosen.setlist(name, values[:20])
    return chosen.urlencode()[:1000]
