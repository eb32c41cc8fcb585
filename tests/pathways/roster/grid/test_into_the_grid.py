"""From one line of a list into CTE Roster Entry, to its row among those of its class."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client
from django.utils.html import strip_tags

from cte_portal.accounts.models import User
from pathways.models import Pathway
from pathways.roster.grid import views
from tests.fixtures.records import BUSINESS, HEALTH, District_

BASE = "/districts/9012/2025/"


@pytest.fixture
def office(client: Client, clerk: User, cottonwood: District_) -> Client:
    """Three students sit in a course of Health and have no record; the last of them has one,
    without a course, in Business.
    """
    cottonwood.approve(HEALTH, BUSINESS)
    for number, last in enumerate(("Abbott", "Baker", "Cole")):
        student = cottonwood.student(f"99900070{number}", last, "Ann")
        cottonwood.roster(student, HEALTH)
    cottonwood.record(student, BUSINESS, in_district_credits="2.50", concentrator=False)
    client.force_login(clerk)
    return client


def links(content: str) -> dict[str, str]:
    """Address by the words of each link into the grid from one line."""
    pairs = re.findall(
        r'<a [^>]*href="([^"]*cte-roster-entry[^"]*at=[^"]*)"[^>]*>(.*?)</a>', content, re.DOTALL
    )
    return {" ".join(strip_tags(words).split()): html.unescape(url) for url, words in pairs}


def focused(content: str) -> list[str]:
    return re.findall(r'<input [^>]*aria-label="([^"]*)"[^>]*autofocus', content)


def test_a_line_of_the_worklist_leads_to_its_row(
    office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the row stands on a later page; another page of the class is one link further."""
    monkeypatch.setattr(views, "PAGE", 2)
    into = links(office.get(f"{BASE}roster-worklist/").content.decode())
    name = "COLE, ANN, Health Professions"
    address = next(url for words, url in into.items() if name in words)
    page = office.get(address).content.decode()
    assert focused(page) == [f"In District Credits, {name}"]
    assert "ABBOTT" not in page
    before = office.get(f"{address}&page=1").content.decode()
    assert "ABBOTT" in before and not focused(before)


def test_a_finding_leads_to_its_row(office: Client) -> None:
    page = office.get(f"{BASE}findings/").content.decode()
    (address,) = {url for words, url in links(page).items() if "COLE" in words}
    grid = office.get(address).content.decode()
    assert focused(grid) == [f"In District Credits, COLE, ANN, {BUSINESS}"]


def test_who_may_not_type_is_led_to_no_grid(client: Client, office: Client, viewer: User) -> None:
    client.force_login(viewer)
    for page in ("roster-worklist/", "findings/", "findings/?at=state"):
        assert not links(client.get(f"{BASE}{page}").content.decode()), page


@pytest.mark.parametrize("at", ["", "1", "1-2-3", "x-y", "9" * 19 + "-1", "١-٢", "99999-1"])
def test_what_names_no_row_is_passed_over(office: Client, at: str) -> None:
    health = Pathway.objects.get(name=HEALTH).pk
    page = office.get(f"{BASE}cte-roster-entry/", {"pathway": health, "at": at})
    assert page.status_code == 200 and "ABBOTT" in page.content.decode()
    assert not focused(page.content.decode())
