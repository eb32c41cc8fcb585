"""The home page's last step asks the same gates as the signature (R-01, design D5)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from certification.models import CertificationEvent
from cte_portal.accounts.models import User
from pathways.models import Student
from tests.certification.ready import Ready
from tests.fixtures.records import District_

HOME = "/districts/9012/2025/"


@pytest.fixture
def ready(cottonwood: District_, event: object, clerk: User, kayla: Student) -> Ready:
    ready_case = Ready(cottonwood, event, clerk)  # type: ignore[arg-type]
    ready_case.record(kayla)
    return ready_case


def home(client: Client) -> str:
    return " ".join(client.get(HOME).content.decode().split())


def test_r_01_home_says_what_stands_in_the_way(
    client: Client, ready: Ready, clerk: User, kayla: Student
) -> None:
    client.force_login(clerk)
    assert "Nothing sent to the state yet, certification report not run at state." in home(client)
    ready.prepare()
    assert "Ready to sign. 0 of 1 primary certifier has signed." in home(client)
    ready.change(kayla, in_district_credits=2)
    ready.prepare()
    assert "1 error to fix." in home(client)
    ready.change(kayla, in_district_credits=1)
    ready.prepare()
    ready.sign()
    assert "Certification Sent to State" in home(client) and "to fix" not in home(client)


def test_the_home_page_asks_for_the_event_once(client: Client, ready: Ready, clerk: User) -> None:
    """The line above the page, the last step and the figures begin with the same event."""
    client.force_login(clerk)
    home(client)
    with CaptureQueriesContext(connection) as queries:
        assert "Due" in home(client)
    statements = [query["sql"] for query in queries if "extended_due" in query["sql"]]
    assert len(statements) == 1, statements


def test_a_closed_event_is_said_to_be_closed_and_nothing_leads_to_it(
    client: Client, ready: Ready, clerk: User, kayla: Student
) -> None:
    client.force_login(clerk)
    ready.prepare()
    CertificationEvent.objects.update(status="closed")
    assert "It was not certified." in home(client)
    CertificationEvent.objects.update(status="published")
    ready.sign()
    CertificationEvent.objects.update(status="closed")
    assert "Certified under receipt 9012-2025-EOY-1. OPI has closed the event." in home(client)
    for page in ("event-certification/", "event-certification/status/"):
        assert (
            "OPI has closed the event of this school year"
            in client.get(f"{HOME}{page}").content.decode()
        )
    record = client.get(f"{HOME}cte-concentrator/{kayla.pk}/", follow=True).content.decode()
    assert "9012-2025-EOY-1" in record and "Request recertification" not in record
