"""The home page's last step asks the same gates as the signature (R-01, design D5)."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from certification.models import CertificationEvent
from cte_portal.accounts.models import User
from pathways.models import Student
from tests.certification.either import both, ready_for
from tests.certification.ready import Ready
from tests.fixtures.quick.standing import stands
from tests.fixtures.records import District_

WORDS = {
    "cte-eoy": {
        "at first": "Nothing sent to the state yet, certification report not run at state.",
        "in the way": "1 error to fix.",
        "at last": "Certification Sent to State",
        "closed": "OPI has closed the certification event of 2024-25. It was not certified.",
        "closed and certified": "Certified under receipt 9012-2025-EOY-1. OPI has closed the event.",
    },
    "cte-fall": {
        "at first": "Nothing sent to the state yet. 0 of 1 primary certifier has signed.",
        "in the way": "Outcomes or leavers not sent to the state",
        "at last": "Follow up the leavers of 2023-24",
        "closed": "OPI has closed the certification event of Fall CTE 2023-24. It was not certified.",
        "closed and certified": (
            "CTE Follow-up Locked Certified. 1 leaver: 1 worked on, 1 answered, 1 placed."
        ),
    },
}
HOME = "/districts/9012/2025/"


@pytest.fixture
@stands
def ready(
    request: pytest.FixtureRequest,
    cottonwood: District_,
    event: CertificationEvent,
    clerk: User,
    kayla: Student,
) -> Ready:
    return ready_for(getattr(request, "param", "cte-eoy"), cottonwood, event, clerk, kayla)


def home(client: Client) -> str:
    return " ".join(client.get(HOME).content.decode().split())


def told(client: Client) -> str:
    """What stands on Home to be read."""
    return " ".join(re.sub(r"<[^>]+>", " ", home(client)).split())


@both
def test_r_01_home_says_what_stands_in_the_way(
    client: Client, ready: Ready, clerk: User, kayla: Student
) -> None:
    client.force_login(clerk)
    words = WORDS[ready.event.collection]
    assert words["at first"] in home(client)
    ready.prepare()
    assert "Ready to sign. 0 of 1 primary certifier has signed." in home(client)
    ready.change(kayla, in_district_credits=2)
    if ready.event.collection == "cte-eoy":
        ready.bring()  # what is sent is wrong; an answer is in the way because it is not sent
    assert words["in the way"] in home(client)
    ready.change(kayla, in_district_credits=1)
    ready.bring()
    ready.sign()
    assert words["in the way"] not in home(client) and "Ready to sign" not in home(client)
    assert words["at last"] in home(client) and "Certify & Submit: Fall" not in home(client)


@both
def test_the_home_page_asks_for_the_event_once(client: Client, ready: Ready, clerk: User) -> None:
    """The line above the page, the last step and the figures begin with the same event."""
    client.force_login(clerk)
    home(client)
    with CaptureQueriesContext(connection) as queries:
        assert "Due" in home(client)
    statements = [query["sql"] for query in queries if "extended_due" in query["sql"]]
    assert len(statements) == 1, statements


@both
def test_a_closed_event_is_said_to_be_closed_and_nothing_leads_to_it(
    client: Client, ready: Ready, clerk: User, kayla: Student
) -> None:
    client.force_login(clerk)
    ready.prepare()
    words = WORDS[ready.event.collection]
    events = CertificationEvent.objects.filter(end_year=ready.event.end_year)
    events.update(status="closed")
    assert words["closed"] in told(client) and ready.path not in home(client)
    events.update(status="published")
    ready.sign()
    events.update(status="closed")
    assert words["closed and certified"] in told(client) and ready.path not in home(client)
    assert words["closed"] not in told(client) and "Calls until" not in told(client)
    for page in ("event-certification/", "event-certification/status/"):
        assert (
            "OPI has closed the event of this school year"
            in client.get(f"{ready.place}{page}").content.decode()
        )
    locked = client.get(ready.locked_pages(kayla)[0], follow=True).content.decode()
    assert ready.receipt in locked and "Request recertification" not in locked
    assert "recertification/" not in locked and "needs a recertification" not in locked
