"""From an empty portal to a clerk at work: OPI sets up, a District Administrator accepts and adds a
clerk, the clerk signs in.
"""

from __future__ import annotations

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from cte_portal.accounts.models import User
from pathways.models import Approval
from tests.browser.conftest import Desk
from tests.fixtures.people import PASSPHRASE

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "state"]),
]


def fill(page: Page, **values: str) -> None:
    for label, value in values.items():
        page.get_by_label(label.replace("_", " ")).first.fill(value)


def link_of(page: Page) -> str:
    return page.get_by_label("One-time link", exact=True).input_value()


def accept(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("textbox", name="New password 15").fill(PASSPHRASE)
    page.get_by_role("textbox", name="New password again").fill(PASSPHRASE)
    page.get_by_role("button", name="Save the password and sign in").click()
    page.wait_for_url(lambda address: "/accounts/" not in address)


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_from_an_empty_portal_to_a_clerk_at_work(
    script: bool, desk: Desk, opi_reference: None
) -> None:
    assert settings.PORTAL_ADDRESS == ""
    first = User.objects.create_superuser(
        "first", "first@example.org", PASSPHRASE, first_name="Robin", last_name="Hale"
    )
    opi = desk.glance(first, script=script)
    expect(opi.get_by_role("heading", level=1)).to_have_text("Set up the collection")

    opi.get_by_role("link", name="Districts", exact=True).first.click()
    opi.get_by_role("link", name="Add a district", exact=True).click()
    fill(opi, District_Number="9012", Name="Cottonwood Bend K-12 Schools")
    opi.get_by_role("button", name="Save", exact=True).click()
    expect(opi.get_by_text("was added.")).to_be_visible()

    opi.get_by_role("link", name="School years").first.click()
    opi.get_by_role("link", name="Add a school year").click()
    fill(opi, End_Year="2027", First_day="07/01/2026", Last_day="06/30/2027")
    opi.get_by_role("button", name="Save", exact=True).click()
    expect(opi.get_by_text("2026-27 was added.")).to_be_visible()

    opi.get_by_role("link", name="Pathway approvals").first.click()
    opi.get_by_role("link", name="10 Health Professions").click()
    opi.get_by_label("9012 Cottonwood Bend K-12 Schools").check()
    opi.get_by_label("Approved", exact=True).check(force=True)
    opi.get_by_role("button", name="Preview").click()
    fill(opi, Reason="Application of 05/01/2025")
    opi.get_by_role("button", name="Save the change").click()
    expect(opi.get_by_text("Saved. 1 approved for 2024-25.")).to_be_visible()
    assert Approval.objects.get().pathway.name == "Health Professions"

    opi.get_by_role("link", name="People").first.click()
    opi.get_by_role("link", name="Add a person").first.click()
    fill(
        opi,
        User_name="dashford",
        First_name="Dana",
        Last_name="Ashford",
        **{"E-mail address": "dana@example.org"},
    )
    opi.get_by_label("Role").select_option("District Administrator")
    fill(opi, District_Number="9012")
    opi.get_by_label("E-mail the one-time link").uncheck()
    opi.get_by_role("button", name="Add", exact=True).click()
    expect(opi.get_by_label("One-time link", exact=True)).to_be_visible()

    dana, clerk = desk.open(script=script), desk.open(script=script)
    accept(dana, link_of(opi))
    dana.get_by_role("link", name="People").first.click()
    dana.get_by_role("link", name="Add a person").first.click()
    fill(
        dana,
        User_name="cmartin",
        First_name="Cheryl",
        Last_name="Martin",
        **{"E-mail address": "cheryl@example.org"},
    )
    dana.get_by_label("Role").select_option("Data Clerk")
    dana.get_by_label("E-mail the one-time link").uncheck()
    dana.get_by_role("button", name="Add", exact=True).click()

    accept(clerk, link_of(dana))
    expect(clerk.get_by_text("MARTIN, CHERYL").first).to_be_visible()
    expect(
        clerk.get_by_text("No students for 2024-25 in the portal yet.", exact=False)
    ).to_be_visible()
    clerk.get_by_role("navigation").get_by_role("link", name="CTE Concentrator").click()
    expect(clerk.get_by_text("Students come from your enrollments.")).to_be_visible()
