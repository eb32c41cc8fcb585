"""District Defined Elements on the record: saved with it, beside others, after the seal, taken
back; and never in anything that leaves the district (R-DDE-03 … R-DDE-11).
"""

from __future__ import annotations

import datetime
import io
import re
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connections
from django.template.loader import render_to_string
from django.test import Client
from django.test.html import parse_html

from cte_portal.accounts.models import User
from cte_portal.editions import Scope
from pathways.elements import values
from pathways.elements.entry_fields import fields_of
from pathways.elements.entry_form import ElementsForm
from pathways.elements.values import ElementEdit
from pathways.files import extract
from pathways.files.layout import CTE_END_OF_YEAR, CTE_FALL
from pathways.ledger import canonical
from pathways.ledger.position import position_of
from pathways.models import (
    Change,
    Element,
    ElementChoice,
    ElementValue,
    ElementValueChange,
    Participation,
    Student,
)
from pathways.records import entry
from pathways.rules.stored import check_stored
from tests.fixtures.records import BUSINESS, District_, lock_records
from tests.pathways.desk import TYPED, Desk, text

NOON = datetime.datetime(2025, 5, 8, 12, tzinfo=datetime.UTC)


@pytest.fixture
def desk(cottonwood: District_, kayla: Student, clerk: User, client: Client) -> Desk:
    client.force_login(clerk)
    cottonwood.record(kayla)
    return Desk(client, kayla)


def element(name: str = "Bus route", kind: str = "text", **values: Any) -> Element:
    return Element.objects.create(district="9012", name=name, kind=kind, position=1, **values)


def typed(element: Element, words: str, seen: int = 0) -> dict[str, str]:
    return {f"dde_{element.pk}": words, f"dde_{element.pk}_seen": str(seen)}


def stored(element: Element) -> str:
    value = ElementValue.objects.filter(element=element).first()
    return value.words if value else "none"


def test_the_fields_are_what_the_form_says(desk: Desk) -> None:
    """They are filled into patterns until something is typed."""
    kinds = [
        element("Hours {text}", "number", help="In <hours>"),
        element("Bus route"),
        element("Left on", "date"),
        element("Passed", "yes_no"),
        element("Club", "choice", help="One only"),
        element("Meal", "choice"),
    ]
    for chosen in kinds[4:]:
        ElementChoice.objects.create(element=chosen, name="A & B", position=1)
    record = Participation.objects.get()
    words = {"Hours {text}": Decimal(12), "Bus route": '"7" {seen}', "Meal": "A & B"}
    edits = [ElementEdit(kind, words[kind.name], 0) for kind in kinds if kind.name in words]
    values.save(Scope("9012", 2025), record, edits, by="MARTIN, CHERYL", by_id=None)
    form = ElementsForm(None, kinds, values.values_of(record))
    drawn = render_to_string("pathways/elements/entry.html", {"elements_form": form})
    filled = {"elements_form": form, "elements_fields": fields_of(form)}
    pattern = render_to_string("pathways/elements/entry.html", filled)
    assert drawn != pattern
    assert parse_html(drawn) == parse_html(pattern.replace('value="" id', "id"))


def undo(desk: Desk, page: str) -> Any:
    form = re.search(r'<form method="post"\s+action="([^"]*)">(.*?)</form>', page, re.DOTALL)
    assert form, "no way back is offered"
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[2]))
    fields.pop("csrfmiddlewaretoken", None)
    return desk.client.post(form[1], fields, follow=True)


def banner(page: str) -> str:
    return page[page.index('<div class="banner saved"') :]


def elements_address(desk: Desk) -> str:
    return f"{desk.base}{desk.pathway()}/elements/"


def test_r_dde_03_elements_stand_below_the_states_fields_under_the_guides_heading(
    desk: Desk,
) -> None:
    element(help="The morning route")
    page = text(desk.page(f"{desk.pathway()}/").partition('id="detail-heading"')[2])
    parts = (
        "CTE Pathway",
        "CTE Concentrator",
        "Student Single Parent",
        "Start Date",
        "Total Pathway Credits Earned",
        "In District Credits Earned",
        "Out of District Credits Earned",
        "Dual Enrollment Credits",
        "Work Based Learning Credits",
        "District Defined Elements Bus route",
    )
    places = [page.index(part) for part in parts]
    assert places == sorted(places)


