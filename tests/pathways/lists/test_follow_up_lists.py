"""OPI's post-program statuses and follow-up years: kept in the admin site, with what follows shown
first.
"""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from certification.models import CertificationEvent
from cte_portal.accounts.models import AuditEvent, User
from pathways.follow_up.drawing import follow_up_list
from pathways.lists import changing, standard
from pathways.models import (
    Attempt,
    FollowUpEntry,
    FollowUpYear,
    Outcome,
    PostProgramStatus,
    SchoolYear,
)
from tests.fixtures.certification import make_event
from tests.fixtures.records import District_
from tests.pathways.desk import text
from tests.pathways.follow_up.leavers import Leavers
from tests.pathways.lists.test_opi_lists import confirm

STATUSES = "/admin/pathways/postprogramstatus"
YEARS = "/admin/pathways/followupyear"
NEW = {"code": "a1", "name": "Gap year", "rank": "9", "is_answered": "on", "first_year": "2024"}


@pytest.fixture
def desk(client: Client, keeper: User) -> Client:
    client.force_login(keeper)
    return client


def typed_status(row: PostProgramStatus, **values: Any) -> dict[str, Any]:
    flags = ("is_placed", "is_answered", "needs_attempts", "is_provisional")
    return {
        "name": row.name,
        "rank": row.rank,
        "first_year": row.first_year,
        "last_year": row.last_year or "",
        **{flag: "on" for flag in flags if getattr(row, flag)},
        "reason": "Letter of 05/30/2024",
        "seen": json.dumps(changing.words(row)),
        **values,
    }


def typed_year(**values: Any) -> dict[str, Any]:
    row = FollowUpYear.objects.get(pk=2024)
    return {
        **{
            name: f"{getattr(row, name):%m/%d/%Y}"
            for name in ("opens", "closes", "refreshed_until")
        },
        "attempts_required": row.attempts_required,
        "means_required": row.means_required,
        "days_required": row.days_required,
        "target": row.target or "",
        "reason": "Letter of 05/30/2024",
        "seen": json.dumps(changing.words(row)),
        **values,
    }


def test_a_status_is_added_in_capitals_and_written_down(desk: Client) -> None:
    assert desk.post(f"{STATUSES}/add/", NEW).status_code == 302
    row = PostProgramStatus.objects.get(code="A1")
    assert (row.rank, row.is_placed, row.is_answered) == (9, False, True)
    event = AuditEvent.objects.get()
    assert (event.kind, event.key, event.name) == ("post-program status", "A1", "A1 Gap year")
    assert "Add a post-program status" in text(desk.get(f"{STATUSES}/"))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"code": "01"}, "Another post-program status has that code"),
        ({"code": "1"}, "2 digits or capital letters"),
        ({"code": "٠١"}, "2 digits or capital letters"),
        ({"rank": "1"}, "Another post-program status has that rank"),
        ({"rank": "0"}, "greater than or equal to 1"),
        ({"name": ""}, "Enter a value for Post-program Status"),
        ({"is_placed": "on", "is_answered": ""}, "counts as placed counts as answered"),
        ({"first_year": "2025", "last_year": "2024"}, "last year must not come before"),
    ],
)
def test_a_wrong_status_is_told_beside_the_field(
    values: dict[str, str], sentence: str, desk: Client
) -> None:
    sent = {name: value for name, value in {**NEW, **values}.items() if value}
    answer = desk.post(f"{STATUSES}/add/", sent)
    assert answer.status_code == 200 and sentence.lower() in text(answer).lower()
    assert not AuditEvent.objects.exists()


def test_what_no_longer_counts_as_placed_says_first_whom_it_affects(
    desk: Client, leavers: Leavers
) -> None:
    student = leavers.leaver("999000123")
    Outcome.objects.create(student=student, end_year=2024, status="05", origin="screen")
    row = PostProgramStatus.objects.get(code="05")
    address, sent = f"{STATUSES}/{row.pk}/change/", typed_status(row)
    del sent["is_placed"]
    page = text(desk.post(address, sent))
    assert "Affects 1 outcome with 05: they no longer count as placed in the rates." in page
    assert PostProgramStatus.objects.get(code="05").is_placed
    assert confirm(desk, address, sent).status_code == 302
    assert not PostProgramStatus.objects.get(code="05").is_placed


