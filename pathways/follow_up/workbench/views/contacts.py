"""How to reach a leaver: added, one on a line, and removed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import ActionView
from cte_portal.refusals import Refusal
from cte_portal.ui.wording import number_of
from pathways.follow_up.workbench import contacts
from pathways.follow_up.workbench.contacts import Reached
from pathways.follow_up.workbench.forms import tidied
from pathways.follow_up.workbench.views.pages import LinePage
from pathways.models import Contact

MOST_VALUE = 120


class ContactsForm(forms.Form):
    use_required_attribute = False
    contacts = forms.CharField(
        label="Phones, e-mails, other adults",
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
        help_text="One on a line",
        error_messages={"required": "Enter a phone number, an e-mail address, or a name"},
    )

    def clean_contacts(self) -> list[Reached]:
        lines = [tidied(line) for line in self.cleaned_data["contacts"].splitlines()]
        lines = [line for line in lines if line]
        if any(len(line) > MOST_VALUE for line in lines):
            raise forms.ValidationError(f"A line can have up to {MOST_VALUE} characters")
        return [contacts.way(line) for line in lines]


class AddContacts(LinePage, ActionView):
    """Nothing that is typed here is kept where a session ends: contacts stand in one place."""

    capability = Capability.EDIT_RECORDS
    form_class = ContactsForm
    template_name = "pathways/follow_up/contacts_add.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = {
            "entry": self.entry,
            "lock": self.lock,
            "lock_links": self.lock_links,
            "may_write": self.may_write and self.entry.left_at is None,
            "query": self.narrowing.query,
        }
        return super().get_context_data(**{**kwargs, **own})

    def act(self, form: Any) -> HttpResponse:
        entry = self.entry
        number = contacts.add(self.scope, entry.pk, form.cleaned_data["contacts"], **self.author)
        self.tell(f"{number_of(number, 'contact')} added." if number else "No changes to save.")
        return redirect(self.address("follow-up-line", entry.pk))


class RemoveContact(LinePage):
    capability = Capability.EDIT_RECORDS

    def post(self, request: HttpRequest, *args: Any, contact: int, **kwargs: Any) -> HttpResponse:
        row = get_object_or_404(Contact, pk=contact, student=self.entry.student_id)
        try:
            contacts.remove(self.scope, self.entry, row.pk)
        except Refusal as refusal:
            self.tell(refusal.sentence)
        else:
            self.tell("The contact was removed.")
        return redirect(self.address("follow-up-line", self.entry.pk))