def test_a_value_is_saved_with_the_record_in_one_act(desk: Desk) -> None:
    bus = element(help="The morning route")
    desk.change(in_district_credits="2.00", **typed(bus, " Route 4 "))
    assert (desk.record().in_district_credits, stored(bus)) == (2, "Route 4")
    assert "Route 4" in desk.page(f"{desk.pathway()}/")


def test_a_record_is_saved_without_a_value(desk: Desk) -> None:
    bus = element()
    desk.change(in_district_credits="2.00", **typed(bus, ""))
    assert (desk.record().in_district_credits, stored(bus)) == (2, "none")


@pytest.mark.parametrize(
    ("kind", "words", "sentence"),
    [
        ("number", "many", "Bus route must be a number, like 12 or 1.5"),
        ("number", "11", "Bus route must be from 1 to 10"),
        ("date", "02/30/2025", "02/30/2025 is not a valid date"),
        ("yes_no", "perhaps", "Choose Yes or No for Bus route"),
        ("choice", "Elsewhere", "Select a choice from the list for Bus route"),
        ("text", "x" * 201, "no more than 200 characters"),
        ("text", "a\x07b", "Type Bus route again"),
        ("text", "number 078-05-1120", "looks like a Social Security number"),
    ],
)
def test_a_refused_value_keeps_the_record_and_what_was_typed(
    desk: Desk, kind: str, words: str, sentence: str
) -> None:
    bounds = {"lowest": 1, "highest": 10} if kind == "number" else {}
    bus = element(kind=kind, **bounds)
    before = desk.record().version
    answer = desk.change(in_district_credits="2.25", **typed(bus, words))
    assert sentence in text(answer)
    assert 'value="2.25"' in answer.content.decode()
    assert (desk.record().version, stored(bus)) == (before, "none")


@pytest.mark.parametrize(
    ("kind", "words", "expected"),
    [
        ("number", "7.50", "7.5"),
        ("number", "100", "100"),
        ("date", "7/4/2025", "07/04/2025"),
        ("yes_no", "no", "No"),
        ("choice", "FFA", "FFA"),
    ],
)
def test_each_kind_is_kept_as_its_own(desk: Desk, kind: str, words: str, expected: str) -> None:
    one_element = element(kind=kind)
    if kind == "choice":
        ElementChoice.objects.create(element=one_element, name="FFA", position=1)
    desk.change(**typed(one_element, words))
    assert stored(one_element) == expected
    desk.change(**typed(one_element, expected, seen=1))
    assert ElementValueChange.objects.count() == 1


def test_a_record_that_cannot_be_saved_takes_no_element_either(desk: Desk) -> None:
    bus = element()
    desk.change(in_district_credits="99", **typed(bus, "Route 4"))
    assert stored(bus) == "none"


def test_two_clerks_at_one_element_do_not_overwrite_each_other(desk: Desk) -> None:
    bus = element()
    desk.change(**typed(bus, "Route 4"))
    late = desk.change(in_district_credits="2.00", **typed(bus, "Route 5"))
    assert "Someone else saved Route 4 for Bus route in the meantime." in text(late)
    assert (desk.record().in_district_credits != 2, stored(bus)) == (True, "Route 4")
    again = late.content.decode()
    assert f'name="dde_{bus.pk}_seen" value="1"' in again
    desk.change(in_district_credits="2.00", **typed(bus, "Route 5", seen=1))
    assert (desk.record().in_district_credits, stored(bus)) == (2, "Route 5")


def test_what_was_typed_survives_a_conflict_about_the_record(desk: Desk) -> None:
    bus = element()
    desk.change(in_district_credits="2.00")
    late = desk.change(in_district_credits="2.50", version="1", **typed(bus, "Route 5"))
    page = late.content.decode()
    assert "Someone else saved this record" in page
    assert f'name="dde_{bus.pk}" value="Route 5"' in page
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    fields |= {"choice_in_district_credits": "yours", "in_district_credits": "2.50"}
    desk.client.post(f"{desk.base}{desk.pathway()}/", fields)
    assert (f"{desk.record().in_district_credits}", stored(bus)) == ("2.50", "Route 5")