def test_a_status_in_use_is_never_removed(desk: Client, leavers: Leavers) -> None:
    student = leavers.leaver("999000123")
    Outcome.objects.create(student=student, end_year=2024, status="05", origin="screen")
    keys = dict(PostProgramStatus.objects.values_list("code", "pk"))
    assert desk.post(f"{STATUSES}/{keys['05']}/delete/", {"post": "yes"}).status_code == 403
    assert desk.post(f"{STATUSES}/{keys['03']}/delete/", {"post": "yes"}).status_code == 302
    assert not PostProgramStatus.objects.filter(code="03").exists()


def test_new_dates_say_first_whom_they_affect(desk: Client, leavers: Leavers) -> None:
    leavers.leaver("999000123")
    follow_up_list(leavers.scope)
    Attempt.objects.create(
        entry=FollowUpEntry.objects.get(),
        date=timezone.localdate(),
        means="phone",
        by="MARTIN, CHERYL",
        by_id=1,
        at=timezone.now(),
    )
    address = f"{YEARS}/2024/change/"
    sent = typed_year(opens="11/01/2024", closes="12/31/2024", refreshed_until="11/15/2024")
    page = text(desk.post(address, sent))
    assert "Affects 1 list with 1 student: they are called from 11/01/2024 to 12/31/2024." in page
    assert "1 attempt outside these days stay as they are." in page
    assert "they move until 11/15/2024." in page
    assert confirm(desk, address, sent).status_code == 302
    assert FollowUpYear.objects.get(pk=2024).closes == datetime.date(2024, 12, 31)
    event = AuditEvent.objects.get()
    assert (event.kind, event.key, event.end_year) == ("follow-up year", "2024", 2024)
    assert event.reason == "Letter of 05/30/2024"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"opens": "12/31/2024", "closes": "11/01/2024"}, "last day must not come before"),
        ({"refreshed_until": "01/15/2025"}, "must stand on or before the last day"),
        ({"opens": "07/01/2023"}, "must come after 07/01/2023"),
        ({"attempts_required": "0"}, "greater than or equal to 1"),
        ({"means_required": "4"}, "no more means or days than attempts"),
        ({"target": "101"}, "less than or equal to 100"),
        ({"closes": "31/12/2024"}, "Enter a date."),
    ],
)
def test_wrong_dates_and_demands_are_told_beside_the_field(
    values: dict[str, str], sentence: str, desk: Client
) -> None:
    answer = desk.post(f"{YEARS}/2024/change/", typed_year(**values))
    assert answer.status_code == 200 and sentence.lower() in text(answer).lower()
    assert not AuditEvent.objects.exists()


def test_a_new_school_year_brings_its_follow_up(desk: Client) -> None:
    """And takes it along where it is removed again."""
    sent = {"end_year": "2027", "starts": "07/01/2026", "ends": "06/30/2027"}
    assert desk.post("/admin/pathways/schoolyear/add/", sent).status_code == 302
    year = FollowUpYear.objects.get(pk=2027)
    assert (year.opens, year.closes, year.refreshed_until) == (
        datetime.date(2027, 11, 1),
        datetime.date(2027, 12, 31),
        datetime.date(2027, 11, 15),
    )
    assert set(AuditEvent.objects.values_list("kind", flat=True)) == {
        "school year",
        "follow-up year",
    }
    desk.post("/admin/pathways/schoolyear/2027/delete/", {"post": "yes"})
    assert not SchoolYear.objects.filter(pk=2027).exists()
    assert not FollowUpYear.objects.filter(pk=2027).exists()


def test_migrate_adds_the_follow_up_of_a_year_that_has_none(opi_reference: None) -> None:
    FollowUpYear.objects.filter(pk=2026).delete()
    FollowUpYear.objects.filter(pk=2024).update(attempts_required=5)
    standard.load()
    assert FollowUpYear.objects.filter(pk=2026).exists()
    assert FollowUpYear.objects.get(pk=2024).attempts_required == 5


def test_the_events_of_the_year_say_the_same_dates(desk: Client, cottonwood: District_) -> None:
    event, other = make_event(end_year=2024), make_event(end_year=2025)
    sent = typed_year(opens="10/01/2024", closes="12/20/2024")
    assert desk.post(f"{YEARS}/2024/change/", sent).status_code == 302
    event.refresh_from_db()
    assert (event.follow_up_opens, event.follow_up_closes) == (
        datetime.date(2024, 10, 1),
        datetime.date(2024, 12, 20),
    )
    assert CertificationEvent.objects.get(pk=other.pk).follow_up_opens is None
