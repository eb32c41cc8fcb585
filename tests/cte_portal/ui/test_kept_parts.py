"""Parts of a page that are kept as they were drawn are those of now, for whoever asks."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
import pytest
from django import forms
from django.http import QueryDict
from django.test import Client, override_settings

from cte_portal.accounts.listing import filter
from cte_portal.accounts.listing.filter import ListFilter
from cte_portal.accounts.listing.table import ListTable
from cte_portal.accounts.models import User
from cte_portal.pages.offered import KeptSelect, offer
from pathways.models import Student
from pathways.records import entry
from tests.fixtures.records import HEALTH, District_, row


class Names(ListTable):
    name = tables.Column()


class Narrowing(ListFilter):
    school = forms.ChoiceField(
        widget=KeptSelect, required=False, error_messages={"invalid_choice": "Choose a school"}
    )
    find = forms.CharField(required=False, max_length=9)
    alone = forms.BooleanField(required=False)


def narrowing(query: str, *schools: str) -> Narrowing:
    form = Narrowing(QueryDict(query), Names)
    offer(form, "school", [(name, name) for name in schools])
    return form


@pytest.mark.parametrize(
    "query",
    [
        "",
        "school=North",
        "school=South",
        "school=West",
        "find=%3Cb%3E",
        "alone=on",
        "find=0123456789",
    ],
)
@pytest.mark.parametrize("schools", [("North", "South"), ("<North>", "South")])
def test_what_narrows_a_list_is_drawn_as_it_is_chosen(query: str, schools: Any) -> None:
    for _ in range(2):
        form = narrowing(query, *schools)
        drawn = form.drawn
        assert drawn == form._drawn()
        assert "<b>" not in drawn and "<North>" not in drawn
        assert bool(form.errors) == ('class="error"' in drawn)


class ClearedAtOnce(dict[Any, Any]):
    """What is kept, while another thread makes room."""

    def __setitem__(self, key: Any, value: Any) -> None:
        self.clear()


def test_what_another_thread_throws_out_is_drawn_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(filter, "_known", ClearedAtOnce())
    form = narrowing("school=North", "North", "South")
    assert form.drawn == form._drawn()


def strip(client: Client, page: str = "") -> str:
    content = client.get(f"/districts/9012/2025/{page}").content.decode()
    return content.partition('<div class="context">')[2].partition("</header>")[0]


def test_the_line_above_a_page_is_that_of_now(
    client: Client, cottonwood: District_, clerk: User, viewer: User, kayla: Student
) -> None:
    client.force_login(clerk)
    before = strip(client)
    assert before == strip(client) and clerk.record_name in before
    assert before != strip(client, "findings/"), "its links lead to the same screen"
    entry.save(cottonwood.scope, [row(kayla, HEALTH)], by="MARTIN, CHERYL")
    after = strip(client)
    assert after != before
    with override_settings(RELOAD=True):
        assert strip(client) == after
    client.force_login(viewer)
    assert viewer.record_name in strip(client) and clerk.record_name not in strip(client)