def test_undo_takes_record_and_element_back_together(desk: Desk) -> None:
    bus = element()
    before = desk.record().in_district_credits
    desk.change(in_district_credits="2.00", **typed(bus, "Route 4"))
    undo(desk, banner(desk.page(f"{desk.pathway()}/")))
    assert (desk.record().in_district_credits, stored(bus)) == (before, "")


def test_undo_of_an_element_alone_and_undo_of_that(desk: Desk) -> None:
    bus = element()
    desk.change()
    desk.client.get(desk.base)
    desk.change(**typed(bus, "Route 4"))
    undone = undo(desk, banner(desk.page(f"{desk.pathway()}/")))
    assert stored(bus) == ""
    undo(desk, banner(undone.content.decode()))
    assert stored(bus) == "Route 4"


def test_undo_does_not_take_back_what_somebody_saved_since(desk: Desk) -> None:
    bus = element()
    desk.change()
    desk.change(**typed(bus, "Route 4"))
    page = banner(desk.page(f"{desk.pathway()}/"))
    desk.change(**typed(bus, "Route 5", seen=1))
    desk.client.get(desk.base)
    assert "Nothing was undone." in text(undo(desk, page))
    assert stored(bus) == "Route 5"


def test_history_tells_who_changed_an_element_from_what(desk: Desk) -> None:
    bus = element()
    desk.change(**typed(bus, "Route 4"))
    desk.change(**typed(bus, "", seen=1))
    page = text(desk.page(f"{desk.pathway()}/history/"))
    assert "MARTIN, CHERYL Bus route Route 4 – Screen" in page
    assert "MARTIN, CHERYL Bus route – Route 4 Screen" in page


def test_a_certified_record_stays_and_its_elements_change(desk: Desk) -> None:
    bus = element()
    desk.change(**typed(bus, "Route 4"))
    lock_records()
    version = desk.record().version
    assert "Save the elements" in text(desk.page(f"{desk.pathway()}/"))
    wrong = desk.client.post(elements_address(desk), typed(bus, "x" * 201, seen=1))
    assert "no more than 200 characters" in text(wrong)
    late = desk.client.post(elements_address(desk), typed(bus, "Route 9"))
    assert "Someone else saved Route 4" in text(late)
    saved = desk.client.post(elements_address(desk), typed(bus, "Route 9", seen=1), follow=True)
    assert "Saved." in text(saved)
    assert (stored(bus), desk.record().version) == ("Route 9", version)
    undo(desk, banner(saved.content.decode()))
    assert stored(bus) == "Route 4"


def test_a_retired_element_and_a_retired_choice_stay_readable(desk: Desk) -> None:
    club = element("Club", "choice")
    choice = ElementChoice.objects.create(element=club, name="FFA", position=1)
    desk.change(**typed(club, "FFA"))
    ElementChoice.objects.filter(pk=choice.pk).update(is_retired=True)
    assert '<option value="FFA" selected>' in desk.page(f"{desk.pathway()}/")
    Element.objects.update(is_retired=True)
    page = text(desk.page(f"{desk.pathway()}/"))
    assert "Club (retired) FFA" in page
    desk.change(**typed(club, "HOSA", seen=1))
    assert stored(club) == "FFA"
    assert "Club – FFA Screen" in text(desk.page(f"{desk.pathway()}/history/"))


def test_elements_of_another_district_are_neither_shown_nor_written(desk: Desk) -> None:
    theirs = Element.objects.create(district="0965", name="Theirs", kind="text", position=1)
    assert "Theirs" not in desk.page(f"{desk.pathway()}/")
    desk.change(**typed(theirs, "x"))
    desk.client.post(elements_address(desk), typed(theirs, "x"))
    assert stored(theirs) == "none"


