"""The status board with every district of Montana on it (walk 17; picture j)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from cte_portal.accounts.models import User
from pathways.models import District
from tests.browser.conftest import Desk

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]


def test_thirteen_districts_are_in_view_and_the_bar_comes_with_a_choice(
    desk: Desk, opi: User, event: object, cottonwood: object
) -> None:
    """walk 17: 32 px rows, 18 px boxes, filters on one line, first page of OPI Staff."""
    District.objects.bulk_create(
        District(number=f"{number:04d}", name=f"Arrow Creek School {number}")
        for number in range(1001, 1405)
    )
    page = desk.glance(opi)
    expect(page.get_by_role("heading", name="Status board")).to_be_visible()
    rows = [row.bounding_box() for row in page.locator("tbody tr").all()[:20]]
    assert all(box and box["height"] <= 33 for box in rows)
    assert sum(bool(box) and box["y"] + box["height"] <= 768 for box in rows if box) >= 13
    box = page.locator("[name=chosen]").first.bounding_box()
    assert box and box["width"] == 18
    lines = [
        field.bounding_box() for field in page.locator(".filters :is(input, select, button)").all()
    ]
    assert (
        max(place["y"] for place in lines if place) - min(place["y"] for place in lines if place)
        < 16
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 1366
    bar = page.get_by_role("button", name="Write a reminder")
    expect(bar).to_be_hidden()
    page.locator("[name=chosen]").first.check()
    expect(bar).to_be_visible()


def test_a_long_name_breaks_rather_than_push_the_due_date_out_of_the_window(
    desk: Desk, opi: User, event: object, cottonwood: object
) -> None:
    """walk 17: with Bitterroot Crossing High School District the board was 1,391 px wide in a
    window of 1,366.
    """
    District.objects.create(
        number="1001", name="Bitterroot Crossing High School District of Ravalli County"
    )
    page = desk.glance(opi)
    expect(page.get_by_role("link", name="Bitterroot Crossing")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1366
