"""Whom a file does not name stays, and may be ended by a person who looks at the list."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from cte_portal.batches.models import Batch
from pathways.models import District, Enrollment
from tests.pathways.roster.conftest import ALL, ENROLLMENTS, STUDENTS, Desk, zipped

pytestmark = pytest.mark.django_db(databases=["default", "state"])
END = reverse("roster-end", args=["0965", 2025])


def without(text: str, state_id: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if state_id not in line)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(without(ENROLLMENTS, "999000002"), id="enrollments"),
        pytest.param(without(STUDENTS, "999000002"), id="students alone"),
    ],
)
def test_who_is_not_in_the_file_is_listed_on_the_page_that_ends(
    text: str, desk: Desk, client: Client
) -> None:
    """R-IMP-02: nobody is selected; a person selects, gives the date, sees the effects."""
    desk.send(zipped(ALL))
    batch = desk.send(text)
    client.force_login(desk.clerk)
    address = f"{END}?absent={batch.pk}"
    assert address in client.get(reverse("batch", args=["0965", 2025, batch.pk])).content.decode()
    answer = client.get(address)
    (jose,) = answer.context["page"].object_list
    assert jose.student.first_name == "Jose" and answer.context["chosen"] == set()
    assert "in the portal, not in the file" in answer.content.decode()
    sent = {"rows": [jose.pk], "end_date": "06/06/2025", "end_status": "400"}
    sent["seen"] = client.post(address, sent).context["following"]["seen"]
    client.post(address, sent)
    assert [row.pk for row in Enrollment.objects.exclude(end_date=None)] == [jose.pk]
    again = desk.send(without(ENROLLMENTS, "999000002"), work="validate")
    assert not client.get(f"{END}?absent={again.pk}").context["page"].object_list


def test_the_file_of_another_district_lists_nobody(desk: Desk, client: Client) -> None:
    desk.send(zipped(ALL))
    batch = desk.send(without(ENROLLMENTS, "999000002"))
    District.objects.create(number="0966", name="Next Door")
    Batch.objects.filter(pk=batch.pk).update(district="0966")
    client.force_login(desk.clerk)
    assert not client.get(f"{END}?absent={batch.pk}").context["page"].object_list


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("0001,001,2025,999000002,P,13,08/21/2024,,", id="a cell is unread"),
        pytest.param("0001,001,2025,999000002,P,11,08/21/2024,,,x", id="a cell too many"),
        pytest.param('0001,001,2025,999000002,P,11,"08/21/2024,,', id="a quotation mark is open"),
        pytest.param("0001,001,2025,Jose,P,11,08/21/2024,,", id="who it is was not read"),
        pytest.param("0001,009,2025,999000002,P,11,08/21/2024,,", id="there is no such calendar"),
    ],
)
def test_whose_row_was_refused_is_not_listed_among_those_who_have_left(
    line: str, desk: Desk, client: Client
) -> None:
    desk.send(zipped(ALL))
    batch = desk.send(without(ENROLLMENTS, "999000002") + f"{line}\n")
    client.force_login(desk.clerk)
    assert not client.get(f"{END}?absent={batch.pk}").context["page"].object_list


def test_a_refused_row_of_one_hides_nobody_else(desk: Desk, client: Client) -> None:
    desk.send(zipped(ALL))
    batch = desk.send(without(ENROLLMENTS, "999000002").replace("Primary,9,", "Primary,13,"))
    client.force_login(desk.clerk)
    (jose,) = client.get(f"{END}?absent={batch.pk}").context["page"].object_list
    assert jose.student.first_name == "Jose"
