"""The list of people: what narrows it, its columns, and its rows."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import django_tables2 as tables
from django import forms
from django.db.models import Exists, OuterRef, Value
from django.db.models.functions import Coalesce, Lower
from django.http import QueryDict
from django.utils import timezone

from cte_portal.accounts.listing.filter import ListFilter
from cte_portal.accounts.listing.table import ListTable
from cte_portal.accounts.models import Membership, User
from cte_portal.accounts.people.authority import Authority
from cte_portal.folding import Folded
from cte_portal.pages.offered import offer
from cte_portal.ui.templatetags.portal import us_datetime

NEVER = datetime.datetime(1900, 1, 1, tzinfo=datetime.UTC)
"""Nobody's sign-in: the databases disagree on the place of nothing."""


class PeopleFilter(ListFilter):
    find = forms.CharField(
        label="Name, user name, or e-mail",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    district = forms.CharField(
        label="District Number",
        required=False,
        max_length=4,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    role = forms.ChoiceField(
        label="Role", required=False, error_messages={"invalid_choice": "Choose from the list"}
    )

    def __init__(self, query: QueryDict, table: type[ListTable], authority: Authority) -> None:
        super().__init__(query, table)
        roles = [(role.value, str(role.label)) for role in authority.roles]
        offer(self, "role", [("", "Any"), *roles])
        if not authority.everywhere:
            del self.fields["district"]


@dataclass(frozen=True)
class PersonRow:
    person: User
    memberships: list[Membership]
    address: str
    everywhere: bool

    @property
    def roles(self) -> list[str]:
        return [
            str(membership)
            if self.everywhere
            else f"{membership.get_role_display()} {membership.school}".strip()
            for membership in self.memberships
        ]


class PeopleTable(ListTable):
    spare = ("email",)

    name = tables.TemplateColumn(
        template_name="accounts/people_name.html",
        accessor="person__record_name",
        verbose_name="Name",
        orderable=True,
        order_by=("by_last", "by_first"),
    )
    username = tables.Column(
        accessor="person__username",
        verbose_name="User name",
        orderable=True,
        order_by=("by_username",),
    )
    email = tables.Column(accessor="person__email", verbose_name="E-mail")
    roles = tables.TemplateColumn(template_name="accounts/people_roles.html", verbose_name="Roles")
    last_login = tables.Column(
        accessor="person__last_login",
        verbose_name="Last sign-in",
        empty_values=(),
        orderable=True,
        order_by=("by_login",),
    )
    account = tables.TemplateColumn(
        template_name="accounts/people_account.html",
        accessor="person__status",
        verbose_name="Account",
    )

    class Meta(ListTable.Meta):
        attrs = {"caption": "People"}

    def value_name(self, value: str) -> str:
        return value

    def value_roles(self, value: list[str]) -> str:
        return ", ".join(value)

    def render_last_login(self, value: datetime.datetime | None) -> str:
        return us_datetime(value) if value else "never"

    def value_last_login(self, value: datetime.datetime | None) -> str:
        return f"{timezone.localtime(value):%m/%d/%Y %H:%M:%S}" if value else "never"

    def value_account(self, value: tuple[str, str]) -> str:
        return value[1]


def keys_of(authority: Authority, values: dict[str, Any], order: tuple[str, ...]) -> list[int]:
    """Who is on the list, in its order; a role counts where the actor may see it."""
    people = authority.people.matching(values.get("find", ""))
    places = {
        "district": authority.district or values.get("district"),
        "role": values.get("role"),
    }
    if values.get("district") or values.get("role"):
        memberships = Membership.objects.filter(user=OuterRef("pk"))
        memberships = memberships.filter(**{name: value for name, value in places.items() if value})
        people = people.filter(Exists(memberships))
    fields: dict[str, Any] = {
        "by_last": Folded("last_name"),
        "by_first": Folded("first_name"),
        "by_username": Lower("username"),
        "by_login": Coalesce("last_login", Value(NEVER)),
    }
    by_name = ("by_last", "by_first", "username")
    return list(people.annotate(**fields).order_by(*order, *by_name).values_list("pk", flat=True))


def people_of(authority: Authority, keys: Sequence[int]) -> list[User]:
    people = {person.pk: person for person in authority.people.filter(pk__in=keys).listed()}
    return [people[key] for key in keys if key in people]
