"""Who works in several districts sees where each stands, and stays on the screen when switching
(walk 34).
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cte_portal.accounts.models import Membership, User
from cte_portal.accounts.models.membership import Role
from tests.fixtures.certification import make_event
from tests.fixtures.records import HEALTH, District_
from tests.pathways.desk import text


@pytest.fixture
def two(client: Client, clerk: User, cottonwood: District_, elsewhere: District_) -> Client:
    Membership.objects.create(user=clerk, district="0965", role=Role.DATA_CLERK)
    client.force_login(clerk)
    return client


def test_walk_34_status_due_and_unsent_stand_beside_each_district(
    two: Client, cottonwood: District_, kayla: Any
) -> None:
    event = make_event()
    cottonwood.record(kayla, HEALTH)
    page = text(two.get("/districts/"))
    assert "9012 Cottonwood Bend" in page and "0965 Elsewhere" in page and "Not yet sent" in page
    assert page.count(f"{event.due:%m/%d/%Y}") == 2 and "In Progress" in page and " all" in page


def test_walk_34_without_an_event_the_list_stands_all_the_same(two: Client) -> None:
    assert "No event" in text(two.get("/districts/"))


def test_walk_34_a_switch_stays_on_the_screen(two: Client, kayla: Any) -> None:
    for page in ("roster-worklist/", "cte-concentrator/", "findings/", "mt-data-upload/"):
        answer = two.get(f"/districts/9012/2025/{page}").content.decode()
        assert (
            f'href="/districts/0965/2025/{page}"' in answer
            and f'href="/districts/9012/2024/{page}"' in answer
        ), page
    record = two.get(f"/districts/9012/2025/cte-concentrator/{kayla.pk}/").content.decode()
    assert 'href="/districts/0965/2025/cte-concentrator/"' in record, (
        "a student belongs to one district"
    )


def test_walk_34_a_switch_leads_home_where_the_screen_is_not_open_to_the_person(
    two: Client, clerk: User
) -> None:
    Membership.objects.filter(user=clerk, district="9012").update(role=Role.DISTRICT_ADMINISTRATOR)
    page = two.get("/districts/9012/2025/people/").content.decode()
    assert (
        'href="/districts/0965/2025/"' in page and 'href="/districts/0965/2025/people/"' not in page
    )


def test_walk_34_the_list_asks_as_much_of_many_districts_as_of_two(
    two: Client, clerk: User
) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert two.get("/districts/").status_code == 200
        return len(queries)

    statements()
    before = statements()
    for number in range(8):
        District_(f"700{number}", f"Seven {number}")
        Membership.objects.create(user=clerk, district=f"700{number}", role=Role.DATA_CLERK)
    assert statements() <= before
