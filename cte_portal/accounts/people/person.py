"""One person: roles, name, account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property

from cte_portal.accounts.access.scoped import PortalAction
from cte_portal.accounts.models import AuditEvent, User
from cte_portal.accounts.people import people
from cte_portal.accounts.people.disconnecting import disconnect
from cte_portal.accounts.people.forms import (
    AddressForm,
    FactorForm,
    LinkForm,
    NamesForm,
    RoleForm,
)
from cte_portal.accounts.people.one_time_link import SHOWN_ONCE, show_link
from cte_portal.accounts.people.pages import DistrictPages, OpiPages, Pages
from cte_portal.accounts.sign_in.second_factor import app_of
from cte_portal.accounts.sign_in.sign_on import mark
from cte_portal.plugs import only, plugs
from cte_portal.refusals import Refusal

FORMS: dict[str, type[forms.Form]] = {
    "give": RoleForm,
    "details": NamesForm,
    "factor": FactorForm,
    "disconnect": FactorForm,
    "address": AddressForm,
    "link": LinkForm,
}
"""The form behind each button that has one."""
TYPED = ("give", "details", "factor", "disconnect", "address")
"""The buttons whose forms come back after the person was signed out: those with more than a
password.
"""


class PersonPage(Pages, PortalAction):
    """One person: roles, name, account. Each button sends `do`."""

    keeps = ""
    template_name = "accounts/person.html"

    @cached_property
    def listed(self) -> User:
        """Whom the page is about."""
        person = self.authority.people.listed().filter(pk=self.kwargs["person"]).first()
        if person is None:
            raise Http404
        return person

    @cached_property
    def do(self) -> str:
        """The button that was pressed: now, or before the person was signed out."""
        sent = self.request.POST if self.request.method == "POST" else self.kept_form(*TYPED)
        return sent.get("do", "") if sent else ""

    @property
    def slot(self) -> str:
        """The form behind the button; the link is given and mailed by one."""
        return "link" if self.do == "mail" else self.do

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        is_proof = issubclass(FORMS.get(self.slot, forms.Form), LinkForm)
        if is_proof and not self.authority.keeps(self.listed):
            raise PermissionDenied
        return super().post(request, *args, **kwargs)

    def get_form(self, form_class: Any = None) -> forms.Form:
        if self.request.method == "POST":
            return self.form(self.slot, self.request.POST)
        typed = self.kept_form(self.do) if self.do else None
        if typed is None:
            return forms.Form()
        # A password is never kept, so a form that asks for one shows what was typed and no problem
        # yet.
        is_proof = issubclass(FORMS.get(self.slot, forms.Form), LinkForm)
        return (
            self.form(self.slot, initial=typed.dict()) if is_proof else self.form(self.slot, typed)
        )

    def form(self, slot: str, data: Any = None, initial: Any = None) -> forms.Form:
        """The form behind a button; those that prove who is asking have ids of their own."""
        kind = FORMS.get(slot, forms.Form)
        if issubclass(kind, RoleForm):
            return kind(data, authority=self.authority)
        if issubclass(kind, LinkForm):
            return kind(data, request=self.request, initial=initial, auto_id=f"id_{slot}_%s")
        return kind(data, initial=initial)

    def form_valid(self, form: forms.BaseForm) -> HttpResponse:
        if isinstance(form, LinkForm) and not form.confirm().ok:
            return self.form_invalid(form)
        return super().form_valid(form)

    def act(self, form: forms.Form) -> HttpResponse:
        authority, person, typed = self.authority, self.listed, form.cleaned_data
        match self.do:
            case "give":
                people.give(authority, person, typed["role"], typed["district"], typed["school"])
            case "details":
                self.rename(typed)
            case "factor":
                people.reset_second_factor(authority, person, typed["reason"])
            case "disconnect":
                disconnect(authority, person, typed["reason"])
            case "address":
                people.change_address(authority, person, typed["email"])
            case "link" | "mail":
                return self.send_link(mail=self.do == "mail" or not people.shows_link(person))
            case "take":
                people.take(authority, person, self.request.POST.get("membership", ""))
            case "close":
                people.close(authority, person)
            case "open":
                people.open_again(authority, person)
            case _:
                raise Refusal("Choose what to do. Nothing has changed.")
        messages.success(self.request, "Saved.")
        gone = not authority.people.filter(pk=person.pk).exists()
        return redirect(self.address("people") if gone else self.request.path)

    def send_link(self, *, mail: bool) -> HttpResponse:
        secret = people.new_link(self.authority, self.listed, mailed=mail)
        show_link(self.request, self.listed, secret, mail=mail)
        return redirect(self.request.path)

    def rename(self, names: dict[str, Any]) -> None:
        person = self.listed
        people.rename(self.authority, person, **names)
        namesakes = self.authority.people.namesakes(person.first_name, person.last_name)
        if namesakes.exclude(pk=person.pk).exists():
            messages.warning(
                self.request,
                f"Another person is also named {person.record_name}. Tell them apart by the"
                " user name.",
            )

    def forms_of(self, form: forms.BaseForm) -> dict[str, forms.BaseForm]:
        """The page's forms, the one that was sent among them."""
        person = self.listed
        stored = {
            "details": {"first_name": person.first_name, "last_name": person.last_name},
            "address": {"email": person.email},
        }
        return {
            slot: form if slot == self.slot else self.form(slot, initial=stored.get(slot))
            for slot in FORMS
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        about, person = super().get_context_data(**kwargs), self.listed
        form = about["form"]
        new_link = self.request.session.get(SHOWN_ONCE)
        if new_link and new_link["person"] == person.pk:
            del self.request.session[SHOWN_ONCE]
        else:
            new_link = None
        events = AuditEvent.objects.filter(
            kind__in=["person", "role"], key=str(person.pk)
        ).newest_first()
        if not self.authority.everywhere:
            events = events.filter(district=self.authority.district)
        return {
            **about,
            "person": person,
            "memberships": self.authority.memberships(person),
            "own": person.pk == self.authority.actor.pk,
            "keeps": self.authority.keeps(person),
            "forms": self.forms_of(form),
            "shows_link": people.shows_link(person),
            "app": app_of(person),
            "sign_on": mark.bound(person),
            "events": events[:50],
            "once": new_link,
            "fate": only(plug.fate_of_invitation for plug in plugs())(person),
            **self.common_context(),
        }


class DistrictPerson(PersonPage, DistrictPages):
    pass


class Person(PersonPage, OpiPages):
    pass
