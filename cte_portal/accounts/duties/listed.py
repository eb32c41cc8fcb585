"""The list of districts with how their people sign in: what narrows it, its columns, and its rows."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import django_tables2 as tables
from django import forms
from django.conf import settings
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from cte_portal.accounts.listing.filter import ListFilter
from cte_portal.accounts.listing.table import NUMBER, ListTable
from cte_portal.accounts.models import Membership, SignOnDuty
from cte_portal.folding import folded
from cte_portal.plugs import directory

REQUIRED, FREE, WAITING = "required", "free", "waiting"


class DutyFilter(ListFilter):
    find = forms.CharField(
        label="District Number or name",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    show = forms.ChoiceField(
        label="Show",
        required=False,
        choices=[
            ("", "All"),
            (REQUIRED, "Single sign-on required"),
            (FREE, "Password allowed"),
            (WAITING, "With people who are not connected"),
        ],
        error_messages={"invalid_choice": "Choose from the list"},
    )


@dataclass(frozen=True)
class DistrictRow:
    number: str
    name: str
    people: int
    """With an open account, emergency accounts apart."""
    connected: int
    since: datetime.datetime | None
    """Since when single sign-on is required of this district by itself."""
    with_all: bool
    """Whether it is required of everybody."""

    @property
    def label(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def unconnected(self) -> int:
        return self.people - self.connected

    @property
    def address(self) -> str:
        return reverse("sign-on-duty", args=[self.number])

    @property
    def rule(self) -> str:
        if self.since:
            return f"Single sign-on, since {timezone.localtime(self.since):%m/%d/%Y}"
        return "Single sign-on, like everybody" if self.with_all else "Password or single sign-on"

    @property
    def is_required(self) -> bool:
        return self.with_all or self.since is not None


class DutyTable(ListTable):
    district = tables.TemplateColumn(
        template_name="accounts/duties/district.html",
        accessor="label",
        verbose_name="District",
        orderable=True,
        order_by=("number",),
    )
    rule = tables.Column(verbose_name="Signs in with", orderable=True, order_by=("rule",))
    people = tables.Column(
        verbose_name="People", attrs=NUMBER, orderable=True, order_by=("people",)
    )
    connected = tables.Column(
        verbose_name="Connected", attrs=NUMBER, orderable=True, order_by=("connected",)
    )
    unconnected = tables.Column(
        verbose_name="Not connected", attrs=NUMBER, orderable=True, order_by=("unconnected",)
    )

    class Meta(ListTable.Meta):
        attrs = {"caption": "Districts"}

    def value_district(self, value: str) -> str:
        return value


def every_row() -> dict[str, DistrictRow]:
    """By district number, in its order: three statements however many there are."""
    open_accounts = Membership.objects.filter(
        user__is_active=True, user__emergency_account__isnull=True
    ).exclude(district="")
    counts = {
        number: (people, connected)
        for number, people, connected in open_accounts.order_by()
        .values_list("district")
        .annotate(
            people=Count("user", distinct=True),
            connected=Count(
                "user", distinct=True, filter=Q(user__sign_on__issuer=settings.OIDC_ISSUER)
            ),
        )
    }
    since = dict(SignOnDuty.objects.values_list("district", "since"))
    return {
        number: DistrictRow(
            number, name, *counts.get(number, (0, 0)), since.get(number), "" in since
        )
        for number, name in directory().districts(None)
    }


def keys_of(
    rows: dict[str, DistrictRow], values: dict[str, Any], order: tuple[str, ...]
) -> list[str]:
    """The numbers of those that the filter lets through, sorted."""
    tests: dict[str, Callable[[DistrictRow], bool]] = {
        REQUIRED: lambda row: row.is_required,
        FREE: lambda row: not row.is_required,
        WAITING: lambda row: row.unconnected > 0,
    }
    passes = tests.get(values.get("show") or "", lambda row: True)
    words = [folded(word) or word for word in str(values.get("find") or "").split()]
    matching = [
        row
        for row in rows.values()
        if passes(row) and all(word in folded(row.name) or word in row.number for word in words)
    ]
    for field in order:
        name = field.removeprefix("-")
        matching.sort(key=lambda row: getattr(row, name), reverse=field.startswith("-"))
    return [row.number for row in matching]
