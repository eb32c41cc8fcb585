"""OPI's list of districts with how their people sign in, and the emergency accounts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import cached_property

from cte_portal.accounts.access.capabilities import Capability
from cte_portal.accounts.access.scoped import StatewideView
from cte_portal.accounts.duties import emergency
from cte_portal.accounts.duties.duty import Reach
from cte_portal.accounts.duties.listed import (
    DistrictRow,
    DutyFilter,
    DutyTable,
    every_row,
    keys_of,
)
from cte_portal.accounts.listing.rows import RowsFile, RowsView
from cte_portal.accounts.sign_in.sign_on.standing import standing


class DutyRows(StatewideView, RowsView):
    capability = Capability.MANAGE_EVERYONE
    file_name = "required-single-sign-on"
    filter_class = DutyFilter

    @property
    def table(self) -> type[DutyTable]:
        return DutyTable

    def filter_of(self, query: QueryDict) -> DutyFilter:
        return DutyFilter(query, self.table)

    @cached_property
    def every_row(self) -> dict[str, DistrictRow]:
        return every_row()

    def keys(self) -> list[str]:
        order = self.table.fields_of(self.filter.sorting)
        return keys_of(self.every_row, self.filter.values, order)

    def rows(self, keys: Sequence[str]) -> list[DistrictRow]:
        return [self.every_row[key] for key in keys]

    def file_address(self, form: str) -> str:
        return reverse("sign-on-duties-file", args=[form])


class Duties(DutyRows):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        everybody = Reach()
        context = {
            "listing": self.listing(),
            "filtered": self.filter.is_narrowed or not self.filter.is_readable,
            "provider": settings.OIDC_LABEL if settings.OIDC_ISSUER else "",
            "everybody": everybody.duty,
            "named": emergency.named(),
            "standing": set(standing().values_list("pk", flat=True)),
            "fewest": emergency.FEWEST,
        }
        return render(request, "accounts/duties/duties.html", context)


class DutiesFile(RowsFile, DutyRows):
    pass
