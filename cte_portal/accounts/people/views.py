"""People: for a District Administrator those of the district, for an OPI Administrator
everybody.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cte_portal.accounts.models import Role
from cte_portal.accounts.people.forms import (
    PeopleFilter,
)
from cte_portal.accounts.people.pages import DistrictPages, OpiPages, Pages
from cte_portal.pages.typed import paged

PAGE = 50


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


class DistrictPeople(ListPage, DistrictPages):
    pass


class People(ListPage, OpiPages):
    pass
