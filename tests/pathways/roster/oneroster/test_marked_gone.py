"""What an export marks for deletion is proposed for ending, and never ended by the file."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from cte_portal.batches.models import Batch
from pathways.models import District, Enrollment
from tests.pathways.roster.conftest import Desk
from tests.pathways.roster.oneroster.exports import Row, export, packed, user

pytestmark = [
    pytest.mark.django_db(databases=["default", "state"]),
    pytest.mark.usefixtures("mapping"),
]
GONE = {"status": "tobedeleted", "dateLastModified": "2025-01-01T00:00:00.000Z"}
END = reverse("roster-end", args=["0965", 2025])


@pytest.fixture
def delta(desk: Desk, client: Client) -> Batch:
    """An export of everything, and then one in which Jose is gone."""
    client.force_login(desk.clerk)
    files = export()
    desk.send(packed(files))
    gone: list[Row] = [{**user(files, "u2"), **GONE}]
    return desk.send(packed({"users": gone}, mode="delta"))


def test_marked_students_are_selected_on_the_page_that_ends(
    desk: Desk, client: Client, delta: Batch
) -> None:
    """R-IMP-21, R-IMP-02: a person gives the date, sees the effects, confirms."""
    page = client.get(reverse("batch", args=["0965", 2025, delta.pk])).content.decode()
    address = f"{END}?file={delta.pk}"
    assert address in page
    assert not Enrollment.objects.exclude(end_date=None).exists()
    preselected = client.get(address)
    (jose,) = preselected.context["page"].object_list
    assert jose.student.first_name == "Jose" and preselected.context["chosen"] == {str(jose.pk)}
    sent = {"rows": [jose.pk], "end_date": "06/06/2025", "end_status": "400"}
    sent["seen"] = client.post(address, sent).context["following"]["seen"]
    client.post(address, sent)
    assert [row.pk for row in Enrollment.objects.exclude(end_date=None)] == [jose.pk]
    assert "No open enrollments" in client.get(address).content.decode()


def test_the_batch_of_another_district_proposes_nobody(
    desk: Desk, client: Client, delta: Batch
) -> None:
    District.objects.create(number="0966", name="Next Door")
    Batch.objects.filter(pk=delta.pk).update(district="0966")
    for file in (delta.pk, uuid.uuid4()):
        assert not client.get(f"{END}?file={file}").context["page"].object_list
    assert len(client.get(f"{END}?file=x' OR 1").context["page"].object_list) == 3
