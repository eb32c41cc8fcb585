"""OPI sees who is reported by two districts, page and file; nobody else does (FR-227)."""

from __future__ import annotations

import csv
import io
import logging
from typing import Any

import pytest
from django.test import Client

from cte_portal.accounts.models import AuditEvent, User
from tests.fixtures.records import BUSINESS, HEALTH, District_
from tests.pathways.desk import text

PAGE = "/opi/students-of-two-districts/"


@pytest.fixture
def reported(cottonwood: District_, elsewhere: District_, state_edition: Any) -> None:
    """Who left Elsewhere for Cottonwood Bend and has a record in both; another is enrolled in both,
    with a record in one.
    """
    here, there = (
        cottonwood.student("998000009", "Álvarez", "Zoë", local_id="0020"),
        elsewhere.student("998000009", "Alvarez", "Zoe"),
    )
    cottonwood.record(here, HEALTH)
    elsewhere.record(there, HEALTH)
    elsewhere.record(there, BUSINESS)
    cottonwood.record(cottonwood.student("998000010", "Baker"))
    elsewhere.student("998000010", "Baker")
    state_edition()


def test_fr_227_both_districts_of_a_student_are_named(
    client: Client, opi: User, reported: None, caplog: pytest.LogCaptureFixture
) -> None:
    client.force_login(opi)
    with caplog.at_level(logging.INFO):
        page = text(client.get(PAGE))
    assert (
        "1 student " in page
        and "ÁLVAREZ, ZOË" in page
        and "ALVAREZ, ZOE" in page
        and "BAKER" not in page
    )
    assert (
        "9012 Cottonwood Bend" in page
        and "0965 Elsewhere" in page
        and "Business Management; Health Professions" in page
    )
    assert (
        "viewed page=shared-students" in caplog.text
        and "998000009" not in caplog.text
        and "LVAREZ" not in caplog.text
    )


def test_fr_227_the_file_has_the_same_lines(
    client: Client, opi: User, reported: None, caplog: pytest.LogCaptureFixture
) -> None:
    client.force_login(opi)
    with caplog.at_level(logging.INFO):
        refused = text(client.post(PAGE, {"purpose": ""}))
        answer = client.post(PAGE, {"purpose": "Asked both districts"})
    assert (
        "Enter what the file is for" in refused
        and AuditEvent.objects.filter(kind="download").count() == 1
    )
    heads, *lines = csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig")))
    assert heads[0] == "State ID" and [line[0] for line in lines] == ["998000009", "998000009"]
    assert [line[3] for line in lines] == ["0965 Elsewhere", "9012 Cottonwood Bend"] and lines[1][
        8
    ] == "1.50"
    assert "downloaded file=shared-students" in caplog.text


def test_fr_227_nobody_in_two_districts_is_said(
    client: Client, opi: User, cottonwood: District_
) -> None:
    client.force_login(opi)
    assert "No student is reported by two districts" in text(client.get(PAGE))


def test_fr_227_a_clerk_does_not_see_it(client: Client, clerk: User, reported: None) -> None:
    client.force_login(clerk)
    assert client.get(PAGE).status_code == client.post(PAGE).status_code == 403
