"""A district without students is told what is missing and who brings it; nothing is green over
nothing (walk 12, walk 13).
"""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cte_portal.accounts.models import Role, User
from cte_portal.batches.models import Batch
from pathways.lists import changing, standard
from pathways.models import Course, District, GroupAssignment
from pathways.reports.groups import END_OF_YEAR
from tests.fixtures.people import person
from tests.fixtures.records import HEALTH, District_

HERE = "/districts/9012/2025/"
GREEN = (
    'class="banner saved"',
    'class="note ok"',
    '<span class="ok">',
    "No problems found",
    "Totals match",
    "are the same",
)


@pytest.fixture
def empty(client: Client, cottonwood: District_, clerk: User) -> Client:
    standard.load()
    client.force_login(clerk)
    return client


def main(client: Client, path: str) -> str:
    html = client.get(f"{HERE}{path}").content.decode()
    return " ".join(html.split("<main")[1].split())


@pytest.mark.parametrize(
    "path",
    [
        "roster-worklist/",
        "roster-worklist/without-course/",
        "roster-worklist/unlike-transcript/",
        "roster-worklist/nothing-now/",
        "resync/",
        "resync/compare/",
        "data-validation-reports/",
        "findings/",
        "cte-concentrator/",
    ],
)
def test_nothing_is_green_where_nothing_was_judged(empty: Client, path: str) -> None:
    """walk 12"""
    html = main(empty, path)
    assert not [green for green in GREEN if green in html]


@pytest.mark.parametrize("path", ["cte-concentrator/", "resync/compare/?object=student"])
def test_who_brings_the_students_is_said(empty: Client, path: str) -> None:
    """walk 12"""
    html = main(empty, path)
    assert "No students of Cottonwood Bend" in html and "in 2024-25 yet" in html
    assert "come in as files" in html and "/roster-data/" in html and "AIM Unit" in html


def test_home_says_that_the_records_cannot_be_begun_yet(empty: Client) -> None:
    """walk 12"""
    assert (
        "No students for 2024-25 in the portal yet. Upload them first: Roster Data shows what is"
        " missing." in main(empty, "")
    )


@pytest.mark.parametrize(
    ("kind", "needs", "pages"),
    [
        ("sections", "a course and a calendar", ["courses", "schools"]),
        ("courses", "a school", ["schools"]),
        ("calendars", "a school", ["schools"]),
        ("enrollments", "a student and a calendar", ["students", "schools"]),
    ],
)
def test_a_row_that_needs_another_one_leads_to_it(
    client: Client, kind: str, needs: str, pages: list[str]
) -> None:
    """Instead of a form in which there is nothing to choose."""
    standard.load()
    District.objects.create(number="9777", name="Sunrise")
    client.force_login(person("sun", "Sun", "Ann", (Role.DATA_CLERK, "9777")))
    html = client.get(f"/districts/9777/2025/roster-data/rows/{kind}/add/").content.decode()
    assert f"Add {needs} first" in " ".join(html.split()) and "Saving…" not in html
    assert [
        page for page in pages if f'href="/districts/9777/2025/roster-data/{page}/"' in html
    ] == pages


def test_an_empty_district_is_offered_no_step_that_comes_later(client: Client) -> None:
    """Nobody ends the enrollments of nobody, or chooses the pathway of no course."""
    standard.load()
    District.objects.create(number="9777", name="Sunrise")
    client.force_login(person("sun", "Sun", "Ann", (Role.DATA_CLERK, "9777")))
    html = client.get("/districts/9777/2025/roster-data/").content.decode()
    assert "End enrollments" not in html and "Choose pathways" not in html
    assert "Enroll students" in html and "Open courses" in html


def test_courses_without_an_answer_wait(empty: Client, cottonwood: District_) -> None:
    """A step is complete when nothing in it waits."""

    def step() -> str:
        return main(empty, "roster-data/").split("4. Courses")[1].split("</tr>")[0]

    assert "Missing" in step()
    cottonwood.roster(cottonwood.student("999000600"), HEALTH)
    assert "Complete" in step()
    Course.objects.create(school=cottonwood.school, number="X1", name="Choir", credits=1)
    assert "In progress" in step() and "1 of 2 courses answered" in step()
    assert "Open the roster worklist" in main(empty, "roster-data/")


def test_home_leads_to_what_is_missing(empty: Client) -> None:
    home = main(empty, "")
    assert 'href="/districts/9012/2025/roster-data/">Open roster data' in home


@pytest.mark.parametrize(
    ("name", "content", "title"),
    [
        (
            "s.csv",
            b"School Number,School Name,Calendar Number,End Year\n0001,High,001,2025\n",
            "Schools and Calendars",
        ),
        (
            "r.csv",
            (
                b"School Number,Course Number,End Year,Calendar Number,Section Number,"
                b"Student State ID\n0001,HEA101,2025,001,1,999000123\n"
            ),
            "Roster",
        ),
        ("x.zip", b"PK\x03\x04 anything", "Roster files – the portal recognizes which kind"),
    ],
)
def test_a_roster_file_sent_as_end_of_year_is_told_its_import_type(
    name: str, content: bytes, title: str, empty: Client
) -> None:
    """The page comes with CTE End of Year chosen, and a newcomer's first file is another one."""
    page = empty.post(
        f"{HERE}mt-data-upload/",
        {
            "type": "cte-eoy",
            "work": "validate",
            "rows": "good",
            "key": "11111111-1111-4111-8111-111111111111",
            "file": SimpleUploadedFile(name, content),
        },
    ).content.decode()
    assert f"This is a file of another type. Choose {title} as the Import Type" in page
    assert not Batch.objects.exists()


def test_a_file_of_records_with_commas_is_still_told_how_to_save_it(empty: Client) -> None:
    page = empty.post(
        f"{HERE}mt-data-upload/",
        {
            "type": "cte-eoy",
            "work": "validate",
            "rows": "good",
            "key": "11111111-1111-4111-8111-111111111111",
            "file": SimpleUploadedFile("cte.csv", b"CE,9012,999000123\n"),
        },
    ).content.decode()
    assert "A comma-separated file cannot be read" in page


def assigned(group: str = END_OF_YEAR.slug) -> set[str]:
    return set(
        GroupAssignment.objects.filter(district="9012", group=group).values_list("role", flat=True)
    )


def test_opis_group_is_assigned_from_the_start_and_an_administrators_choice_stays(
    client: Client, cottonwood: District_
) -> None:
    """walk 13: also in portals that exist, by migrate; what an administrator chose since is not
    overruled.
    """
    standard.load()
    every = {"district-administrator", "data-clerk", "viewer"}  # a School Viewer opens no report
    assert assigned() == every and not assigned("cte-rostered")
    client.force_login(person("anna", "Reyes", "Ana", (Role.DISTRICT_ADMINISTRATOR, "9012")))
    client.post(f"{HERE}validation-groups/", {"group": END_OF_YEAR.slug, "role": "data-clerk"})
    standard.load()
    assert assigned() == {"data-clerk"}
    client.post(f"{HERE}validation-groups/", {"group": END_OF_YEAR.slug})
    standard.load()
    assert assigned() == set()


def test_a_district_that_opi_adds_has_opis_group_at_once(
    keeper: User, cottonwood: District_
) -> None:
    """walk 13"""
    with changing.changing(by=keeper) as entries:
        entries.add([District(number="4321", name="Prairie Dog")])
    assert GroupAssignment.objects.filter(district="4321", group=END_OF_YEAR.slug).count() == 3
