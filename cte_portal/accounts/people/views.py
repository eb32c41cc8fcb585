"""People: for a District Administrator those of the district, for an OPI Administrator
everybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from cte_portal.accounts.listing.rows import RowsFile, RowsView
from cte_portal.accounts.people.listed import (
    PeopleFilter,
    PeopleTable,
    PersonRow,
    keys_of,
    people_of,
)
from cte_portal.accounts.people.pages import DistrictPages, OpiPages, Pages


class PeopleRows(Pages, RowsView):
    file_name = "people"
    filter_class = PeopleFilter

    @property
    def table(self) -> type[PeopleTable]:
        return PeopleTable

    def filter_of(self, query: QueryDict) -> PeopleFilter:
        return PeopleFilter(query, self.table, self.authority)

    def keys(self) -> list[int]:
        order = self.table.fields_of(self.filter.sorting)
        return keys_of(self.authority, self.filter.values, order)

    def rows(self, keys: Sequence[int]) -> list[PersonRow]:
        authority = self.authority
        return [
            PersonRow(
                person,
                authority.memberships(person),
                self.address("person", person.pk),
                authority.everywhere,
            )
            for person in people_of(authority, keys)
        ]

    def file_address(self, form: str) -> str:
        return self.address("people-file", form)


class PeopleList(PeopleRows):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        context = {
            "listing": self.listing(),
            "filtered": self.filter.is_narrowed or not self.filter.is_readable,
            **self.common_context(),
        }
        return render(request, "accounts/people.html", context)


class DistrictPeople(PeopleList, DistrictPages):
    pass


class People(PeopleList, OpiPages):
    pass


class DistrictPeopleFile(RowsFile, PeopleRows, DistrictPages):
    pass


class PeopleFile(RowsFile, PeopleRows, OpiPages):
    pass
