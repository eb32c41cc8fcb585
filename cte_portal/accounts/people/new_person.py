"""Somebody new: an account, or a further role for one that there is."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from cte_portal.accounts.access.scoped import PortalAction
from cte_portal.accounts.models import User
from cte_portal.accounts.models.names import name_key
from cte_portal.accounts.people import people
from cte_portal.accounts.people.forms import (
    PersonForm,
)
from cte_portal.accounts.people.one_time_link import show_link
from cte_portal.accounts.people.pages import DistrictPages, OpiPages, Pages

FIELDS = ("username", "first_name", "last_name", "email", "role", "district", "school")


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
        fields = {name: form.cleaned_data[name] for name in FIELDS}
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


class DistrictPersonNew(NewPage, DistrictPages):
    pass


class PersonNew(NewPage, OpiPages):
    pass
