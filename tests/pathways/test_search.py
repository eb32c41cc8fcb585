"""Finding a student: by part of a name or State ID, in the own district, with nothing of it in an address."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from cte_portal.accounts.models import User
from pathways import search
from pathways.models import Student
from tests.fixtures.records import District_

SCREEN = "/districts/9012/2025/cte-concentrator/"


@pytest.fixture
def desk(client: Client, cottonwood: District_, clerk: User, kayla: Student) -> Client:
    cottonwood.student("999000201", "Adkins", "Hannah")
    cottonwood.student("999000202", "O’Neil", "José")
    cottonwood.student("999000203", "Anderson", "Wyatt")
    cottonwood.student("999000204", "Anders", "Gone", enrolled=False)
    client.force_login(clerk)
    return client


def names(desk: Client, term: str) -> list[str]:
    page = desk.post(SCREEN, {"term": term}, follow=True)
    assert page.status_code == 200
    return re.findall(r"<li><a [^>]*><b>([^<]*)</b>", page.content.decode())


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("kay", ["ANDERSON, KAYLA R."]),
        ("anderson", ["ANDERSON, KAYLA R.", "ANDERSON, WYATT"]),
        ("ANDERSON wy", ["ANDERSON, WYATT"]),
        ("wyatt, anderson", ["ANDERSON, WYATT"]),
        ("000123", ["ANDERSON, KAYLA R."]),
        ("999 000 123", ["ANDERSON, KAYLA R."]),
        ("nn", ["ADKINS, HANNAH"]),
        ("Jos", ["O’NEIL, JOSÉ"]),
        ("JOSÉ", ["O’NEIL, JOSÉ"]),
        ("o'neil", ["O’NEIL, JOSÉ"]),
        ("O’NEIL, josé", ["O’NEIL, JOSÉ"]),
        ("zzz", []),
        ("", ["ADKINS, HANNAH", "ANDERSON, KAYLA R.", "ANDERSON, WYATT", "O’NEIL, JOSÉ"]),
        ("%", []),
        ("_", []),
        ("'; DROP TABLE pathways_student; --", []),
        ("\x00", ["ADKINS, HANNAH", "ANDERSON, KAYLA R.", "ANDERSON, WYATT", "O’NEIL, JOSÉ"]),
        ("e\u0301" * 400, []),
        ("<script>alert(1)</script>", []),
    ],
)
def test_a_search_finds_by_part_of_name_or_state_id(term: str, found: list[str], desk: Client) -> None:
    assert names(desk, term) == found


def test_w_01_the_term_is_shown_escaped(desk: Client) -> None:
    page = desk.post(SCREEN, {"term": "<script>alert(1)</script>"}, follow=True).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_no_student_data_stand_in_an_address(desk: Client, kayla: Student) -> None:
    answer = desk.post(SCREEN, {"term": "kayla"})
    assert re.fullmatch(rf"{SCREEN}\?list=[\w-]+", answer["Location"])
    page = desk.get(answer["Location"]).content.decode()
    for address in re.findall(r'(?:href|action)="([^"]*)"', page):
        assert "kayla" not in address.lower() and "999000123" not in address


def test_students_not_enrolled_this_year_are_not_found(desk: Client) -> None:
    assert names(desk, "gone") == []
    assert "ANDERS, GONE" not in desk.post(SCREEN.replace("2025", "2024"), {"term": ""}, follow=True).content.decode()


def test_z_05_another_districts_students_are_never_found(desk: Client, elsewhere: District_) -> None:
    elsewhere.student("999000999", "Anderson", "Sentinel")
    page = desk.post(SCREEN, {"term": "sentinel"}, follow=True).content.decode()
    assert "ANDERSON, SENTINEL" not in page
    assert names(desk, "999000999") == []


def test_the_list_stays_beside_the_record_with_position_and_neighbours(desk: Client, kayla: Student) -> None:
    token = desk.post(SCREEN, {"term": "anderson"})["Location"].partition("?")[2]
    page = desk.get(f"{SCREEN}{kayla.pk}/?{token}").content.decode()
    assert page.count("<li><a ") >= 2 and 'aria-current="true"><b>ANDERSON, KAYLA R.' in page
    assert "This is the first of 2 students" in page and 'rel="next"' in page and 'rel="prev"' not in page
    wyatt = Student.objects.get(first_name="Wyatt")
    page = desk.get(f"{SCREEN}{wyatt.pk}/?{token}").content.decode()
    assert "This is the last of 2 students" in page and 'rel="next"' not in page
    middle = desk.get(f"{SCREEN}{kayla.pk}/").content.decode()
    assert "2 of 4" in middle


def test_a_student_outside_the_list_opens_all_the_same(desk: Client, kayla: Student) -> None:
    token = desk.post(SCREEN, {"term": "hannah"})["Location"].partition("?")[2]
    assert "not in the list beside" in desk.get(f"{SCREEN}{kayla.pk}/?{token}").content.decode()


def test_an_unknown_token_stands_for_everybody(desk: Client) -> None:
    page = desk.get(f"{SCREEN}?list=nobody-knows").content.decode()
    assert "4 students" in page


def test_a_long_list_is_cut_and_says_so(desk: Client, cottonwood: District_, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST_SHOWN", 2)
    page = desk.get(SCREEN).content.decode()
    assert "4 students" in page and "2 shown, type more" in page


def test_old_searches_are_let_go(desk: Client) -> None:
    for number in range(search.MOST_KEPT + 5):
        desk.post(SCREEN, {"term": f"term {number}"})
    assert len(desk.session[search.KEY]) == search.MOST_KEPT


def test_the_same_search_keeps_its_token(desk: Client) -> None:
    assert desk.post(SCREEN, {"term": "an"})["Location"] == desk.post(SCREEN, {"term": " an "})["Location"]


def test_a_district_without_students_says_what_is_missing(client: Client, stranger: User) -> None:
    client.force_login(stranger)
    assert "No students in this school year" in client.get("/districts/0965/2025/cte-concentrator/").content.decode()
