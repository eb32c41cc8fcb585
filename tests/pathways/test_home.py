"""The home page: what exists of the guide's steps, with real counts."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from certification.models import CertificationEvent
from cte_portal.accounts.models import User
from cte_portal.editions import Scope
from pathways.models import Participation
from tests.fixtures.records import BUSINESS, HEALTH, District_

HOME = "/districts/9012/2025/"


@pytest.fixture
def some_records(cottonwood: District_, elsewhere: District_) -> None:
    """Three students in CTE: Yes on one of two pathways, Yes on both, No; one record last changed
    in an earlier year.
    """
    first, two, three, _ = (cottonwood.student(f"99900010{number}") for number in range(4))
    cottonwood.record(first, HEALTH, concentrator=True)
    cottonwood.record(first, BUSINESS)
    cottonwood.record(two, HEALTH, concentrator=True)
    cottonwood.record(two, BUSINESS, concentrator=True)
    cottonwood.record(three, HEALTH, modified_end_year=2024)
    gone = cottonwood.student("999000109", enrolled=False)
    cottonwood.enroll(gone, 2024)
    cottonwood.record(gone, HEALTH, concentrator=True)
    elsewhere.record(elsewhere.student("999000200"), HEALTH)


def test_students_are_counted_once_and_as_concentrators_if_any_record_says_yes(
    some_records: None,
) -> None:
    figures = Participation.objects.in_scope(Scope("9012", 2025)).figures(2025)
    assert (figures.students, figures.concentrators, figures.participants) == (3, 2, 1)
    assert (figures.records, figures.changed) == (5, 4)


def test_the_state_edition_is_counted_where_it_is(
    some_records: None, state_edition: object
) -> None:
    assert Participation.objects.in_scope(Scope("9012", 2025).at_state()).figures(2025).records == 0
    state_edition()  # type: ignore[operator]
    assert Participation.objects.in_scope(Scope("9012", 2025).at_state()).figures(2025).records == 5


def figures(html: str) -> dict[str, str]:
    return {
        label.strip(): value
        for label, value in re.findall(r"<dt>([^<]*)</dt>\s*<dd>\s*<strong>([^<]*)</strong>", html)
    }


def test_the_home_page_shows_the_step_that_exists_and_no_other(
    client: Client, clerk: User, some_records: None
) -> None:
    client.force_login(clerk)
    html = client.get(HOME).content.decode()
    assert "Enter or update records" in html
    assert "Student Information › State Programs › CTE Concentrator" in html
    assert "5 records of 3 students, 4 changed in 2024-25." in html
    assert "In progress" in html
    for later in ("Follow up",):
        assert later not in re.sub(r"<h1>.*?</h1>", "", html)
    assert figures(html) == {"Students in CTE": "3", "Records changed in 2024-25": "4"}
    assert "2 concentrators, 1 participant<" in html


def test_b_01_a_student_is_found_from_the_home_page(
    client: Client, clerk: User, some_records: None
) -> None:
    client.force_login(clerk)
    form = re.search(
        r'<form [^>]*action="([^"]*concentrator/)" role="search".*?</form>',
        client.get(HOME).content.decode(),
        re.DOTALL,
    )
    assert form is not None
    assert form[1] == reverse("cte-concentrator", args=["9012", 2025])
    assert re.search(r'<input [^>]*name="term"[^>]*data-focus', form[0])


def test_without_records_the_step_has_not_started(
    client: Client, clerk: User, cottonwood: District_
) -> None:
    client.force_login(clerk)
    html = client.get(HOME).content.decode()
    assert "Cannot start yet" in html and "No students for 2024-25 in the portal yet." in html
    cottonwood.student("999000124", "Adkins", "Hannah")
    html = client.get(HOME).content.decode()
    assert "Not yet started" in html and "No CTE records in 2024-25 yet." in html


def test_another_school_year_says_that_its_values_are_todays(
    client: Client, clerk: User, some_records: None
) -> None:
    client.force_login(clerk)
    html = client.get(reverse("district-home", args=["9012", 2024])).content.decode()
    assert (
        "Values are today’s, not those of 2023-24. 1 record of 1 student, 0 changed in 2023-24."
        in html
    )
    assert "Read only" in html


def test_home_asks_at_most_twenty_seven_queries(
    client: Client, clerk: User, some_records: None, event: CertificationEvent
) -> None:
    client.force_login(clerk)
    client.get(HOME)
    with CaptureQueriesContext(connection) as queries:
        client.get(HOME)
    assert len(queries) <= 27, [query["sql"] for query in queries]


def test_the_navigation_shows_the_guides_path_and_step(
    client: Client, clerk: User, cottonwood: District_
) -> None:
    client.force_login(clerk)
    html = client.get(HOME).content.decode()
    assert "Student Information › State Programs" in html and "Step 2" in html
    assert f'href="{reverse("cte-lingo")}"' in html
