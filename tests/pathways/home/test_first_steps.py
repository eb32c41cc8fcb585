"""Home of a district that starts is the six steps of its first day: what is there, what is missing,
and who brings it. They leave when all six are complete, or with the first record.
"""

from __future__ import annotations

import pytest
from django.test import Client

from cte_portal.accounts.models import Role
from pathways.lists import standard
from pathways.models import Approval, Calendar, Course, District, School, Student
from tests.fixtures.people import person
from tests.fixtures.records import HEALTH, District_
from tests.laid_out import laid_out

HERE = "/districts/9777/2025/"
TITLES = (
    "Schools and calendars",
    "Students",
    "Enrollments",
    "Courses and their pathways",
    "Sections and rosters",
    "Approved pathways",
)
ADDED_BY = "A Data Clerk or District Administrator does this step."


def steps(client: Client, home: str = HERE) -> list[str]:
    """The lines of the six steps; none where the page does not begin with them."""
    html = laid_out(client.get(home).content.decode())
    table = html.partition("From an empty district to the first records")[2].partition("</table>")[
        0
    ]
    return table.split("<tr>")[2:] if table else []


def html_of(client: Client, home: str) -> str:
    return client.get(home).content.decode()


@pytest.fixture
def sunrise(db: None) -> District:
    standard.load()
    return District.objects.create(number="9777", name="Sunrise")


def arrive(client: Client, role: Role) -> Client:
    statewide = role in (Role.OPI_STAFF, Role.OPI_ADMINISTRATOR)
    client.force_login(person("sun", "Sun", "Ann", (role, "" if statewide else "9777")))
    return client


@pytest.mark.parametrize("role", [Role.DATA_CLERK, Role.DISTRICT_ADMINISTRATOR])
def test_who_enters_records_finds_the_six_steps_with_both_ways(
    role: Role, client: Client, sunrise: District
) -> None:
    lines = steps(arrive(client, role))
    assert [title for title, line in zip(TITLES, lines, strict=True) if title in line] == [*TITLES]
    assert all("Missing" in line for line in lines)
    for line, page, kind in zip(
        lines,
        ("schools", "students", "students", "courses", "sections"),
        ("schools", "students", "enrollments", "courses", "rosters"),
        strict=False,
    ):
        assert f'href="{HERE}roster-data/{page}/"' in line
        assert f'href="{HERE}mt-data-upload/?type={kind}">Upload {kind}</a>' in line
    assert "No schools yet." in lines[0] and ADDED_BY not in "".join(lines)
    assert "Ask an OPI Administrator." in lines[5]
    assert "<a " not in lines[5]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPI_STAFF])
def test_who_only_looks_is_told_who_does_a_step(
    role: Role, client: Client, sunrise: District
) -> None:
    lines = steps(arrive(client, role))
    assert len(lines) == 6
    assert all(ADDED_BY in line and "mt-data-upload" not in line for line in lines[:5])
    assert ADDED_BY not in lines[5] and "OPI has not approved a pathway" in lines[5]


def test_a_step_says_what_is_there_and_what_is_missing(client: Client, sunrise: District) -> None:
    arrive(client, Role.VIEWER)
    school = School.objects.create(district=sunrise, number="0001", name="Sunrise High")
    assert "1 school, no calendar for 2024-25 yet." in steps(client)[0]
    Calendar.objects.create(school=school, number="001", school_year_id=2025)
    Student.objects.create(
        district=sunrise,
        state_id="999000777",
        last_name="Sky",
        first_name="Kim",
        birth_date="2007-01-31",
        gender="F",
    )
    Course.objects.create(school=school, number="X1", name="Choir", credits=1)
    lines = steps(client)
    assert "1 school, 1 calendar for 2024-25." in lines[0] and "Complete" in lines[0]
    assert ADDED_BY not in lines[0] and "1 student." in lines[1]
    assert "No one is enrolled in 2024-25 yet." in lines[2] and ADDED_BY in lines[2]
    assert "In progress" in lines[3] and "0 of 1 course answered" in lines[3]
    assert ADDED_BY in lines[3]


def test_the_guides_steps_follow_them(client: Client, sunrise: District) -> None:
    """Certifiers can be named meanwhile."""
    html = arrive(client, Role.DATA_CLERK).get(HERE).content.decode()
    assert html.index("From an empty district") < html.index("Afterwards: the steps of the")
    assert html.index("Afterwards: the steps of the") < html.index("Identify a certifier")
    assert html.index("Afterwards: the steps of the") < html.index("Students in CTE")
    assert 'id="home-term"' not in html


def test_they_end_when_all_six_are_complete(client: Client, cottonwood: District_) -> None:
    """The first roster alone ends nothing while OPI has approved no pathway, or a course waits for
    its answer.
    """
    home = "/districts/9012/2025/"
    client.force_login(person("cm", "Martin", "Cheryl", (Role.DATA_CLERK, "9012")))
    student = cottonwood.student("999000600")
    assert len(steps(client, home)) == 6
    approvals = [*Approval.objects.filter(district="9012", school_year=2025)]
    Approval.objects.all().delete()
    cottonwood.roster(student, HEALTH)
    lines = steps(client, home)
    assert ["Complete" in line for line in lines] == [True] * 5 + [False]
    assert "OPI has not approved a pathway" in lines[5]
    Approval.objects.bulk_create(approvals)
    course = Course.objects.get()
    Course.objects.create(school=course.school, number="X1", name="Choir", credits=1)
    assert "In progress" in steps(client, home)[3] and 'id="home-term"' not in html_of(client, home)
    Course.objects.filter(number="X1").delete()
    assert not steps(client, home) and 'id="home-term"' in html_of(client, home)


def test_a_record_without_a_roster_ends_them_too(client: Client, cottonwood: District_) -> None:
    """A district may report without rosters, also in a year that has no record yet."""
    client.force_login(person("cm", "Martin", "Cheryl", (Role.DATA_CLERK, "9012")))
    student = cottonwood.student("999000600", enrolled=False)
    cottonwood.enroll(student, 2024)
    cottonwood.record(student, HEALTH)
    assert not steps(client, "/districts/9012/2025/")


def test_another_year_has_none(client: Client, sunrise: District) -> None:
    """Nothing can be added to a year that is not current."""
    assert not steps(arrive(client, Role.DATA_CLERK), "/districts/9777/2024/")
