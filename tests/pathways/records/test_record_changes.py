"""OPI Staff look up who did what to whose records, in any district (O-19)."""

from __future__ import annotations

import csv
import io
import logging
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cte_portal.accounts.models import AuditEvent, User
from pathways.models import Student
from pathways.records import entry
from tests.fixtures.records import BUSINESS, HEALTH, District_
from tests.pathways.desk import text

PAGE = "/opi/record-changes/"


@pytest.fixture
def changed(cottonwood: District_, elsewhere: District_, kayla: Student) -> Student:
    """Entered and corrected at Cottonwood Bend; somebody else's deleted and entered again at
    Elsewhere.
    """
    cottonwood.record(kayla, HEALTH, by="MARTIN, CHERYL", in_district_credits=Decimal("1.50"))
    cottonwood.record(
        kayla,
        HEALTH,
        by="KELLER, DANIEL",
        version=1,
        in_district_credits=Decimal("2.50"),
        concentrator=True,
    )
    other = elsewhere.student("999000900", "Baker", "Ida")
    stored = elsewhere.record(other, BUSINESS, by="MARTIN, CHERYL")
    entry.delete(elsewhere.scope, stored, version=stored.version, by="OLSEN, PETER")
    elsewhere.record(other, BUSINESS, by="OLSEN, PETER")
    return kayla


@pytest.fixture
def desk(client: Client, opi: User, changed: Student) -> Client:
    client.force_login(opi)
    return client


def page_of(desk: Client, **fields: str) -> str:
    return text(desk.post(PAGE, fields))


def test_o_19_a_students_changes_in_plain_words(desk: Client, changed: Student) -> None:
    page = page_of(desk, state_id=f" {changed.state_id[:3]} {changed.state_id[3:]} ")
    assert "2 changes, newest first" in page and "BAKER" not in page
    assert "KELLER, DANIEL 9012" in page and "CTE Concentrator was No , became Yes" in page
    assert "In District Credits Earned was 1.50 , became 2.50" in page
    answer = desk.post(PAGE, {"state_id": changed.state_id}).content.decode()
    history = answer.split('href="/districts/9012/')[1].split('"')[0]
    assert desk.get(f"/districts/9012/{history}").status_code == 200


def test_o_19_by_user_district_action_and_day(desk: Client) -> None:
    today = f"{timezone.localdate():%m/%d/%Y}"
    assert "2 changes" in page_of(desk, person="cheryl martin")
    assert "3 changes" in page_of(desk, district="0965")
    assert "1 change, newest" in page_of(desk, operation="delete") and "OLSEN, PETER" in page_of(
        desk, operation="delete"
    )
    assert "5 changes" in page_of(desk, first=today, last=today)
    assert "No changes match" in page_of(desk, last="01/01/2020") and "No changes match" in page_of(
        desk, state_id="0"
    )
    assert ", became" not in page_of(desk, person="OLSEN", operation="create"), (
        "nothing stood before what was entered again"
    )


def test_what_cannot_be_read_finds_nothing_and_is_said(desk: Client) -> None:
    assert "Enter the date as MM/DD/YYYY" in page_of(desk, first="2025-01-01")
    assert "Enter what to search for" in page_of(desk)
    assert "newest first" not in page_of(desk, person="x" * 101) + page_of(
        desk, state_id="\x00"
    ) + page_of(desk, district="99999")


def test_the_file_has_every_change_and_no_formula(
    desk: Client, cottonwood: District_, monkeypatch: Any
) -> None:
    cottonwood.record(cottonwood.student("999000901", "=Evil", "Eve"), HEALTH, by="X")
    monkeypatch.setattr("pathways.records.views.record_changes.MOST_SHOWN", 2)
    assert "Showing the newest 2." in page_of(desk, district="9012")
    answer = desk.post(PAGE, {"district": "9012", "file": "csv", "purpose": "A parent's request"})
    lines = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))  # type: ignore[attr-defined]
    assert len(lines) == 4 and lines[0][:3] == ["When", "Who", "Action"]
    assert lines[1][6].startswith("'=EVIL")
    assert (
        "In District Credits Earned: 1.50" in lines[2][8]
        and "In District Credits Earned: 2.50" in lines[2][9]
    )


def test_a_file_of_records_asks_what_for_and_stands_in_the_audit(
    desk: Client, changed: Student
) -> None:
    """L-21, P-03"""
    answer = desk.post(PAGE, {"district": "9012", "file": "csv"})
    assert answer.status_code == 200 and "Enter what the file is for" in answer.content.decode()
    assert not AuditEvent.objects.filter(kind="download").exists()
    assert desk.post(
        PAGE, {"district": "9012", "file": "csv", "purpose": "A parent's request"}
    ).streaming
    (event,) = AuditEvent.objects.filter(kind="download")
    assert (event.reason, event.district, event.name) == (
        "A parent's request",
        "9012",
        "Record changes.csv",
    )
    assert event.after["Records"].isdigit() and changed.state_id not in str(event.after)


def test_a_look_is_logged_by_numbers_alone(
    desk: Client, changed: Student, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="cte_portal.access"):
        page_of(desk, state_id=changed.state_id)
    log = " ".join(record.getMessage() for record in caplog.records)
    assert f"students={changed.pk}" in log and changed.state_id not in log and "ANDERSON" not in log


def test_as_many_statements_for_many_as_for_one(desk: Client, cottonwood: District_) -> None:
    def counted() -> int:
        with CaptureQueriesContext(connection) as queries:
            page_of(desk, district="9012")
        return len(queries)

    counted()
    few = counted()
    for number in range(20):
        cottonwood.record(cottonwood.student(f"9990005{number:02d}", "Many", "Ann"), HEALTH, by="X")
    assert counted() == few
