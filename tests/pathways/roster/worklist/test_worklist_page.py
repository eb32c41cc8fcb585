"""The Roster worklist screen: its lists, its filters, and what a clerk sends from it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from cte_portal.accounts.models import User
from pathways.models import Participation, Pathway, RosterDecision, Student
from tests.fixtures.records import BUSINESS, FINANCE, HEALTH, District_, lock_records
from tests.pathways.test_query_counts import at_most

PAGE = "/districts/9012/2025/roster-worklist/"


@pytest.fixture
def rostered(cottonwood: District_) -> list[Student]:
    """Three students in courses with pathways; Finance is not approved for the district."""
    students = [
        cottonwood.student(f"99900070{number}", last, "Ann")
        for number, last in enumerate(("Abbott", "Baker", "Cole"))
    ]
    for student, pathway in zip(students, (HEALTH, BUSINESS, FINANCE), strict=True):
        cottonwood.roster(student, pathway)
    return students


@pytest.fixture
def desk(client: Client, clerk: User, rostered: list[Student]) -> Client:
    client.force_login(clerk)
    return client


def tokens(html: str) -> list[str]:
    return re.findall(r'type="checkbox" name="chosen" value="([^"]*)"', html)


def figures(html: str) -> list[int]:
    """Rostered, recorded, dismissed, open, as the page shows them."""
    return [
        int(value.replace(",", "")) for value in re.findall(r"<dd><strong>([\d,]*)</strong>", html)
    ][:4]


def send(desk: Client, do: str, *chosen: str, page: str = PAGE, **more: Any) -> Any:
    return desk.post(page, {"chosen": chosen, "do": do, **more}, follow=True)


def test_d_38_the_open_lines_are_counted_on_every_page_and_the_home_page_leads_to_them(
    desk: Client,
) -> None:
    home = desk.get("/districts/9012/2025/").content.decode()
    assert "<b>3 open</b>" in home
    assert "3 students in CTE courses without a record." in home
    assert re.search(rf'<a href="{PAGE}">Open the 3 students</a>', home)
    page = desk.get(PAGE).content.decode()
    assert [name in page for name in ("ABBOTT, ANN", "BAKER, ANN", "COLE, ANN")] == [True] * 3
    assert figures(page) == [3, 0, 0, 3]


def test_several_lines_at_once_and_each_is_answered(desk: Client, rostered: list[Student]) -> None:
    page = send(desk, "create", *tokens(desk.get(PAGE).content.decode())).content.decode()
    assert "3 lines, 1 not done." in page
    assert (
        "Created with 0.50 credits." in page and "Finance is not approved for this district" in page
    )
    assert figures(page) == [3, 2, 0, 1]
    assert "3 lines, 1 not done." not in desk.get(PAGE).content.decode(), "it is told once"


def test_not_cte_wants_a_reason_and_is_undone_from_the_answer(desk: Client) -> None:
    first = tokens(desk.get(PAGE).content.decode())[0]
    refused = send(desk, "not-cte", first).content.decode()
    assert (
        "Enter a reason." in refused
        and f'value="{first}" aria-label="ABBOTT, ANN, Health Professions" checked' in refused
    )
    assert "<title>Error: " in refused
    page = send(desk, "not-cte", first, reason="An elective.").content.decode()
    assert figures(page) == [3, 0, 1, 2] and "Not CTE: An elective." in page
    undo = re.findall(r'type="hidden" name="chosen" value="([^"]*)"', page)
    assert figures(send(desk, "open", *undo).content.decode()) == [3, 0, 0, 3]


def test_later_is_open_and_shown_apart(desk: Client) -> None:
    page = send(desk, "later", tokens(desk.get(PAGE).content.decode())[0]).content.decode()
    assert figures(page) == [3, 0, 0, 3] and "1 of them for later" in page
    assert len(tokens(page)) == 2 and "<b>3 open</b>" in page
    apart = desk.get(f"{PAGE}?show=later").content.decode()
    assert len(tokens(apart)) == 1 and "MARTIN, CHERYL" in apart
    done = send(desk, "create", *tokens(apart), page=f"{PAGE}?show=later").content.decode()
    assert figures(done) == [3, 1, 0, 2]


def test_the_other_lists_lead_to_the_record(
    desk: Client, cottonwood: District_, rostered: list[Student]
) -> None:
    unlike = cottonwood.student("999000710", "Dale", "Eve")
    cottonwood.roster(unlike, HEALTH, credits_earned=Decimal("1.00"))
    cottonwood.record(unlike, HEALTH)
    cottonwood.record(rostered[0], BUSINESS)
    quiet = cottonwood.student("999000711", "Ely", "Fay")
    cottonwood.record(
        quiet, HEALTH, concentrator=True, in_district_credits=Decimal(2), modified_end_year=2024
    )
    for which, student, values in (
        ("unlike-transcript", unlike, ("1.00", "1.50")),
        ("without-course", rostered[0], ("1.50",)),
        ("nothing-now", quiet, ("2.00", "Yes")),
    ):
        page = desk.get(f"{PAGE}{which}/").content.decode()
        (line,) = re.findall(r"<tr>(?:(?!<tr>).)*?name=\"chosen\".*?</tr>", page, re.DOTALL)
        assert student.name in line and all(value in line for value in values), which
        assert f"/cte-concentrator/{student.pk}/" in line and ">Open<span" in line
        assert "Create with these credits" not in page
        closed = send(
            desk, "as-is", *tokens(page), page=f"{PAGE}{which}/", reason="Taken elsewhere."
        ).content.decode()
        assert tokens(closed) == [] and "Nothing is open here" in closed
    assert desk.get(f"{PAGE}nowhere/").status_code == 404


def test_what_somebody_did_meanwhile_is_told(
    desk: Client, cottonwood: District_, rostered: list[Student]
) -> None:
    chosen = tokens(desk.get(PAGE).content.decode())
    cottonwood.record(rostered[0], HEALTH, by="KELLER, DANIEL")
    page = send(desk, "create", *chosen[:2]).content.decode()
    assert "2 lines, 1 not done." in page and "entered by KELLER, DANIEL" in page


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"chosen": ["1:2"], "do": "create"},
        {"chosen": ["x:y:z:"], "do": "create"},
        {"chosen": ["9999999:1:0.50:"], "do": "create"},
        {"chosen": ["99999999999999999999:1:0.50:"], "do": "later"},
        {"chosen": ["1:1:\x00:\x00"], "do": "not-cte", "reason": "\x00"},
        {"chosen": ["²:1:0.50:"], "do": "nothing"},
    ],
)
def test_bad_input_is_answered_with_a_sentence(desk: Client, sent: dict[str, Any]) -> None:
    answer = desk.post(PAGE, sent)
    assert answer.status_code == 200 and "There is a problem" in answer.content.decode()
    assert not Participation.objects.exists() and not RosterDecision.objects.exists()
    assert (
        desk.get(f"{PAGE}?school=x&pathway=99999999999&grade=%00&show=zz&page=-3").status_code
        == 200
    )


def test_another_districts_student_is_not_on_the_list(desk: Client, elsewhere: District_) -> None:
    roster = elsewhere.roster(elsewhere.student("999000800"), HEALTH)
    answer = desk.post(
        PAGE,
        {
            "chosen": [f"{roster.enrollment.student_id}:{roster.section.course.pathway_id}:0.50:"],
            "do": "create",
        },
    )
    assert "not on the list" in answer.content.decode() and not Participation.objects.exists()


def test_a_viewer_reads_and_a_locked_collection_and_another_year_are_for_reading(
    client: Client, viewer: User, clerk: User, rostered: list[Student]
) -> None:
    client.force_login(viewer)
    page = client.get(PAGE).content.decode()
    assert (
        "ABBOTT, ANN" in page and tokens(page) == [] and "Action for the chosen lines" not in page
    )
    client.force_login(clerk)
    chosen = tokens(client.get(PAGE).content.decode())
    lock_records()
    page = client.get(PAGE).content.decode()
    assert tokens(page) == [] and "Certified." in page
    assert "Certified." in send(client, "create", *chosen).content.decode()
    assert "Certified." in send(client, "later", *chosen).content.decode()
    assert not Participation.objects.exists() and not RosterDecision.objects.exists()
    assert "not those of 2023-24." in client.get(PAGE.replace("2025", "2024")).content.decode()


def test_pages_of_fifty_with_exact_counts_take_as_many_statements_as_one_line(
    desk: Client, cottonwood: District_
) -> None:
    desk.get(PAGE)
    with at_most(18):
        desk.get(PAGE)
    for number in range(60):
        cottonwood.roster(cottonwood.student(f"9990009{number:02d}", f"Name{number:02d}"), HEALTH)
    with at_most(27):
        page = desk.get(PAGE).content.decode()
    assert len(tokens(page)) == 50 and "1 to 50 of 63" in page and "Open (63)" in page
    with at_most(27):
        rest = desk.get(f"{PAGE}?page=2&grade=12").content.decode()
    assert len(tokens(rest)) == 13 and "page=1" in rest and "grade=12" in rest
    with at_most(33):
        assert desk.post(PAGE, {"chosen": tokens(page), "do": "create"}).status_code == 302
    assert Participation.objects.count() == 49, "all but the one that is not approved"


def test_the_list_leads_to_the_grid_with_the_same_students(
    desk: Client, rostered: list[Student], viewer: User
) -> None:
    health = Pathway.objects.get(name=HEALTH).pk
    page = desk.get(f"{PAGE}?pathway={health}").content.decode()
    (link,) = re.findall(r'<a href="([^"]*)">Enter their records in CTE Roster Entry</a>', page)
    grid = desk.get(link.replace("&amp;", "&")).content.decode().partition("<dialog")[0]
    assert "ABBOTT, ANN" in grid and "BAKER, ANN" not in grid
    words = "in CTE Roster Entry"
    assert words not in desk.get(f"{PAGE}?grade=3").content.decode(), "nobody is in the list"
    assert words not in desk.get(f"{PAGE}unlike-transcript/").content.decode()
    desk.force_login(viewer)
    assert words not in desk.get(PAGE).content.decode()