@pytest.mark.parametrize("undone", ["", "x", "6f1de5ae-54d8-4f76-b0cc-2d3ad3f0a5d6"])
def test_a_made_up_undo_changes_nothing(desk: Desk, undone: str) -> None:
    bus = element()
    desk.change(**typed(bus, "Route 4"))
    assert desk.client.post(elements_address(desk), {"undo": undone}).status_code in (302, 400)
    assert stored(bus) == "Route 4"


def leaves(scope: Scope) -> tuple[Any, ...]:
    """Whatever could carry a record out of the district or into its certification: the files of
    both collections as a person gets them, on PostgreSQL written by the database.
    """
    files = []
    for layout in (CTE_END_OF_YEAR, CTE_FALL):
        for form in ("tsv", "csv"):
            file = io.BytesIO()
            extract.write(file, scope, form, layout)
            files.append(file.getvalue())
    findings = [(finding.rule.id, finding.message) for finding in check_stored(scope)]
    return (
        position_of(scope),
        canonical.digest(scope),
        files,
        findings,
        Change.objects.count(),
        Participation.objects.get().version,
    )


@time_machine.travel(NOON, tick=False)
def test_r_dde_07_nothing_leaves_with_an_element_and_nothing_waits_for_one(
    desk: Desk, cottonwood: District_
) -> None:
    """Neither with a value nor, by R-DDE-04, with one that is missing."""
    desk.change()
    before = leaves(cottonwood.scope)
    bus = element()
    assert leaves(cottonwood.scope) == before
    desk.change(**typed(bus, "Route 4"))
    assert stored(bus) == "Route 4"
    assert leaves(cottonwood.scope) == before


def test_the_state_database_has_no_table_of_elements(state_edition: Any) -> None:
    tables = connections["state"].introspection.table_names()
    assert "pathways_participation" in tables
    assert not [table for table in tables if "element" in table]


def test_a_new_record_is_entered_with_its_elements_and_undone_with_them(desk: Desk) -> None:
    bus = element()
    assert f'name="dde_{bus.pk}"' in desk.page("new/")
    answer = desk.enter(BUSINESS, **typed(bus, "Route 4"))
    assert answer.status_code == 302 and stored(bus) == "Route 4"
    undo(desk, banner(desk.client.get(answer["Location"]).content.decode()))
    assert not Participation.objects.filter(pathway__name=BUSINESS) and stored(bus) == ""


def test_a_new_record_that_is_refused_keeps_what_was_typed_for_its_elements(desk: Desk) -> None:
    bus = element(kind="number")
    page = desk.enter(BUSINESS, **typed(bus, "many")).content.decode()
    assert "Bus route must be a number" in page and 'value="many"' in page
    assert not Participation.objects.filter(pathway__name=BUSINESS)


def test_what_is_typed_for_a_new_record_replaces_what_waited_and_nothing_typed_leaves_it(
    desk: Desk,
) -> None:
    bus, club = element(), element("Club")
    desk.change(**typed(bus, "Route 4"), **typed(club, "FFA"))
    record = desk.record()
    entry.delete(Scope("9012", 2025), record, version=record.version, by="X")
    desk.enter(**typed(bus, "Route 5"), **typed(club, ""))
    assert (stored(bus), stored(club)) == ("Route 5", "FFA")


def test_what_was_typed_goes_along_when_the_record_is_deleted_meanwhile(desk: Desk) -> None:
    """C-06"""
    bus = element()
    record = desk.record()
    fields = {**TYPED, "version": record.version, **typed(bus, "Route 4")}
    entry.delete(Scope("9012", 2025), record, version=record.version, by="X")
    page = desk.client.post(f"{desk.base}{desk.pathway()}/", fields).content.decode()
    assert "This record is deleted" in page and "Bus route Route 4" in text(page)
    form = re.search(r'<form method="post"\s+action="([^"]*new/)">(.*?)</form>', page, re.DOTALL)
    assert form
    again = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[2]))
    again.pop("csrfmiddlewaretoken")
    assert desk.client.post(form[1], again).status_code == 302
    assert stored(bus) == "Route 4" and desk.record()
