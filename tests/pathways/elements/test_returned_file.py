"""R-DDE-08: the district's own file comes back with values, is shown first, and is taken back."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cte_portal.accounts.models import User
from cte_portal.editions import Scope
from pathways.elements import values
from pathways.elements.values import ElementEdit
from pathways.models import (
    Element,
    ElementChoice,
    ElementValue,
    ElementValueChange,
    Participation,
    SchoolYear,
)
from tests.fixtures.records import BUSINESS, HEALTH, District_, lock_records
from tests.pathways.desk import text

SCREEN = "/districts/9012/2025/district-defined-elements/"
PAGE = f"{SCREEN}upload/"
HEAD = "State ID,CTE Pathway,dde.bus_route,dde.laps,dde.club"


@pytest.fixture
def desk(client: Client, clerk: User, cottonwood: District_) -> Client:
    """Two records of Kayla, and one of a student of another district."""
    for kind, name in (("text", "Bus route"), ("number", "Laps"), ("choice", "Club")):
        Element.objects.create(district="9012", name=name, kind=kind, position=1)
    ElementChoice.objects.create(element=element("club"), name="FFA", position=1)
    student = cottonwood.student("999000123", "Anderson", "Kayla")
    cottonwood.record(student, BUSINESS)
    cottonwood.record(student)
    client.force_login(clerk)
    return client


def element(key: str) -> Element:
    return Element.objects.get(key=key)


def choose(desk: Client, *lines: str, head: str = HEAD) -> Any:
    content = "\r\n".join([head, *lines]).encode()
    return desk.post(PAGE, {"file": SimpleUploadedFile("elements.csv", content)})


def save(desk: Client, preview: Any) -> Any:
    rows = re.search(r'name="rows" value="([^"]+)"', preview.content.decode())
    assert rows
    return desk.post(PAGE, {"rows": rows[1]}, follow=True)


def stored() -> dict[tuple[str, str], str]:
    values = ElementValue.objects.select_related("element", "pathway")
    return {(value.pathway.name, value.element.key): value.words for value in values if value.words}


def test_values_are_shown_first_saved_once_seen_and_taken_back(desk: Client) -> None:
    preview = choose(
        desk, f"999000123,{HEALTH},Route 4,3.50,FFA", f"999000123,{BUSINESS.lower()},,7,"
    )
    words = text(preview)
    assert "To save 4 values" in words and "ANDERSON, KAYLA" in words and "Route 4" in words
    assert stored() == {}
    done = save(desk, preview)
    assert "4 values saved." in text(done)
    expected = {
        (HEALTH, "bus_route"): "Route 4",
        (HEALTH, "laps"): "3.5",
        (HEALTH, "club"): "FFA",
        (BUSINESS, "laps"): "7",
    }
    assert stored() == expected
    assert len(set(ElementValueChange.objects.values_list("batch", flat=True))) == 1
    assert "No changes to save." in text(save(desk, preview)), "a double click writes nothing"
    batch = re.search(r'name="undo" value="([^"]+)"', done.content.decode())
    assert batch
    kept = ElementValue.objects.get(pathway__name=BUSINESS)
    edit = ElementEdit(element("laps"), 9, kept.version)  # type: ignore[arg-type]
    record = kept.student.participations.get(pathway__name=BUSINESS)
    values.save(Scope("9012", 2025), record, [edit], by="X", by_id=1)
    assert "3 values as before. 1 value changed since" in text(
        desk.post(PAGE, {"undo": batch[1]}, follow=True)
    )
    assert stored() == {(BUSINESS, "laps"): "9"}


def test_a_download_that_comes_back_changes_nothing(desk: Client) -> None:
    save(desk, choose(desk, f'999000123,{HEALTH},"=Route, 4",0.25,FFA'))
    assert stored()[HEALTH, "bus_route"] == "=Route, 4"
    content = b"".join(desk.post(f"{SCREEN}file/").streaming_content)  # type: ignore[attr-defined]
    preview = desk.post(PAGE, {"file": SimpleUploadedFile("elements.csv", content)})
    words = text(preview)
    assert "To save 0 values" in words and "Unchanged 2 rows" in words and "Refused 0" in words
    assert "left out" not in words, "the record's own columns are known"


def test_an_empty_cell_leaves_the_value_that_stands(desk: Client) -> None:
    save(desk, choose(desk, f"999000123,{HEALTH},Route 4,1,FFA"))
    save(desk, choose(desk, f"999000123,{HEALTH},,2,"))
    assert stored() == {
        (HEALTH, "bus_route"): "Route 4",
        (HEALTH, "laps"): "2",
        (HEALTH, "club"): "FFA",
    }


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (f"999000777,{HEALTH},x,1,", "This district has no such record"),
        (f"999000999,{HEALTH},x,1,", "This district has no such record"),
        ("999000123,Welding,x,1,", "This pathway is not known"),
        ("999000123,,x,1,", "Enter a pathway"),
        (f"12,{HEALTH},x,1,", "000000012"),
        (f",{HEALTH},x,1,", "Enter the State ID"),
        (f"999000123,{HEALTH},x,many,", "Laps must be a number"),
        (f"999000123,{HEALTH},078-05-1120,,", "looks like a Social Security number"),
        (f"999000123,{HEALTH},{'x' * 201},,", "no more than 200 characters"),
        (f"999000123,{HEALTH},,,Elsewhere", "Select a choice from the list for Club"),
        (f"999000123,{HEALTH},a,b,c,d,e,f", "This line has 8 values"),
    ],
)
def test_what_is_refused_says_why_and_keeps_no_other_back(
    desk: Client, elsewhere: District_, line: str, reason: str
) -> None:
    theirs = elsewhere.student("999000777", "Zzmarker", "Else")
    elsewhere.record(theirs)
    preview = choose(desk, line, f"999000123,{BUSINESS},Route 5,,")
    words = text(preview)
    assert "Refused 1" in words and reason in words and "ZZMARKER" not in words
    assert "Unchanged 0 rows" in words, "a row is counted once"
    save(desk, preview)
    assert stored()[BUSINESS, "bus_route"] == "Route 5"
    assert not ElementValue.objects.filter(student=theirs).exists()


def test_a_record_that_stands_twice_in_the_file_is_taken_once(desk: Client) -> None:
    row = f"999000123,{HEALTH},Route 4,,"
    assert "Line 2 is about the same record" in text(choose(desk, row, row))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "empty"),
        (b"State ID,dde.bus_route\r\n1,2\r\n", "Missing: CTE Pathway"),
        (b"State ID,CTE Pathway\r\n999000123,Health Professions\r\n", "no column of an element"),
        (b"State ID,CTE Pathway,dde.bus_route\r\n", "no rows"),
        (b"\x00\x01\x02", ""),
    ],
)
def test_what_is_no_such_file_is_refused(desk: Client, content: bytes, problem: str) -> None:
    answer = desk.post(PAGE, {"file": SimpleUploadedFile("elements.csv", content)})
    words = text(answer)
    assert answer.status_code == 200 and "There is a problem" in words and problem in words


def test_a_column_of_no_element_in_use_is_noticed_and_left_out(desk: Client) -> None:
    Element.objects.filter(key="laps").update(is_retired=True)
    head = "State ID,CTE Pathway,dde.bus_route,dde.laps,dde.secret"
    preview = choose(desk, f"999000123,{HEALTH},Route 4,9,8", head=head)
    words = text(preview)
    assert "dde.laps is not an element in use" in words and "dde.secret is not" in words
    save(desk, preview)
    assert stored() == {(HEALTH, "bus_route"): "Route 4"}


def test_what_somebody_saved_after_the_preview_is_not_overwritten(
    desk: Client, cottonwood: District_
) -> None:
    preview = choose(desk, f"999000123,{HEALTH},Route 4,2,")
    save(desk, choose(desk, f"999000123,{HEALTH},Route 5,,"))
    assert "1 value saved. 1 value changed since the preview" in text(save(desk, preview))
    assert stored() == {(HEALTH, "bus_route"): "Route 5", (HEALTH, "laps"): "2"}


def test_a_preview_is_saved_by_the_person_who_made_it(desk: Client, second_clerk: User) -> None:
    preview = choose(desk, f"999000123,{HEALTH},Route 4,,")
    desk.force_login(second_clerk)
    assert "This preview is no longer valid" in text(save(desk, preview))
    assert "This preview is no longer valid" in text(desk.post(PAGE, {"rows": "forged"}))
    assert "Nothing was undone" in text(desk.post(PAGE, {"undo": "x"}, follow=True))
    assert stored() == {}


def test_r_dde_09_a_certified_year_takes_values(desk: Client) -> None:
    lock_records()
    save(desk, choose(desk, f"999000123,{HEALTH},Route 4,,"))
    assert stored() == {(HEALTH, "bus_route"): "Route 4"}


def test_r_dde_10_what_was_saved_in_another_year_is_not_taken_back(desk: Client) -> None:
    """Neither the file's values nor those of a record."""
    done = save(desk, choose(desk, f"999000123,{HEALTH},Route 4,,"))
    batch = re.search(r'name="undo" value="([^"]+)"', done.content.decode())
    assert batch
    SchoolYear.objects.filter(end_year=2025).update(is_active=False)
    SchoolYear.objects.filter(end_year=2026).update(is_active=True)
    answer = desk.post(PAGE.replace("2025", "2026"), {"undo": batch[1]}, follow=True)
    assert "Nothing was undone." in text(answer)
    record = Participation.objects.get(pathway__name=HEALTH)
    author = {"by": "X", "by_id": 1}
    scope = Scope("9012", 2026)
    assert values.take_back(scope, record, uuid.UUID(batch[1]), **author) is None
    assert stored() == {(HEALTH, "bus_route"): "Route 4"}


def test_without_elements_the_page_leads_who_may_to_add_one(
    client: Client, clerk: User, administrator: User, cottonwood: District_
) -> None:
    link = f'href="{SCREEN}"'
    for person, leads in ((clerk, 1), (administrator, 2)):
        client.force_login(person)
        page = client.get(PAGE).content.decode()
        assert "No elements yet" in page and page.split("<main")[1].count(link) == leads
