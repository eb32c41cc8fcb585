"""People: for a District Administrator those of the district, for an OPI Administrator
everybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.reach import person_of
from cte_portal.accounts.access.scoped import PortalAction, PortalView, ScopedView, StatewideView
from cte_portal.accounts.models import AuditEvent, Role, User
from cte_portal.accounts.models.names import name_key
from cte_portal.accounts.people import people
from cte_portal.accounts.people.authority import Authority
from cte_portal.accounts.people.forms import (
    AddressForm,
    FactorForm,
    LinkForm,
    NamesForm,
    PeopleFilter,
    PersonForm,
    RoleForm,
)
from cte_portal.accounts.sign_in.letters import invitation_link, mail_invitation
from cte_portal.accounts.sign_in.second_factor import app_of
from cte_portal.pages.typed import paged
from cte_portal.refusals import Refusal

PAGE = 50
SHOWN_ONCE = "one_time_link"


class Pages(PortalView):
    """What the pages of both have in common."""

    @property
    def authority(self) -> Authority:
        raise NotImplementedError

    def address(self, name: str, *arguments: object) -> str:
        raise NotImplementedError

    def common_context(self) -> dict[str, Any]:
        return {
            "everywhere": self.authority.everywhere,
            "list_url": self.address("people"),
            "new_url": self.address("person-new"),
        }


class DistrictPages(Pages, ScopedView):
    capability = Capability.MANAGE_PEOPLE

    @property
    def authority(self) -> Authority:
        return Authority(self.person, self.scope.district)

    def address(self, name: str, *arguments: object) -> str:
        return reverse(
            f"district-{name}", args=[self.scope.district, self.scope.end_year, *arguments]
        )


class OpiPages(Pages, StatewideView):
    capability = Capability.MANAGE_EVERYONE

    @property
    def authority(self) -> Authority:
        return Authority(self.person)

    def address(self, name: str, *arguments: object) -> str:
        return reverse(name, args=arguments)


class ListPage(Pages):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = PeopleFilter(request.GET)
        fields = form.cleaned_data if form.is_valid() else {}
        matches = self.authority.people.matching(fields.get("find", ""))
        if self.authority.everywhere and (fields.get("district") or fields.get("role")):
            condition = Q(memberships__district=fields["district"]) if fields["district"] else Q()
            condition &= Q(memberships__role=fields["role"]) if fields["role"] else Q()
            matches = matches.filter(condition).distinct()
        page, query = paged(request, matches.listed(), PAGE)
        context = {
            "page": page,
            "people": [
                (person, self.authority.memberships(person), self.address("person", person.pk))
                for person in page
            ],
            "query": query,
            "filter": fields,
            "filtered": any(fields.values()),
            "roles": Role.choices,
            **self.common_context(),
        }
        return render(request, "accounts/people.html", context)


class NewPage(Pages, PortalAction):
    keeps = ""
    template_name = "accounts/person_new.html"
    form_class = PersonForm
    initial = {"mail": True}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "authority": self.authority}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**self.common_context(), **kwargs)

    def act(self, form: PersonForm) -> HttpResponse:
        fields = {
            name: form.cleaned_data[name]
            for name in ("username", "first_name", "last_name", "email", "role", "district")
        }
        owner = User.objects.with_address(fields["email"]).first()
        if question := self.question(fields, owner, self.request.POST.get("meant", "")):
            return self.render_to_response(self.get_context_data(form=form, **question))
        person, secret = people.add(self.authority, **fields, to_existing=owner is not None)
        if secret is None:
            messages.success(
                self.request,
                f"{person.record_name} already had an account and now has this role too. No link is"
                " needed.",
            )
        else:
            show_link(self.request, person, secret, mail=form.cleaned_data["mail"])
        return redirect(self.address("person", person.pk))

    def question(self, fields: dict[str, str], owner: User | None, reply: str) -> dict[str, Any]:
        """What has to be asked first: whether an account with this address is meant, or somebody
        else of the same name. `reply` counts only as the answer to the very question that was
        shown.
        """
        username = fields["username"].lower()
        if owner:
            answer = f"account {owner.pk}"
            return (
                {}
                if reply == answer or owner.username.lower() == username
                else {"owner": owner, "answer": answer}
            )
        answer = f"name {name_key(fields['first_name'], fields['last_name'])}"
        if reply == answer or User.objects.filter(username__iexact=username).exists():
            return {}
        namesakes = list(
            self.authority.people.namesakes(fields["first_name"], fields["last_name"]).order_by(
                "username"
            )[:5]
        )
        return {"namesakes": namesakes, "answer": answer} if namesakes else {}


def show_link(request: HttpRequest, person: User, secret: str, *, mail: bool) -> None:
    """Keep the link for the next page, and mail it if asked to."""
    link = invitation_link(request, secret)
    mailed = mail and mail_invitation(person, link, person_of(request))
    visible_link = link if people.shows_link(person) else ""
    request.session[SHOWN_ONCE] = {
        "person": person.pk,
        "link": visible_link,
        "mailed": mailed,
        "failed": mail and not mailed,
    }


class PersonPage(Pages):
    """One person: roles, name, account. Each button sends `do`."""

    keeps = ""

    @property
    def listed(self) -> User:
        """Whom the page is about."""
        person = self.authority.people.listed().filter(pk=self.kwargs["person"]).first()
        if person is None:
            raise Http404
        return person

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        forms = {do: self.kept_form(do) for do in ("give", "details", "factor", "address")}
        return self.show(
            self.listed,
            bound={do: self._as_typed(do, typed) for do, typed in forms.items() if typed},
        )

    def _as_typed(self, do: str, typed: Any) -> Any:
        """The form as it was sent. A password is never kept, so a form that asks for one shows what
        was typed and no problem yet.
        """
        return (
            self.form(do, initial=typed.dict())
            if do in ("factor", "address")
            else self.form(do, typed)
        )

    def form(self, do: str, data: Any = None, initial: Any = None) -> Any:
        """The form behind a button; those that prove who is asking have ids of their own."""
        if do == "give":
            return RoleForm(data, authority=self.authority)
        if do == "details":
            return NamesForm(data, initial=initial)
        kind = {"factor": FactorForm, "address": AddressForm}.get(do, LinkForm)
        return kind(data, request=self.request, initial=initial, auto_id=f"id_{do}_%s")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        person = self.listed
        do = request.POST.get("do", "")
        try:
            if do in ("give", "details", "factor", "address", "link", "mail"):
                slot = "link" if do == "mail" else do
                form = self.form(slot, request.POST)
                if isinstance(form, LinkForm) and not self.authority.keeps(person):
                    raise PermissionDenied
                if not form.is_valid() or (isinstance(form, LinkForm) and not form.confirm().ok):
                    return self.show(person, bound={slot: form})
                if slot == "link":
                    return self.send_link(
                        person, mail=do == "mail" or not people.shows_link(person)
                    )
                self.change(do, person, form.cleaned_data)
            elif do in ("take", "close", "open"):
                self.carry_out(do, person)
            else:
                return self.show(person, problem="Choose what to do. Nothing has changed.")
        except Refusal as refusal:
            return self.show(person, problem=refusal.sentence)
        messages.success(request, "Saved.")
        gone = not self.authority.people.filter(pk=person.pk).exists()
        return redirect(self.address("people") if gone else request.path)

    def send_link(self, person: User, *, mail: bool) -> HttpResponse:
        show_link(
            self.request, person, people.new_link(self.authority, person, mailed=mail), mail=mail
        )
        return redirect(self.request.path)

    def change(self, do: str, person: User, typed: dict[str, Any]) -> None:
        if do == "give":
            people.give(self.authority, person, typed["role"], typed["district"])
        elif do == "factor":
            people.reset_second_factor(self.authority, person, typed["reason"])
        elif do == "address":
            people.change_address(self.authority, person, typed["email"])
        else:
            people.rename(self.authority, person, **typed)
            if (
                self.authority.people.namesakes(person.first_name, person.last_name)
                .exclude(pk=person.pk)
                .exists()
            ):
                messages.warning(
                    self.request,
                    f"Another person is also named {person.record_name}. Tell them apart by the"
                    " user name.",
                )

    def carry_out(self, do: str, person: User) -> None:
        if do == "take":
            people.take(self.authority, person, self.request.POST.get("membership", ""))
        elif do == "close":
            people.close(self.authority, person)
        else:
            people.open_again(self.authority, person)

    def show(
        self, person: User, *, problem: str = "", bound: Mapping[str, Any] | None = None
    ) -> HttpResponse:
        bound = bound or {}
        new_link = self.request.session.get(SHOWN_ONCE)
        if new_link and new_link["person"] == person.pk:
            del self.request.session[SHOWN_ONCE]
        else:
            new_link = None
        stored = {
            "details": {"first_name": person.first_name, "last_name": person.last_name},
            "address": {"email": person.email},
        }
        forms = {
            do: bound.get(do) or self.form(do, initial=stored.get(do))
            for do in ("give", "details", "factor", "address", "link")
        }
        events = AuditEvent.objects.filter(
            kind__in=["person", "role"], key=str(person.pk)
        ).newest_first()
        if not self.authority.everywhere:
            events = events.filter(district=self.authority.district)
        context = {
            "person": person,
            "memberships": self.authority.memberships(person),
            "own": person.pk == self.authority.actor.pk,
            "keeps": self.authority.keeps(person),
            "forms": forms,
            "wrong": next((form for form in bound.values() if form.errors), None),
            "shows_link": people.shows_link(person),
            "app": app_of(person),
            "events": events[:50],
            "once": new_link,
            "problem": problem,
            **self.common_context(),
        }
        return render(self.request, "accounts/person.html", context)


class DistrictPeople(ListPage, DistrictPages):
    pass


class DistrictPersonNew(NewPage, DistrictPages):
    pass


class DistrictPerson(PersonPage, DistrictPages):
    pass


class People(ListPage, OpiPages):
    pass


class PersonNew(NewPage, OpiPages):
    pass


class Person(PersonPage, OpiPages):
    pass
